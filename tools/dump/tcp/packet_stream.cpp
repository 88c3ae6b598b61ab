#include "dump/tcp/packet_stream.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace chatos::dump {

namespace {

/// After so many boundaries that were found in a direction, what is malformed is final: each new search reads again
/// what the last one has read.
constexpr std::size_t guesses_max = 64;

constexpr std::string_view proof_name(boundary_proof proof) noexcept {
    switch (proof) {
    case boundary_proof::first_byte: return "first_byte";
    case boundary_proof::two_packets: return "two_packets";
    case boundary_proof::exact_end: return "exact_end";
    }
    return {};
}

constexpr std::string_view cause_name(discard_cause cause) noexcept {
    switch (cause) {
    case discard_cause::outside: return "outside";
    case discard_cause::before_start: return "before_start";
    case discard_cause::after_end: return "after_end";
    }
    return {};
}

}  // namespace

packet_stream::packet_stream(std::uint32_t stream, stream_direction direction, const stream_endpoints& endpoints,
                             capture_context& context)
    : context_{&context}, endpoints_{&endpoints}, stream_{stream},
      direction_{direction}, reader_{stream, direction, context.bounds, context.sink, context.account, context.now} {}

event_record packet_stream::event_at(event_kind kind, std::uint64_t offset) const noexcept {
    context_->now.endpoints = endpoints_;
    return {.kind = kind, .at = {stream_, direction_, offset, &context_->now}};
}

void packet_stream::report(event_kind kind, std::uint64_t offset, std::uint64_t bytes, std::string_view cause) {
    event_record event = event_at(kind, offset);
    event.bytes = bytes;
    event.cause = cause;
    context_->sink.take(event);
}

/// Bytes that belong to no packet, and have not been counted yet.
void packet_stream::count_unframed(std::uint64_t bytes) noexcept {
    context_->account.input_bytes += bytes;
    context_->account.unframed_bytes += bytes;
}

void packet_stream::began(bool is_midstream) {
    if (is_midstream) {
        report(event_kind::midstream, 0, 0, {});
        search_from(0, true);
    }
}

void packet_stream::search_from(std::uint64_t offset, bool trusts_first_byte) {
    search_ = std::make_unique<boundary_search>(offset, trusts_first_byte, context_->bounds, context_->budget);
}

/// Skips the rest of a packet that a gap cut, up to its end according to its sizes.
std::span<const std::byte> packet_stream::skip_cut_packet(std::uint64_t offset, std::span<const std::byte> bytes) {
    const auto skipped_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(resume_at_ - offset, bytes.size()));
    count_unframed(skipped_bytes);
    skipped_ += skipped_bytes;
    if (offset + skipped_bytes == resume_at_) {
        resume_at_ = 0;
        reader_.abandon(offset + skipped_bytes);
        event_record event = event_at(event_kind::resync, offset + skipped_bytes);
        event.undecoded = skipped_;
        event.cause = "announced_end";
        context_->sink.take(event);
    }
    return bytes.subspan(skipped_bytes);
}

void packet_stream::bytes(std::uint64_t offset, std::span<const std::byte> bytes, const frame_mark& mark) {
    const frame_mark current = context_->now.mark;
    context_->now.mark = mark;
    context_->now.endpoints = endpoints_;
    last_mark_ = mark;
    if (context_->listener != nullptr) {
        context_->listener->bytes_given({stream_, direction_, offset, &context_->now}, bytes);
    }
    if (resume_at_ != 0) {
        bytes = skip_cut_packet(offset, bytes);
    }
    add(bytes);
    if (search_) {
        search(false);
    }
    context_->now.mark = current;
}

