#include "dump/tcp/connection_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace chatos::dump {

namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) noexcept {
    hash = (hash ^ value) * 0x9E37'79B9'7F4A'7C15ULL;
    return hash ^ hash >> 32U;
}

std::uint64_t mixed(std::uint64_t hash, const endpoint& end) noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, end.address.bytes.data(), sizeof halves);
    return mixed(mixed(mixed(hash, halves[0]), halves[1]), end.port);
}

}  // namespace

std::size_t connection_key_hash::operator()(const connection_key& key) const noexcept {
    return mixed(mixed(mixed(key.ip_version, key.low), key.high), key.vlan);
}

/// Looks for a connection of which only the other direction was seen, with other tags, and which the segment answers.
std::optional<connection_table::entry_position>
connection_table::find_by_other_vlan(const connection_key& key, const tcp_segment& tcp, bool is_from_low) {
    const auto is_answered = [&](const entry& candidate) {
        return !candidate.other_vlan &&
               candidate.slot.current().is_answered_by(candidate.slot.direction_of(is_from_low), tcp);
    };
    connection_key ends = key;
    ends.vlan = *first_vlan_;
    if (const auto position = index_.find(ends); position != index_.end() && is_answered(*position->second)) {
        return position->second;
    }
    ends.vlan = 0;
    if (const auto several = by_ends_.find(ends); several != by_ends_.end()) {
        for (const entry_position& position : several->second) {
            if (is_answered(*position)) {
                return position;
            }
        }
    }
    return std::nullopt;
}

connection_table::entry& connection_table::find(const connection_key& key, const tcp_segment& tcp, bool is_from_low) {
    if (const auto position = index_.find(key); position != index_.end()) {
        if (std::next(position->second) != entries_.end()) {
            entries_.splice(entries_.end(), entries_, position->second);
        }
        return *position->second;
    }
    first_vlan_ = first_vlan_.value_or(key.vlan);
    has_vlans_ = has_vlans_ || key.vlan != *first_vlan_;
    if (has_vlans_) {
        if (const std::optional<entry_position> same = find_by_other_vlan(key, tcp, is_from_low)) {
            entry& joined = **same;
            joined.other_vlan = key.vlan;
            index_.emplace(key, *same);
            entries_.splice(entries_.end(), entries_, *same);
            return joined;
        }
    }
    make_room();
    entries_.push_back({.slot = connection_slot{key, slots_, tcp, is_from_low}});
    const entry_position added = std::prev(entries_.end());
    index_.emplace(key, added);
    if (key.vlan != *first_vlan_) {
        constexpr std::size_t pairs_max = 4;
        connection_key ends = key;
        ends.vlan = 0;
        std::vector<entry_position>& several = by_ends_[ends];
        if (several.size() == pairs_max) {
            several.erase(several.begin());
        }
        several.push_back(added);
    }
    return *added;
}

void connection_table::make_room() {
    if (entries_.size() < connections_max) {
        return;
    }
    const entry_position oldest = entries_.begin();
    oldest->slot.settle_rival();
    oldest->slot.current().report_evicted();
    oldest->slot.current().finish();
    ++account_.evicted;
    forget(oldest);
}

void connection_table::forget(entry_position oldest) {
    connection_key key = oldest->slot.key();
    index_.erase(key);
    if (key.vlan != *first_vlan_) {
        connection_key ends = key;
        ends.vlan = 0;
        if (const auto several = by_ends_.find(ends); several != by_ends_.end()) {
            std::erase(several->second, oldest);
            if (several->second.empty()) {
                by_ends_.erase(several);
            }
        }
    }
    if (oldest->other_vlan) {
        key.vlan = *oldest->other_vlan;
        index_.erase(key);
    }
    entries_.pop_front();
}

void connection_table::take(const decapsulated_frame& frame) {
    if (!resets_.empty()) {
        settle_old_resets();
    }
    const endpoint source{frame.ip.source, frame.tcp.source_port};
    const endpoint destination{frame.ip.destination, frame.tcp.destination_port};
    const bool is_from_low = source < destination;
    const connection_key key{is_from_low ? source : destination, is_from_low ? destination : source, frame.ip.vlan,
                             frame.ip.ip_version};
    entry& taker = find(key, frame.tcp, is_from_low);
    account_.payload_bytes += frame.tcp.payload.size();
    if (!taker.slot.take(frame.tcp, is_from_low) && context_.listener != nullptr) {
        context_.listener->segment_held();
        taker.slot.current().note_held_segment();
    }
    if (frame.tcp.is_rst && taker.slot.current().has_pending_reset()) {
        resets_.push_back({taker.slot.key(), taker.slot.current().stream(), context_.now.mark});
    }
    if (context_.budget.is_exceeded()) {
        save_memory();
    }
}

void connection_table::settle_old_resets() {
    const frame_mark& now = context_.now.mark;
    const auto is_old = [&now](const frame_mark& mark) {
        return now.frame - mark.frame > reset_frames_max || now.time.seconds - mark.time.seconds > reset_seconds_max;
    };
    for (; !resets_.empty() && is_old(resets_.front().mark); resets_.pop_front()) {
        const auto position = index_.find(resets_.front().key);
        if (position == index_.end()) {
            continue;
        }
        connection& reset = position->second->slot.current();
        if (reset.stream() == resets_.front().stream) {
            reset.settle_resets();
        }
    }
}

/// Frees a quarter of the budget, so that it takes a while until the next time.
void connection_table::save_memory() {
    const std::size_t wanted = context_.budget.bytes_max / 4 * 3;
    for (entry& item : entries_) {
        if (context_.budget.bytes <= wanted) {
            return;
        }
        const std::size_t before = context_.budget.bytes;
        item.slot.release();
        account_.evicted += context_.budget.bytes < before ? 1 : 0;
    }
}

void connection_table::finish() {
    std::vector<connection_slot*> open;
    for (entry& item : entries_) {
        open.push_back(&item.slot);
    }
    std::ranges::sort(open, {}, [](const connection_slot* slot) { return slot->current().stream(); });
    std::vector<connection_slot*> opened_last;
    for (connection_slot* slot : open) {
        if (slot->settle_rival()) {
            opened_last.push_back(slot);
        } else {
            slot->current().finish();
        }
    }
    for (connection_slot* slot : opened_last) {
        slot->current().finish();
    }
    index_.clear();
    by_ends_.clear();
    resets_.clear();
    entries_.clear();
}

}  // namespace chatos::dump
