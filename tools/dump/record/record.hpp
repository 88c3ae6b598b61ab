// What the dump reports of a stream: packets, and bytes that could not become packets. Readers of input make records,
// sinks print them; neither knows the other.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace chatos::dump {

enum class stream_direction : std::uint8_t { client_to_server, server_to_client };

[[nodiscard]] constexpr stream_direction opposite(stream_direction direction) noexcept {
    return direction == stream_direction::client_to_server ? stream_direction::server_to_client
                                                           : stream_direction::client_to_server;
}

/// "c2s" or "s2c", as options, lines and JSON spell it.
[[nodiscard]] constexpr std::string_view direction_name(stream_direction direction) noexcept {
    return direction == stream_direction::client_to_server ? "c2s" : "s2c";
}

/// False for a packet that the protocol does not have in this direction (a CR from a server).
[[nodiscard]] constexpr bool may_travel(opcode op, stream_direction direction) noexcept {
    const packet_layout& row = layout_of(op);
    return direction == stream_direction::client_to_server ? row.from_client : row.from_server;
}

struct capture_position;
struct capture_totals;

/// Where a record begins: stream, direction, and the absolute offset of its first byte.
struct stream_position {
    std::uint32_t stream{0};
    stream_direction direction{stream_direction::client_to_server};
    std::uint64_t offset{0};
    const capture_position* capture{nullptr};  ///< where in a capture; null for a raw stream
};

/// A number of its own for each direction of each stream.
[[nodiscard]] constexpr std::uint64_t direction_number(std::uint32_t stream, stream_direction direction) noexcept {
    return std::uint64_t{stream} * 2 + static_cast<std::uint64_t>(direction);
}

/// A capture says of a frame what cannot be, see frame_flaw. Once for each kind in a capture.
struct capture_event {
    frame_flaw flaw{frame_flaw::original_length};
    std::uint64_t frame{0};  ///< the first such frame, from 1
    capture_time time{};
    std::string_view file;  ///< as in stream_start; empty if only one capture is read
};

/// A raw stream begins.
struct stream_start {
    stream_position at;
    std::string_view name;  ///< where the stream comes from (a file's name); not trusted
};

/// A capture begins; precedes its first record.
struct capture_start {
    std::string_view name;  ///< as in stream_start; empty if only one capture is read
    capture_time first_frame;
};

struct packet_record {
    stream_position at;
    std::span<const std::byte> bytes;  ///< the whole packet as it was read
    packet_view packet;
};

/// A packet that a filter keeps from being shown. Sinks that learn from packets, or match answers to requests, need it.
struct hidden_packet {
    packet_record hidden;
};

/// An event that a filter keeps from being shown, and after which packets of this stream may be missing.
struct hidden_loss {
    stream_position at;
};

/// Framing is lost at `at`: from there to the end of the stream nothing is decoded, unless was_guessed says otherwise.
/// Comes as soon as the error and the bytes around it are known; more of the stream may follow.
struct malformed_record {
    stream_position at;
    /// From the first byte of the malformed packet to a little after the position of the error. Which bytes these are
    /// does not depend on how the input was fragmented.
    std::span<const std::byte> bytes;
    decode_error error;
    std::uint64_t lost_bytes{0};  ///< from `at` on; final only in malformed_end
    /// Decoding had begun at a guessed boundary, and continues at the next boundary that proves itself. Both records
    /// come once that boundary, or the end of the known bytes, has been found; lost_bytes end there.
    bool was_guessed{false};
};

/// The same record again at the end of that stream, when its `lost_bytes` are final.
struct malformed_end {
    malformed_record malformed;
};

/// The stream ends inside a packet.
struct incomplete_record {
    stream_position at;
    std::span<const std::byte> bytes;  ///< what there is of the packet
    std::size_t need{0};               ///< at least so many bytes are missing
};

/// Bytes of a malformed packet and those after it, as they arrive. Never printed.
struct undecoded_record {
    stream_position at;  ///< of the malformed packet
    std::span<const std::byte> bytes;
};