/// Passes bytes that came with the current mark to the boundary search, if there is one, or to the decoder.
void packet_stream::add(std::span<const std::byte> bytes) {
    if (search_) {
        keep_context(bytes);
        search_->add(bytes, context_->now.mark);
        return;
    }
    if (bytes.empty()) {
        return;
    }
    const std::size_t held_before = reader_.held_bytes();
    reader_.take(bytes);
    context_->budget.change(held_before, reader_.held_bytes());
    if (reader_.has_failed() && guesses_ != 0 && guesses_ <= guesses_max) {
        search_after_failure();
    }
}

/// A malformed packet after a guessed start may only mean that the guess was wrong.
void packet_stream::search_after_failure() {
    const std::size_t held_before = reader_.held_bytes();
    stream_reader::failed_packet_bytes failed = reader_.take_failed_packet();
    context_->budget.change(held_before, 0);
    doubtful_ = {failed.offset, failed.error, {}, context_->now};
    keep_context(failed.bytes);
    search_from(failed.offset + 1, false);
    search_->add(std::span{failed.bytes}.subspan(1), context_->now.mark);
}

/// Keeps of a doubtful packet what is shown of it.
void packet_stream::keep_context(std::span<const std::byte> bytes) {
    if (!doubtful_) {
        return;
    }
    const std::uint64_t wanted = doubtful_->error.offset - doubtful_->offset + stream_reader::context_bytes;
    const std::size_t held_bytes = doubtful_->bytes.size();
    if (held_bytes < wanted) {
        const std::span<const std::byte> added =
            bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(wanted - held_bytes, bytes.size())));
        doubtful_->bytes.insert(doubtful_->bytes.end(), added.begin(), added.end());
        context_->budget.change(held_bytes, doubtful_->bytes.size());
    }
}

/// Reports a doubtful packet, now that its extent is known.
void packet_stream::report_doubtful(std::uint64_t end) {
    const doubtful_packet packet = *std::exchange(doubtful_, std::nullopt);
    const std::uint64_t lost = end - packet.offset;
    context_->budget.change(packet.bytes.size(), 0);
    context_->account.input_bytes += lost;
    context_->account.malformed_bytes += lost;
    const malformed_record record{.at = {stream_, direction_, packet.offset, &packet.place},
                                  .bytes = std::span{packet.bytes}.first(
                                      static_cast<std::size_t>(std::min<std::uint64_t>(packet.bytes.size(), lost))),
                                  .error = packet.error,
                                  .lost_bytes = lost,
                                  .was_guessed = true};
    context_->sink.take(record);
    context_->sink.take(malformed_end{record});
}

void packet_stream::search(bool at_end) {
    // Decoding may fail again after the boundary.
    while (search_) {
        const std::optional<boundary_proof> proof = search_->find(at_end);
        if (!proof) {
            return;
        }
        resume(*proof);
    }
}

/// Decodes from the boundary that was found.
void packet_stream::resume(boundary_proof proof) {
    const std::unique_ptr<boundary_search> search = std::move(search_);
    const std::span<const std::byte> known = search->boundary_bytes();
    const frame_mark current = context_->now.mark;
    context_->now.mark = search->piece_at(0).mark;
    event_record event = event_at(event_kind::resync, search->offset());
    if (doubtful_) {
        report_doubtful(search->offset());
    } else {
        event.undecoded = search->offset() - search->first_offset();
        count_unframed(event.undecoded);
    }
    event.cause = proof_name(proof);
    context_->sink.take(event);
    ++guesses_;
    reader_.keep_failed(guesses_ <= guesses_max);
    reader_.abandon(search->offset());
    for (std::size_t position = 0; position < known.size();) {
        const boundary_search::piece piece = search->piece_at(position);
        context_->now.mark = piece.mark;
        add(known.subspan(position, piece.bytes));
        position += piece.bytes;
    }
    context_->now.mark = current;
}

/// Ends a search at the end of the known bytes.
packet_stream::search_end packet_stream::end_search() {
    search(true);
    if (!search_) {
        return {.is_found = true};
    }
    search_end ended;
    if (doubtful_) {
        report_doubtful(search_->end_offset());
    } else {
        ended.undecoded = search_->end_offset() - search_->first_offset();
        count_unframed(ended.undecoded);
    }
    search_.reset();
    return ended;
}

