// What a capture shows of a server's conversations, as values: who said which packet, when, and from where on it can no
// longer be told what was said. Knows no captures; whoever reads one fills this in.
#pragma once

#include <chatos/packet.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

enum class speaker : std::uint8_t { client, server };

/// A packet as it went by. `frame` orders everything that the capture saw: what a packet caused comes after it.
struct spoken {
    std::uint64_t frame{0};
    std::int64_t time_ns{0};  ///< since 1970; 0 when the capture has no times
    std::uint64_t offset{0};  ///< of its first byte in its direction
    std::uint64_t length{0};  ///< bytes
    opcode op{opcode::error};
    std::uint8_t code{0};
    std::string pseudo;
    std::string message;
};

/// Bytes that are no packet; from there on framing is lost.
struct broken_packet {
    std::uint64_t frame{0};
    std::int64_t time_ns{0};
    std::uint64_t offset{0};
    std::string_view rule;         ///< the one that it breaks, of the rules' table
    std::string_view reason;       ///< in words
    std::vector<std::byte> bytes;  ///< all of them, unless there was too much
    std::uint64_t all_bytes{0};    ///< how many there are up to the end
};

enum class ending : std::uint8_t { open, fin, reset };

/// What one end of a connection said.
struct utterances {
    std::vector<spoken> packets;
    /// Packets that end behind this offset are not to be relied upon, nor is it known what there is behind it.
    std::uint64_t trusted_until{UINT64_MAX};
    std::string_view doubt;  ///< why; empty while everything is known
    std::optional<broken_packet> broken;
    std::vector<std::byte> cut_short;  ///< an unfinished packet at the end
    ending end{ending::open};
    std::uint64_t end_frame{0};

    [[nodiscard]] bool is_trusted() const noexcept { return trusted_until == UINT64_MAX; }
    /// What lies at `offset` or behind it cannot be told, because of `why`.
    void distrust(std::uint64_t offset, std::string_view why) noexcept {
        if (offset < trusted_until) {
            trusted_until = offset;
            doubt = why;
        }
    }
};

struct talk {
    std::uint32_t stream{0};  ///< as the capture's reader numbers it
    std::array<utterances, 2> said;

    [[nodiscard]] const utterances& by(speaker who) const noexcept { return said[static_cast<std::size_t>(who)]; }
    [[nodiscard]] utterances& by(speaker who) noexcept { return said[static_cast<std::size_t>(who)]; }
};

/// All connections of one server that a capture shows, in the order in which they began.
struct conversation {
    std::vector<talk> talks;
    std::uint64_t frames{0};
};

}  // namespace chatos::conformance
