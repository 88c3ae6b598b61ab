#include "dump/link/fragments.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

bool is_same_datagram(const ip_payload& left, const ip_payload& other) noexcept {
    return left.ip_version == other.ip_version && left.source == other.source &&
           left.destination == other.destination && left.fragment.identification == other.fragment.identification &&
           left.vlan == other.vlan && (left.ip_version == 6 || left.protocol == other.protocol);
}

}  // namespace

void fragment_store::drop(std::size_t index, skip_reason reason) {
    const datagram& dropped = datagrams_[index];
    const skip_reason why = dropped.discard_reason != skip_reason::none ? dropped.discard_reason : reason;
    counts_[static_cast<std::size_t>(why)] += dropped.frames;
    datagrams_.erase(datagrams_.begin() + static_cast<std::ptrdiff_t>(index));
}

fragment_store::datagram& fragment_store::find(const ip_payload& part, std::int64_t seconds) {
    for (std::size_t index = 0; index < datagrams_.size(); ++index) {
        if (!is_same_datagram(datagrams_[index].head, part)) {
            continue;
        }
        if (seconds - datagrams_[index].seconds <= age_seconds_max) {
            return datagrams_[index];
        }
        drop(index, skip_reason::incomplete_fragment);
        break;
    }
    if (datagrams_.size() == datagrams_max) {
        drop(0, skip_reason::incomplete_fragment);
    }
    datagram& added = datagrams_.emplace_back();
    added.head = part;
    added.head.bytes = {};
    added.seconds = seconds;
    return added;
}

/// Adds the fragment's bytes; returns what makes the datagram unusable.
skip_reason fragment_store::add(datagram& whole, const ip_payload& part) {
    const std::uint32_t begin = part.fragment.offset_bytes;
    if (part.bytes.size() < part.original_bytes) {
        return skip_reason::cut_fragment;
    }
    const bool has_odd_size = part.fragment.has_more && part.original_bytes % 8 != 0;
    if (has_odd_size || part.bytes.empty() || begin + part.original_bytes > datagram_bytes_max) {
        return skip_reason::bad_fragment;
    }
    const std::uint32_t end = begin + part.original_bytes;
    const bool is_second_end = !part.fragment.has_more && whole.total_bytes && *whole.total_bytes != end;
    const bool is_behind_end = whole.total_bytes && end > *whole.total_bytes;
    const bool ends_too_early = !part.fragment.has_more && whole.bytes.size() > end;
    if (is_second_end || is_behind_end || ends_too_early) {
        return skip_reason::overlapping_fragment;
    }
    if (whole.bytes.size() < end) {
        whole.bytes.resize(end);
    }
    for (const range& known : whole.ranges) {
        const std::uint32_t from = std::max(begin, known.begin);
        const std::uint32_t to = std::min(end, known.end);
        if (from < to &&
            !std::equal(whole.bytes.begin() + from, whole.bytes.begin() + to, part.bytes.begin() + (from - begin))) {
            return skip_reason::overlapping_fragment;
        }
    }
    std::copy(part.bytes.begin(), part.bytes.end(), whole.bytes.begin() + begin);
    if (!part.fragment.has_more) {
        whole.total_bytes = end;
    }
    // Ranges that touch become one, so that there are never more than every other 8 bytes of a datagram.
    range merged{begin, end};
    std::erase_if(whole.ranges, [&merged](const range& known) {
        const bool touches = known.begin <= merged.end && merged.begin <= known.end;
        if (touches) {
            merged = {std::min(merged.begin, known.begin), std::max(merged.end, known.end)};
        }
        return touches;
    });
    whole.ranges.insert(std::ranges::upper_bound(whole.ranges, merged.begin, {}, &range::begin), merged);
    return skip_reason::none;
}

std::optional<ip_payload> fragment_store::take(const ip_payload& part, std::int64_t seconds, const fragment_use& use) {
    datagram& whole = find(part, seconds);
    whole.frames += use.counts ? 1 : 0;
    if (use.useless != skip_reason::none && whole.discard_reason == skip_reason::none) {
        whole.discard_reason = use.useless;
        whole.bytes = {};
        whole.ranges = {};
    }
    if (whole.discard_reason != skip_reason::none) {
        return std::nullopt;
    }
    if (const skip_reason problem = add(whole, part); problem != skip_reason::none) {
        whole.discard_reason = problem;
        whole.bytes = {};
        whole.ranges = {};
        return std::nullopt;
    }
    const std::size_t numbers = std::min(use.numbers.size(), numbers_max - whole.numbers.size());
    whole.numbers.insert(whole.numbers.end(), use.numbers.begin(),
                         use.numbers.begin() + static_cast<std::ptrdiff_t>(numbers));
    if (part.fragment.offset_bytes == 0) {
        whole.head.protocol = part.protocol;  // in IPv6 only the first fragment's is sure to be that of the payload
    }
    const bool is_complete = whole.total_bytes && whole.ranges.size() == 1 && whole.ranges[0].begin == 0 &&
                             whole.ranges[0].end == *whole.total_bytes;
    if (!is_complete) {
        return std::nullopt;
    }
    completed_ = std::move(whole.bytes);
    completed_numbers_ = std::move(whole.numbers);
    ip_payload payload = whole.head;
    payload.fragment = {};
    payload.bytes = completed_;
    payload.original_bytes = *whole.total_bytes;
    whole.frames -= use.counts ? 1 : 0;  // the frame that completes it is judged by what is inside
    drop(static_cast<std::size_t>(&whole - datagrams_.data()), skip_reason::fragment);
    return payload;
}

void fragment_store::end() {
    while (!datagrams_.empty()) {
        drop(0, skip_reason::incomplete_fragment);
    }
}

}  // namespace chatos::dump
