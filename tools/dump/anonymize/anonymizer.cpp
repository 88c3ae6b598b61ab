#include "dump/anonymize/anonymizer.hpp"

#include "base/utf8_text.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/record/packet_fields.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

/// Segments of a direction that are kept for repetitions of their bytes.
constexpr std::size_t settled_segments_max = 32;
/// Segments of a direction whose bytes may be filled in later; fewer where all directions have many.
constexpr std::size_t segments_max = 4'096;
constexpr std::size_t crowded_segments_max = 16;
constexpr std::size_t all_segments_max = 100'000;
/// Frames whose stream may turn out to be another one.
constexpr std::size_t recent_segments_max = 256;
/// Bytes of packets that are not whole yet, of all streams; of what is beyond, nothing is filled in.
constexpr std::size_t unsettled_bytes_max = std::size_t{8} << 20U;

bool is_text(field name) noexcept {
    return name == field::pseudo || name == field::message;
}

/// Calls `use` with each text of a packet, or of the start of one.
template <typename Use>
void for_each_text(std::span<const std::byte> packet, Use&& use) {
    for (const packet_field& part : packet_fields{packet}) {
        if (is_text(part.name)) {
            use(base::as_text(part.bytes));
        }
    }
}

/// Changes the bits of `bytes` in which the segment at `offset` differs from what came first.
void apply_differences(std::span<const std::byte> differences, std::size_t offset, std::span<std::byte> bytes) {
    for (std::size_t index = 0; index < bytes.size() && offset + index < differences.size(); ++index) {
        bytes[index] ^= differences[offset + index];
    }
}

}  // namespace

void text_collector::take(const any_record& record) {
    const auto avoid = [this](std::string_view text) { texts_.avoid(text); };
    if (const auto* const packet = std::get_if<packet_record>(&record)) {
        for_each_text(packet->bytes, avoid);
    } else if (const auto* const malformed = std::get_if<malformed_record>(&record)) {
        for_each_text(malformed->bytes, avoid);
    } else if (const auto* const incomplete = std::get_if<incomplete_record>(&record)) {
        for_each_text(incomplete->bytes, avoid);
    }
}

void anonymizer::frame_read(std::uint64_t number, const captured_frame& frame) {
    const decapsulated_frame* const segment = decapsulator_.decapsulate(frame);
    const frame_skeleton skeleton = make_skeleton(frame, segment, addresses_);
    ++counts_.frames;
    counts_.simplified += skeleton.shape == frame_skeleton::form::simplified ? 1 : 0;
    counts_.blank += skeleton.shape == frame_skeleton::form::blank ? 1 : 0;
    const payload_place place = file_.add(skeleton, frame.time);
    last_payload_.clear();
    if (skeleton.shape != frame_skeleton::form::blank) {
        last_payload_.assign(segment->tcp.payload.begin(), segment->tcp.payload.end());
        recent_.push_back({number, skeleton.sequence, place, segment->tcp.is_syn, {}});
        if (recent_.size() > recent_segments_max) {
            recent_.pop_front();
        }
        // A frame has one segment here: others of an aggregate are lost.
        while (decapsulator_.decapsulate_further() != nullptr) {
        }
    }
}

anonymizer::direction_state& anonymizer::state_of(std::uint32_t stream, stream_direction direction) {
    return directions_[direction_number(stream, direction)];
}

std::int64_t anonymizer::offset_of(const direction_state& direction, const segment_place& segment) noexcept {
    const auto distance = static_cast<std::int32_t>(segment.sequence - direction.base_sequence);
    return static_cast<std::int64_t>(direction.base_offset) + distance;
}

/// Bytes of the segment before those that are given, because they came before.
std::uint32_t anonymizer::left_out_before(const direction_state& direction, const segment_place& segment,
                                          std::uint64_t offset, std::span<const std::byte> bytes) const {
    if (direction.has_base && offset_of(direction, segment) <= static_cast<std::int64_t>(offset)) {
        return static_cast<std::uint32_t>(static_cast<std::int64_t>(offset) - offset_of(direction, segment));
    }
    const bool is_last = !recent_.empty() && recent_.back().frame == segment.frame;
    const bool is_start = is_last && bytes.size() <= last_payload_.size() &&
                          std::equal(bytes.begin(), bytes.end(), last_payload_.begin());
    return is_start ? 0 : static_cast<std::uint32_t>(segment.place.bytes - bytes.size());
}

/// The frame, if it was read lately and has a segment.
const anonymizer::segment_place* anonymizer::recent(std::uint64_t frame) const noexcept {
    if (!recent_.empty() && recent_.back().frame == frame) {
        return &recent_.back();
    }
    const auto place = std::ranges::find(recent_, frame, &segment_place::frame);
    return place == recent_.end() ? nullptr : &*place;
}