void packet_stream::missing(std::uint64_t offset, std::uint64_t count, gap_cause cause, const frame_mark* mark) {
    const frame_mark current = context_->now.mark;
    if (mark != nullptr) {
        context_->now.mark = *mark;
    }
    std::uint64_t undecoded = 0;
    if (search_) {
        undecoded = end_search().undecoded;
    }
    if (resume_at_ != 0) {
        undecoded += skipped_;
    }
    const std::size_t unfinished = abandon_packet(offset + count);
    event_record event = event_at(cause == gap_cause::payload_cut ? event_kind::truncated : event_kind::gap, offset);
    event.bytes = count;
    event.undecoded = undecoded + unfinished;
    event.cause = cause == gap_cause::lost ? "lost" : cause == gap_cause::header_cut ? "header_cut" : "payload_cut";
    context_->sink.take(event);
    context_->now.mark = current;
    resume_decoding_at(offset + count);
}

/// Forgets the unfinished packet; the next byte to come has this offset. Where that packet ends is remembered, if
/// known.
std::size_t packet_stream::abandon_packet(std::uint64_t next_offset) {
    if (reader_.unfinished_packet_bytes() != 0) {
        resume_at_ = reader_.offset() + reader_.unfinished_packet_bytes();
    }
    const std::size_t unfinished = reader_.abandon(next_offset);
    context_->account.unframed_bytes += unfinished;
    context_->budget.change(unfinished, 0);
    return unfinished;
}

/// Decoding continues where the cut packet ends, if that is still to come, or else at the next boundary.
void packet_stream::resume_decoding_at(std::uint64_t offset) {
    skipped_ = 0;
    skipped_from_ = offset;
    if (!reader_.has_failed() && resume_at_ < offset) {
        resume_at_ = 0;
        search_from(offset, false);
    }
}

void packet_stream::conflict(std::int64_t offset, std::span<const std::byte> kept, std::span<const std::byte> other) {
    event_record event = event_at(event_kind::conflict, static_cast<std::uint64_t>(std::max<std::int64_t>(offset, 0)));
    event.bytes = kept.size();
    event.kept = kept;
    event.other = other;
    context_->sink.take(event);
}

void packet_stream::discarded(std::uint64_t offset, std::uint64_t count, discard_cause cause, const frame_mark& mark) {
    const frame_mark current = std::exchange(context_->now.mark, mark);
    report(event_kind::discarded, offset, count, cause_name(cause));
    context_->now.mark = current;
}

void packet_stream::ended() {
    const std::uint64_t first_undecoded = search_ ? search_->first_offset() : skipped_from_;
    std::uint64_t undecoded = search_ ? end_search().undecoded : 0;
    if (resume_at_ != 0) {
        undecoded = skipped_;
        resume_at_ = 0;
    }
    if (undecoded != 0) {
        report(event_kind::unframed, first_undecoded, undecoded, {});
    }
    context_->now.endpoints = endpoints_;
    context_->budget.change(reader_.held_bytes(), 0);
    const frame_mark current = std::exchange(context_->now.mark, last_mark_);
    reader_.end();
    context_->now.mark = current;
}

void packet_stream::release() {
    if (search_) {
        const std::uint64_t end = search_->end_offset();
        const std::uint64_t first = search_->first_offset();
        const search_end ended = end_search();
        if (ended.undecoded != 0) {
            report(event_kind::evicted, first, ended.undecoded, "search");
        }
        if (!ended.is_found) {
            search_from(end, false);
        }
    } else if (reader_.held_bytes() != 0 && !reader_.has_failed()) {
        const std::uint64_t first = reader_.offset();
        const std::uint64_t end = first + reader_.held_bytes();
        report(event_kind::evicted, first, abandon_packet(end), "packet");
        resume_decoding_at(end);
    }
}

}  // namespace chatos::dump
