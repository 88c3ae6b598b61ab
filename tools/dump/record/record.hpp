// What the dump says about a stream, as values: packets, and what could not become packets. Readers of input make
// records, sinks print them; neither knows the other.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::dump {

enum class direction : std::uint8_t { client_to_server, server_to_client };

/// "c2s" or "s2c", as options, lines and JSON write it.
[[nodiscard]] constexpr std::string_view direction_name(direction way) noexcept {
    return way == direction::client_to_server ? "c2s" : "s2c";
}

/// False for a packet that the protocol never has in this direction (a CR from a server).
[[nodiscard]] constexpr bool may_travel(opcode op, direction way) noexcept {
    const packet_layout& row = layout_of(op);
    return way == direction::client_to_server ? row.from_client : row.from_server;
}

struct capture_place;
struct capture_time;
struct capture_totals;

/// Where a record begins: which stream, which way, and the absolute offset of its first byte there.
struct record_place {
    std::uint32_t stream{0};
    direction way{direction::client_to_server};
    std::uint64_t offset{0};
    const capture_place* capture{nullptr};  ///< where in a capture; null for a raw stream
};

struct packet_record {
    record_place at;
    std::span<const std::byte> bytes;  ///< the whole packet as it was read
    packet_view packet;
};

/// Framing is lost at `at`: from there to the end of the stream nothing is decoded, unless was_guessed says otherwise.
struct malformed_record {
    record_place at;
    /// From the first byte of the broken packet to a little behind the place of the error. Which bytes these are
    /// does not depend on how the input was cut.
    std::span<const std::byte> bytes;
    decode_error error;
    std::uint64_t lost_bytes{0};  ///< from `at` on; final only when the stream has ended
    /// Decoding had begun at a boundary that was guessed, and goes on at the next one that proves itself. Both calls
    /// come then once that, or the end of the known bytes, is found; lost_bytes end there.
    bool was_guessed{false};
};

/// The stream ends inside a packet.
struct incomplete_record {
    record_place at;
    std::span<const std::byte> bytes;  ///< what there is of the packet
    std::size_t need{0};               ///< at least so many more bytes were to come
};

/// What is to be said of a stream beside its packets.
enum class event_kind : std::uint8_t {
    gap,        ///< bytes are missing: no frame had them, or a frame that the snap length cut within its headers
    truncated,  ///< bytes are missing: the snap length cut them off the end of a frame
    conflict,   ///< the same sequence numbers with other bytes
    midstream,  ///< no handshake was seen
    resync,     ///< decoding began, or went on, at a boundary that was found
    unframed,   ///< the stream ended, and no boundary had been found for its last bytes
    reset,      ///< the sender has reset the connection
    evicted,    ///< something was given up so that memory stays bounded
};

/// An event of a captured stream. Which of the members mean something depends on the kind.
struct event_record {
    event_kind kind{event_kind::gap};
    record_place at;
    std::uint64_t bytes{0};  ///< gap, truncated: missing; conflict: differing; unframed: not decoded; evicted: given up
    std::uint64_t undecoded{0};          ///< gap, truncated, resync: bytes directly before that belong to no packet
    std::string_view cause{};            ///< gap, resync, evicted: a short name
    std::span<const std::byte> kept{};   ///< conflict: the bytes that came first, which packets are made of
    std::span<const std::byte> other{};  ///< conflict: the bytes that came later
};

/// Whether packets may be missing behind the event.
[[nodiscard]] constexpr bool loses_bytes(const event_record& record) noexcept {
    switch (record.kind) {
    case event_kind::gap:
    case event_kind::truncated:
    case event_kind::midstream:
    case event_kind::evicted: return record.cause != "history";
    case event_kind::conflict:
    case event_kind::resync:
    case event_kind::unframed:
    case event_kind::reset: break;
    }
    return false;
}
/// How one direction of a captured stream ended.
enum class end_kind : std::uint8_t {
    open,   ///< not at all, as far as the capture shows
    fin,    ///< its sender ended it
    reset,  ///< its sender reset the connection
};

/// Told once for each direction of a captured stream, after all its records; it is no line of the output.
struct end_record {
    end_kind kind{end_kind::open};
    record_place at;          ///< the offset is that of the end
    bool has_begun{true};     ///< false where no frame of this direction was seen
    std::uint64_t unseen{0};  ///< bytes behind the end that the other side has acknowledged and no frame had
};

/// The account of everything that was read: input = packets + malformed + incomplete + unframed.
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

/// Takes records in the order of the stream. Views in a record live until the call returns.
class record_sink {
public:
    record_sink() = default;
    record_sink(const record_sink&) = delete;
    record_sink& operator=(const record_sink&) = delete;
    virtual ~record_sink() = default;

    /// Of raw streams only. `name` says where the stream comes from (a file's name); it is not trusted.
    virtual void stream_began(const record_place& at, std::string_view name) = 0;
    virtual void packet(const packet_record& record) = 0;
    /// A packet that is not to be shown. For whoever learns from packets, or follows what answers what.
    virtual void hidden(const packet_record&) {}
    /// An event that is not to be shown, and tells that bytes of this stream are missing or cannot be decoded.
    virtual void hidden_loss(std::uint32_t /*stream*/) {}
    /// As soon as the error and the bytes around it are known; more of the stream may follow.
    virtual void malformed(const malformed_record& record) = 0;
    /// The same record once more at the end of that stream, when `lost_bytes` is final.
    virtual void malformed_ended(const malformed_record& record) = 0;
    virtual void incomplete(const incomplete_record& record) = 0;
    /// The bytes of a malformed packet and those behind it, as they come; they are no line of the output.
    virtual void undecoded(const record_place& /*of*/, std::span<const std::byte> /*bytes*/) {}
    /// Of captures only.
    virtual void event(const event_record&) {}
    /// Of captures only.
    virtual void direction_ended(const end_record&) {}
    /// Before the first record of a capture, with the time of its first frame. `name` as in stream_began(), empty where
    /// only one capture is read.
    virtual void capture_began(std::string_view /*name*/, const capture_time& /*first_frame*/) {}
    /// The input has nothing more for now: whoever collects shows what there is.
    virtual void idle() {}
    virtual void summary(const totals& account) = 0;
};

}  // namespace chatos::dump
