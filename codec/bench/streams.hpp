// The byte streams that the benchmarks decode: a megabyte of packets, the same bytes in every run.
#pragma once

#include <chatos/packet.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::bench {

/// Characters of one byte only, or of one to four bytes in equal shares.
enum class text_kind : unsigned char { ascii, mixed };

/// A packet with strings of its own.
struct packet_value {
    opcode op{opcode::error};
    error_code code{error_code::ok};
    std::string pseudo;
    std::string message;

    [[nodiscard]] packet_view view() const noexcept { return {op, code, pseudo, message}; }
};

struct stream {
    std::vector<packet_value> packets;
    std::vector<std::byte> bytes;            ///< all packets, one after the other
    std::vector<std::string_view> messages;  ///< where the messages lie in `bytes`
};

/// SPM packets with pseudos of 4 to 12 bytes and messages of exactly `message_bytes`, a megabyte in all.
[[nodiscard]] stream spm_stream(text_kind kind, std::size_t message_bytes);

/// A megabyte of what a server sees: mostly ERROR answers, SPM and SMA with messages of 1 to 400 bytes, now and then a
/// CR, RPM or PC; a quarter of the texts are not ASCII.
[[nodiscard]] stream traffic_stream();

}  // namespace chatos::bench
