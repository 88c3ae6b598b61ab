#include "runner/traffic.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::size_t bytes_max = std::size_t{4} << 20U;
constexpr std::size_t entries_max = 20'000;
constexpr std::size_t excerpt_bytes = 128;

}  // namespace

void traffic_log::shorten() {
    constexpr std::size_t short_entries_max = 100;
    if (entries_.size() > short_entries_max) {
        dropped_ += entries_.size() - short_entries_max;
        entries_.resize(short_entries_max);
    }
    bytes_ = 0;
    for (traffic_entry& entry : entries_) {
        entry.bytes.resize(std::min(entry.bytes.size(), excerpt_bytes));
        entry.bytes.shrink_to_fit();
        bytes_ += entry.bytes.size();
    }
    entries_.shrink_to_fit();
}

void traffic_log::add(moment when, std::size_t actor, traffic_entry::kind kind) {
    add(when, actor, kind, {});
}

void traffic_log::add(moment when, std::size_t actor, traffic_entry::kind kind, std::span<const std::byte> bytes) {
    if (entries_.size() == entries_max) {
        ++dropped_;
        return;
    }
    const bool fits = bytes_ + bytes.size() <= bytes_max;
    const auto kept = bytes.first(fits ? bytes.size() : std::min(bytes.size(), excerpt_bytes));
    bytes_ += fits ? bytes.size() : 0;
    entries_.push_back({when, uncounted_, actor, kind, bytes.size(), {kept.begin(), kept.end()}});
}

}  // namespace chatos::conformance
