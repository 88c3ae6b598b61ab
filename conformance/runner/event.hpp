// What an actor saw on its connection.
#pragma once

#include <chatos/decode.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chatos::conformance {

/// Time since the scenario began; without what the runner itself lost because it did not get its turn.
using moment = std::chrono::nanoseconds;

struct received_packet {
    opcode op{opcode::error};
    error_code code{error_code::ok};
    std::string pseudo;
    std::string message;
};

struct received_event {
    enum class kind : std::uint8_t { packet, malformed, bytes, fin, reset };
    kind type{kind::packet};
    received_packet packet;        ///< kind::packet
    decode_error error;            ///< kind::malformed
    std::vector<std::byte> bytes;  ///< kind::bytes: a piece of what is relayed; otherwise of the packet, or what came
                                   ///< of the malformed or unfinished one
    std::uint64_t offset{0};       ///< of the first of them in what came over this connection
    moment when{0};
    std::uint64_t order{0};  ///< grows with every event and every finished step of the run
};

/// True for an end of the connection at which a reader can have everything that was sent: a reset may cut a packet, a
/// FIN must not.
[[nodiscard]] bool is_whole_end(const received_event& event) noexcept;

/// `SPM pseudo="alice-x" message="hi"`, `ERROR 4 UNREACHABLE`; strings escaped and cut after about 60 bytes.
[[nodiscard]] std::string describe(const received_packet& packet);
[[nodiscard]] std::string describe(const received_event& event);
/// `"text"`, escaped, cut after about 60 bytes, followed by the whole size.
[[nodiscard]] std::string quoted_excerpt(std::string_view text);
/// `06 00`; cut after `bytes_max` bytes, followed by the whole size.
[[nodiscard]] std::string hex_excerpt(std::span<const std::byte> bytes, std::size_t bytes_max);
/// The packet with copies of the strings.
[[nodiscard]] received_packet owned(const packet_view& packet);

}  // namespace chatos::conformance