/// What a capture tells of a stream besides its packets.
enum class event_kind : std::uint8_t {
    gap,            ///< bytes are missing: no frame had them, or a frame that the snap length cut within its headers
    truncated,      ///< bytes are missing: the snap length cut them off the end of a frame
    conflict,       ///< the same sequence numbers came with different bytes
    midstream,      ///< no handshake was captured
    resync,         ///< decoding began, or continued, at a boundary that was found
    unframed,       ///< the stream ended before a boundary was found for its last bytes
    reset,          ///< the sender reset the connection
    evicted,        ///< state was dropped to bound memory
    discarded,      ///< bytes were captured that have no place in the stream
    contested,      ///< which of two connections between the same endpoints a frame belongs to is not certain
    reset_ignored,  ///< the other side acknowledged bytes after a reset: it had not taken the reset for valid
};

/// An event of a captured stream. Which members are meaningful depends on the kind.
struct event_record {
    event_kind kind{event_kind::gap};
    stream_position at;
    std::uint64_t bytes{
        0};  ///< gap, truncated: missing; conflict: differing; unframed: not decoded; evicted, discarded: dropped
    std::uint64_t undecoded{0};          ///< gap, truncated, resync: bytes directly before that belong to no packet
    std::string_view cause{};            ///< gap, resync, evicted, discarded: a short name
    std::span<const std::byte> kept{};   ///< conflict: the bytes that came first, which packets are made of
    std::span<const std::byte> other{};  ///< conflict: the bytes that came later
};

/// Whether packets may be missing after the event.
[[nodiscard]] constexpr bool loses_bytes(const event_record& record) noexcept {
    switch (record.kind) {
    case event_kind::gap:
    case event_kind::truncated:
    case event_kind::midstream:
    case event_kind::evicted: return record.cause != "history";
    case event_kind::conflict:
    case event_kind::resync:
    case event_kind::unframed:
    case event_kind::reset:
    case event_kind::discarded:
    case event_kind::contested:
    case event_kind::reset_ignored: break;
    }
    return false;
}

/// How one direction of a captured stream ended.
enum class end_kind : std::uint8_t {
    open,   ///< not at all, as far as the capture shows
    fin,    ///< its sender closed it
    reset,  ///< its sender reset the connection
};

/// Follows all records of one direction of a captured stream. Never printed.
struct direction_closed {
    end_kind kind{end_kind::open};
    stream_position at;       ///< the offset is that of the end
    bool has_begun{true};     ///< false if the capture has no frame of this direction
    std::uint64_t unseen{0};  ///< bytes past the end that the other side acknowledged and no frame had
    /// The last frame of this direction, which shows that it had sent no more by then; no digits if none shows it.
    capture_time complete_at{};
};

struct totals;

/// A live input has nothing more for now: sinks that collect show what they have. One that is watched tells so at least
/// once a second, however busy it is.
struct input_pause {
    const totals* account{nullptr};  ///< of what was read so far; may be null
};

/// The account of everything that was read: input = packets + malformed + incomplete + unframed. The last record.
struct totals {
    std::uint64_t streams{0};
    std::uint64_t packets{0};
    std::uint64_t input_bytes{0};
    std::uint64_t packet_bytes{0};
    std::uint64_t malformed_bytes{0};
    std::uint64_t incomplete_bytes{0};
    std::uint64_t unframed_bytes{0};         ///< captures: bytes around gaps and starts that belong to no packet
    const capture_totals* capture{nullptr};  ///< null for raw streams
};

using any_record = std::variant<packet_record, hidden_packet, hidden_loss, malformed_record, malformed_end,
                                incomplete_record, undecoded_record, event_record, direction_closed, stream_start,
                                capture_start, capture_event, input_pause, totals>;

/// The place of a record in its stream; null for a record that is not about a single stream.
[[nodiscard]] inline const stream_position* position_of(const any_record& record) noexcept {
    return std::visit(
        [](const auto& alternative) -> const stream_position* {
            if constexpr (requires { alternative.at; }) {
                return &alternative.at;
            } else if constexpr (requires { alternative.hidden; }) {
                return &alternative.hidden.at;
            } else if constexpr (requires { alternative.malformed; }) {
                return &alternative.malformed.at;
            } else {
                return nullptr;
            }
        },
        record);
}

/// Takes records in the order of the stream. Views in a record live until the call returns.
class record_sink {
public:
    record_sink() = default;
    record_sink(const record_sink&) = delete;
    record_sink& operator=(const record_sink&) = delete;
    virtual ~record_sink() = default;

    virtual void take(const any_record& record) = 0;
};

}  // namespace chatos::dump
