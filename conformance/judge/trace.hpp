// The packets that an observer saw between clients and one server, as plain values: which side sent which packet, when,
// and from which offset on a direction is no longer known. Knows nothing of capture files; their reader fills it in.
#pragma once

#include "judge/settled_part.hpp"

#include <chatos/packet.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

enum class side : std::uint8_t { client, server };

/// `frame` orders everything that the observer saw: an effect always has a later frame than its cause.
struct observed_packet {
    std::uint64_t frame{0};
    std::int64_t time_ns{0};  ///< since 1970; 0 if the capture has no timestamps
    std::uint64_t offset{0};  ///< of its first byte in its direction
    std::uint64_t length{0};  ///< bytes
    opcode op{opcode::error};
    std::uint8_t code{0};
    std::string pseudo;
    std::string message;
};

/// Bytes that are not a packet; framing is lost from there on.
struct malformed_packet {
    std::uint64_t frame{0};
    std::int64_t time_ns{0};
    std::uint64_t offset{0};
    std::string_view rule;         ///< id of the rule that it breaks
    std::string_view reason;       ///< for people
    std::vector<std::byte> bytes;  ///< up to the end of the direction, or fewer if there were too many to keep
    std::uint64_t bytes_total{0};  ///< up to the end of the direction
};

enum class direction_end : std::uint8_t { open, fin, reset };

/// What one side of a connection sent.
struct direction_trace {
    std::vector<observed_packet> packets;
    /// Packets that end after this offset are unreliable, and others may be missing there.
    std::uint64_t trusted_until{UINT64_MAX};
    std::string_view distrust_reason;  ///< empty while everything is known
    std::optional<malformed_packet> malformed;
    std::vector<std::byte> unfinished;  ///< bytes of a packet that the end of the direction cut short
    direction_end end{direction_end::open};
    std::uint64_t end_frame{0};
    bool is_finished{false};      ///< nothing more will come, however it ended
    std::int64_t end_time_ns{0};  ///< as that of packets
    /// A frame at this time shows that this side had sent no more than is known; 0: none does. As that of packets.
    std::int64_t complete_at_ns{0};

    [[nodiscard]] bool is_trusted() const noexcept { return trusted_until == UINT64_MAX; }
    [[nodiscard]] bool is_trusted(const observed_packet& packet) const noexcept {
        return packet.offset + packet.length <= trusted_until;
    }
    /// Marks everything from `offset` on as unreliable.
    void distrust(std::uint64_t offset, std::string_view reason) noexcept {
        if (offset < trusted_until) {
            trusted_until = offset;
            distrust_reason = reason;
        }
    }
};

struct connection {
    std::uint32_t stream{0};    ///< the number that the capture's reader gave it
    std::int64_t opened_ns{0};  ///< when its handshake began; as that of packets, and 0 if that was not seen
    std::array<direction_trace, 2> directions;
    settled_part settled;

    [[nodiscard]] const direction_trace& from(side sender) const noexcept {
        return directions[static_cast<std::size_t>(sender)];
    }
    [[nodiscard]] direction_trace& from(side sender) noexcept { return directions[static_cast<std::size_t>(sender)]; }
};

/// All observed connections of one server, in the order in which they began.
struct trace {
    std::vector<connection> connections;
    std::uint64_t frames{0};
    /// The frames of different connections are in order: they were taken at one point. No reorder window is needed.
    bool is_in_order{false};
};

}  // namespace chatos::conformance