/// The frame is of this direction, whatever was thought when it was read; true if that is news. Nothing of a segment
/// without bytes is kept.
bool anonymizer::add_segment_of(direction_state& direction, std::uint64_t frame) {
    const segment_place* const segment = recent(frame);
    const bool is_known =
        std::find_if(direction.segments.rbegin(), direction.segments.rend(),
                     [frame](const segment_place& place) { return place.frame == frame; }) != direction.segments.rend();
    if (segment == nullptr || segment->place.bytes == 0 || is_known) {
        return false;
    }
    direction.segments.push_back(*segment);
    ++segments_;
    while (direction.segments.size() > (segments_ > all_segments_max ? crowded_segments_max : segments_max)) {
        drop_first(direction);
    }
    return true;
}

void anonymizer::drop_first(direction_state& direction) {
    direction.segments.pop_front();
    --segments_;
}

void anonymizer::bytes_given(const stream_position& at, std::span<const std::byte> bytes) {
    direction_state& direction = state_of(at.stream, at.direction);
    const std::uint64_t frame = at.capture->mark.frame;
    const bool is_new = add_segment_of(direction, frame);
    const auto segment = std::ranges::find(direction.segments, frame, &segment_place::frame);
    if (segment != direction.segments.end() && bytes.size() <= segment->place.bytes) {
        const std::uint32_t left_out = left_out_before(direction, *segment, at.offset, bytes);
        direction.base_sequence = segment->sequence + left_out;
        direction.base_offset = at.offset;
        direction.has_base = true;
        if (is_new) {
            repeat(direction, *segment);
        }
    }
    const bool follows = direction.settled + direction.unsettled.size() == at.offset;
    if (direction.tail == 0 && (follows || direction.unsettled.empty())) {
        if (!follows) {
            direction.settled = at.offset;
        }
        if (unsettled_bytes_ + bytes.size() <= unsettled_bytes_max) {
            direction.unsettled.insert(direction.unsettled.end(), bytes.begin(), bytes.end());
            unsettled_bytes_ += bytes.size();
        }
    }
}

void anonymizer::segment_taken(const stream_position& at, bool /*is_waiting*/) {
    direction_state& direction = state_of(at.stream, at.direction);
    const segment_place* const segment = recent(at.capture->mark.frame);
    if (segment != nullptr && segment->is_syn && !direction.has_base) {
        direction.base_sequence = segment->sequence;
        direction.base_offset = 0;
        direction.has_base = true;
    }
    if (add_segment_of(direction, at.capture->mark.frame)) {
        repeat(direction, direction.segments.back());
    }
}

void anonymizer::fill(const segment_place& segment, std::size_t offset, std::vector<std::byte> bytes) {
    apply_differences(segment.differences, offset, bytes);
    file_.fill(segment.place, offset, bytes);
}

/// The frame that came later still differs, where it did.
void anonymizer::note_conflict(const event_record& record) {
    direction_state& direction = state_of(record.at.stream, record.at.direction);
    const std::uint64_t frame = record.at.capture->mark.frame;
    const bool is_new = add_segment_of(direction, frame);
    const auto segment = std::ranges::find(direction.segments, frame, &segment_place::frame);
    if (segment == direction.segments.end() || !direction.has_base) {
        return;
    }
    const std::int64_t begin = static_cast<std::int64_t>(record.at.offset) - offset_of(direction, *segment);
    const std::size_t count = std::min(record.kept.size(), record.other.size());
    segment->differences.resize(segment->place.bytes);
    for (std::size_t index = 0; index < count; ++index) {
        const std::int64_t position = begin + static_cast<std::int64_t>(index);
        const bool is_inside = position >= 0 && position < static_cast<std::int64_t>(segment->place.bytes);
        if (is_inside && record.kept[index] != record.other[index]) {
            segment->differences[static_cast<std::size_t>(position)] = std::byte{1};
        }
    }
    if (is_new) {
        repeat(direction, *segment);
    }
}

/// Bytes that came once more, and were filled in where they came first.
void anonymizer::repeat(direction_state& direction, const segment_place& added) {
    if (!direction.has_base) {
        return;
    }
    const std::int64_t begin = offset_of(direction, added);
    const std::int64_t end = begin + static_cast<std::int64_t>(added.place.bytes);
    for (const segment_place& earlier : direction.segments) {
        if (earlier.frame == added.frame) {
            continue;
        }
        const std::int64_t from = offset_of(direction, earlier);
        const std::int64_t first = std::max(begin, from);
        const std::int64_t last = std::min(end, from + static_cast<std::int64_t>(earlier.place.bytes));
        if (first < last) {
            std::vector<std::byte> bytes = file_.filled(earlier.place, static_cast<std::size_t>(first - from),
                                                        static_cast<std::size_t>(last - first));
            apply_differences(earlier.differences, static_cast<std::size_t>(first - from), bytes);
            fill(added, static_cast<std::size_t>(first - begin), std::move(bytes));
        }
    }
}

