// One direction of a captured stream: bytes in order, and gaps between them, become packets and events. After a gap,
// and where no handshake was seen, it looks for the next packet boundary.
#pragma once

#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"
#include "dump/stream/stream_reader.hpp"
#include "dump/tcp/boundary_search.hpp"
#include "dump/tcp/frame_listener.hpp"
#include "dump/tcp/memory_budget.hpp"
#include "dump/tcp/reassembler.hpp"

#include <chatos/limits.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace chatos::dump {

/// What all streams of a run share.
struct capture_context {
    record_sink& sink;
    totals& account;
    limits bounds{};
    memory_budget budget{};
    capture_position now{};  ///< of the segment in hand; packets and events are given this place
    frame_listener* listener{nullptr};
};

class packet_stream final : public byte_receiver {
public:
    /// `context` and `ends` must outlive the stream.
    packet_stream(std::uint32_t stream, stream_direction direction, const stream_endpoints& endpoints,
                  capture_context& context);

    void began(bool is_midstream) override;
    void bytes(std::uint64_t offset, std::span<const std::byte> bytes, const frame_mark& mark) override;
    void missing(std::uint64_t offset, std::uint64_t count, gap_cause cause, const frame_mark* mark) override;
    void discarded(std::uint64_t offset, std::uint64_t count, discard_cause cause, const frame_mark& mark) override;
    void conflict(std::int64_t offset, std::span<const std::byte> kept, std::span<const std::byte> other) override;
    void ended() override;

    /// Reports an event that does not come from this direction's bytes.
    void report(event_kind kind, std::uint64_t offset, std::uint64_t bytes, std::string_view cause);
    /// Drops the unfinished packet, or the bytes of the boundary search, and reports that: memory is needed elsewhere.
    void release();

    [[nodiscard]] std::size_t held_bytes() const noexcept {
        return reader_.held_bytes() + (search_ ? search_->held_bytes() : 0);
    }

private:
    /// A malformed packet after a guessed start: the guess may be wrong.
    struct doubtful_packet {
        std::uint64_t offset;
        decode_error error;
        std::vector<std::byte> bytes;  ///< as far as they are shown
        capture_position place;        ///< where it failed
    };
    struct search_end {
        bool is_found{false};
        std::uint64_t undecoded{0};  ///< bytes that belong to no packet; malformed ones have been reported
    };

    void search_from(std::uint64_t offset, bool trusts_first_byte);
    void add(std::span<const std::byte> bytes);
    void resume(boundary_proof proof);
    void search_after_failure();
    void keep_context(std::span<const std::byte> bytes);
    void report_doubtful(std::uint64_t end);
    void search(bool at_end);
    search_end end_search();
    std::size_t abandon_packet(std::uint64_t next_offset);
    void resume_decoding_at(std::uint64_t offset);
    std::span<const std::byte> skip_cut_packet(std::uint64_t offset, std::span<const std::byte> bytes);
    void count_unframed(std::uint64_t bytes) noexcept;
    [[nodiscard]] event_record event_at(event_kind kind, std::uint64_t offset) const noexcept;

    capture_context* context_;
    const stream_endpoints* endpoints_;
    std::uint32_t stream_;
    stream_direction direction_;
    stream_reader reader_;
    std::unique_ptr<boundary_search> search_;  // null while decoding, or while a cut packet's rest is passed over
    std::uint64_t resume_at_{0};               // where the packet ends that a gap cut; 0: none
    std::uint64_t skipped_{0};                 // bytes of its rest so far, which begin at skipped_from_
    std::uint64_t skipped_from_{0};
    frame_mark last_mark_;                     // of the last bytes
    std::size_t guesses_{0};                   // boundaries that were searched for, and found
    std::optional<doubtful_packet> doubtful_;  // while search_ looks for a boundary after it
};

}  // namespace chatos::dump
