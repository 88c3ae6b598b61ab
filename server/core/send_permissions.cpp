#include "core/send_permissions.hpp"

#include "core/memory_tally.hpp"

#include <algorithm>
#include <bit>

namespace chatos::core {

void send_permissions::grant(connection_id recipient, std::size_t count_max) {
    if (table_ == nullptr) {
        table_ = std::make_unique<table>();
    }
    index position = table_->find(recipient.slot);
    if (position != none && table_->entries[position].recipient == recipient) {
        table_->unlink_from_order(position);
        table_->make_newest(position);
        return;
    }
    if (position != none) {
        table_->unlink_from_bucket(position);  // a session that is over
    }
    if (table_->entries.size() >= count_max) {
        position = table_->oldest;
        table_->unlink_from_order(position);
        if (table_->entries[position].in_bucket) {
            table_->unlink_from_bucket(position);
        }
    } else {
        if (table_->entries.size() == table_->buckets.size()) {
            table_->grow();
        }
        position = static_cast<index>(table_->entries.size());
        table_->entries.emplace_back();
    }
    table_->entries[position].recipient = recipient;
    table_->link_to_bucket(position);
    table_->make_newest(position);
}

bool send_permissions::allows(connection_id recipient) const noexcept {
    const index position = table_ == nullptr ? none : table_->find(recipient.slot);
    return position != none && table_->entries[position].recipient == recipient;
}

std::size_t send_permissions::memory_bytes_max(std::size_t count) noexcept {
    const std::size_t capacity = std::bit_ceil(std::max(count, capacity_min));
    return allocated_bytes(sizeof(table)) + allocated_bytes(capacity * sizeof(entry)) +
           allocated_bytes(capacity * sizeof(index));
}

std::size_t send_permissions::longest_bucket() const noexcept {
    std::size_t longest = 0;
    for (std::size_t bucket = 0; table_ != nullptr && bucket < table_->buckets.size(); ++bucket) {
        std::size_t length = 0;
        for (index it = table_->buckets[bucket]; it != none; it = table_->entries[it].next) {
            ++length;
        }
        longest = std::max(longest, length);
    }
    return longest;
}

send_permissions::index send_permissions::table::find(std::uint32_t slot) const noexcept {
    index position = buckets.empty() ? none : buckets[bucket_of(slot)];
    while (position != none && entries[position].recipient.slot != slot) {
        position = entries[position].next;
    }
    return position;
}

// Doubles, so that a user that writes to few takes little.
void send_permissions::table::grow() {
    const std::size_t capacity = std::max(capacity_min, buckets.size() * 2);
    entries.reserve(capacity);
    buckets.assign(capacity, none);
    for (index position = 0; position < entries.size(); ++position) {
        if (entries[position].in_bucket) {
            link_to_bucket(position);
        }
    }
}

void send_permissions::table::link_to_bucket(index added) noexcept {
    index& first = buckets[bucket_of(entries[added].recipient.slot)];
    entries[added].next = first;
    entries[added].in_bucket = true;
    first = added;
}

void send_permissions::table::unlink_from_bucket(index gone) noexcept {
    index* link = &buckets[bucket_of(entries[gone].recipient.slot)];
    while (*link != gone) {
        link = &entries[*link].next;
    }
    *link = entries[gone].next;
    entries[gone].in_bucket = false;
}

void send_permissions::table::make_newest(index added) noexcept {
    entries[added].older = newest;
    entries[added].newer = none;
    (newest == none ? oldest : entries[newest].newer) = added;
    newest = added;
}

void send_permissions::table::unlink_from_order(index gone) noexcept {
    const entry& leaving = entries[gone];
    (leaving.older == none ? oldest : entries[leaving.older].newer) = leaving.newer;
    (leaving.newer == none ? newest : entries[leaving.newer].older) = leaving.older;
}

}  // namespace chatos::core
