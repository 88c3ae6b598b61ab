#include "dump/tcp/rival_connection.hpp"

namespace chatos::dump {

namespace {

std::int64_t distance_of(std::uint32_t sequence, std::uint32_t from) noexcept {
    return static_cast<std::int32_t>(sequence - from);
}

}  // namespace

rival_connection::rival_connection(bool is_from_low, const tcp_segment& segment, const frame_mark& mark,
                                   memory_budget& budget)
    : budget_{budget} {
    hold(is_from_low, segment, mark);
}

rival_connection::~rival_connection() {
    budget_.change(held_bytes_, 0);
}

bool rival_connection::is_joined_by(bool is_from_low, const tcp_segment& segment) const noexcept {
    const side& from = sides_[is_from_low ? 0 : 1];
    const side& to = sides_[is_from_low ? 1 : 0];
    if (from.first && *from.first != segment.sequence + 1) {
        return false;
    }
    if (!segment.is_ack) {
        return from.first.has_value();
    }
    // It acknowledges the SYN, and as much of the data in it as the other side has taken.
    return to.first && distance_of(segment.acknowledgement, *to.first) >= 0 &&
           distance_of(segment.acknowledgement, to.end) <= 0;
}

number_fit rival_connection::fit_of(bool is_from_low, const tcp_segment& segment) const noexcept {
    const side& from = sides_[is_from_low ? 0 : 1];
    const side& to = sides_[is_from_low ? 1 : 0];
    number_fit fit;
    if (from.first) {
        const std::int64_t after_first = distance_of(segment.sequence, *from.first);
        fit.add(after_first == 0 ? 0 : distance_of(segment.sequence, from.end), 0, likely_distance(0));
    }
    if (segment.is_ack && to.first) {
        const std::int64_t after_first = distance_of(segment.acknowledgement, *to.first);
        const std::int64_t after_end = after_first == 0 ? 0 : distance_of(segment.acknowledgement, to.end);
        fit.add(after_end, after_first > 0 ? after_first : 0, likely_distance(0));
        fit.is_exact_acknowledgement = after_end == 0;
    }
    return fit;
}

bool rival_connection::hold(bool is_from_low, const tcp_segment& segment, const frame_mark& mark) {
    if (segments_.size() == segments_max) {
        return false;
    }
    held_segment& held = segments_.emplace_back(
        held_segment{is_from_low, segment, mark, {segment.payload.begin(), segment.payload.end()}});
    held.segment.payload = held.payload;
    budget_.change(held_bytes_, held_bytes_ + sizeof(held_segment) + held.payload.size());
    held_bytes_ += sizeof(held_segment) + held.payload.size();
    side& from = sides_[is_from_low ? 0 : 1];
    side& to = sides_[is_from_low ? 1 : 0];
    const std::uint32_t first = segment.sequence + (segment.is_syn ? 1U : 0U);
    const bool begins = segments_.size() == 1;
    if (!from.first && (segment.is_syn || begins)) {
        from = {first, first};
    }
    if (!to.first && segment.is_ack && (segment.is_syn || begins)) {
        to = {segment.acknowledgement, segment.acknowledgement};
    }
    if (from.first && first == from.end) {
        from.end = first + segment.payload_bytes;
    }
    return true;
}

}  // namespace chatos::dump