void anonymizer::fill(direction_state& direction, std::uint64_t offset, std::span<const std::byte> bytes) {
    if (!direction.has_base) {
        return;
    }
    const auto begin = static_cast<std::int64_t>(offset);
    const std::int64_t end = begin + static_cast<std::int64_t>(bytes.size());
    for (const segment_place& segment : direction.segments) {
        const std::int64_t from = offset_of(direction, segment);
        const std::int64_t first = std::max(begin, from);
        const std::int64_t last = std::min(end, from + static_cast<std::int64_t>(segment.place.bytes));
        if (first < last) {
            const std::span<const std::byte> part =
                bytes.subspan(static_cast<std::size_t>(first - begin), static_cast<std::size_t>(last - first));
            fill(segment, static_cast<std::size_t>(first - from), {part.begin(), part.end()});
        }
    }
}

/// Nothing more is filled in before `offset`.
void anonymizer::settle(direction_state& direction, std::uint64_t offset) {
    const std::uint64_t known = direction.settled + direction.unsettled.size();
    const auto dropped =
        static_cast<std::size_t>(offset <= direction.settled ? 0 : std::min(offset, known) - direction.settled);
    direction.unsettled.erase(direction.unsettled.begin(),
                              direction.unsettled.begin() + static_cast<std::ptrdiff_t>(dropped));
    unsettled_bytes_ -= dropped;
    direction.settled = std::max(direction.settled, offset);
    const std::size_t kept = segments_ > all_segments_max ? crowded_segments_max / 4 : settled_segments_max;
    while (direction.segments.size() > kept && direction.has_base &&
           offset_of(direction, direction.segments.front()) +
                   static_cast<std::int64_t>(direction.segments.front().place.bytes) <=
               static_cast<std::int64_t>(direction.settled)) {
        drop_first(direction);
    }
}

/// A packet, or the start of one, with other texts; up to the field that is wrong.
std::vector<std::byte> anonymizer::replaced(std::span<const std::byte> packet, const decode_error* error) {
    std::vector<std::byte> bytes;
    for (const packet_field& part : packet_fields{packet}) {
        if (is_text(part.name)) {
            const std::string text = texts_.replace(base::as_text(part.bytes));
            const std::span<const std::byte> content = std::as_bytes(std::span{text});
            bytes.insert(bytes.end(), content.begin(), content.end());
        } else {
            bytes.insert(bytes.end(), part.bytes.begin(), part.bytes.end());
        }
        if (error != nullptr && error->where == part.name) {
            break;
        }
    }
    return bytes;
}

void anonymizer::on(const packet_record& record) {
    direction_state& direction = state_of(record.at.stream, record.at.direction);
    fill(direction, record.at.offset, replaced(record.bytes));
    settle(direction, record.at.offset + record.bytes.size());
}

void anonymizer::on(const incomplete_record& record) {
    fill(state_of(record.at.stream, record.at.direction), record.at.offset, replaced(record.bytes));
}

void anonymizer::on(const malformed_record& record) {
    direction_state& direction = state_of(record.at.stream, record.at.direction);
    fill(direction, record.at.offset, replaced(record.bytes, &record.error));
    if (record.was_guessed) {
        settle(direction, record.at.offset + record.lost_bytes);
    }
}

/// Bytes that no packet is made of, as those of a tunnel: the same bytes become the same others, as far as all before
/// them are the same.
void anonymizer::on(const undecoded_record& record) {
    direction_state& direction = state_of(record.at.stream, record.at.direction);
    const std::uint64_t offset = record.at.offset + direction.tail;
    std::vector<std::byte> bytes(record.bytes.begin(), record.bytes.end());
    for (std::byte& byte : bytes) {
        const std::size_t place = direction.tail++ % keyed_hash::bytes;
        if (place == 0) {
            hash_.add("tail");
            hash_.add(direction.tail_state);
            hash_.add(direction.tail_block);
            direction.tail_state = hash_.finish();
            direction.tail_block.clear();
        }
        direction.tail_block.push_back(byte);
        byte ^= std::byte{direction.tail_state[place]};
    }
    fill(direction, offset, bytes);
    settle(direction, offset + bytes.size());
}

/// The packet that a gap cuts: its sizes say where it ends.
void anonymizer::on(const event_record& record) {
    if (record.kind == event_kind::conflict) {
        note_conflict(record);
        return;
    }
    const bool is_loss = record.kind == event_kind::gap || record.kind == event_kind::truncated;
    direction_state& direction = state_of(record.at.stream, record.at.direction);
    if (is_loss && direction.tail == 0) {
        const std::uint64_t begin = record.at.offset - std::min(record.undecoded, record.at.offset);
        const std::size_t skipped = static_cast<std::size_t>(std::max(begin, direction.settled) - direction.settled);
        if (record.undecoded != 0 && begin >= direction.settled && skipped < direction.unsettled.size()) {
            fill(direction, begin, replaced(std::span{direction.unsettled}.subspan(skipped)));
        }
        settle(direction, record.at.offset + record.bytes);
    }
}

void anonymizer::on(const direction_closed& record) {
    const auto known = directions_.find(direction_number(record.at.stream, record.at.direction));
    if (known != directions_.end()) {
        unsettled_bytes_ -= known->second.unsettled.size();
        segments_ -= known->second.segments.size();
        directions_.erase(known);
    }
}

}  // namespace chatos::dump
