// The sessions that a user may send messages to, granted by its RPMs (PM-5, PM-6). Sessions, not pseudos: a later user
// with the same pseudo is a different one (PM-10).
#pragma once

#include "core/connection_id.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace chatos::core {

/// A hash table by slot, whose entries are linked in the order of their grants. All operations take constant time:
/// slots are small and dense, and each is in the table once at most, so no choice of recipients makes a bucket long. A
/// session that is over leaves its bucket when another in its slot is added, and keeps its place in the order.
class send_permissions {
public:
    /// Remembers `recipient` as the newest; beyond `count_max` (at least 1) the oldest is forgotten. Earlier sessions
    /// in the same slot must be over.
    void grant(connection_id recipient, std::size_t count_max);
    [[nodiscard]] bool allows(connection_id recipient) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return table_ == nullptr ? 0 : table_->entries.size(); }
    /// Frees the memory as well.
    void clear() noexcept { table_.reset(); }

    /// Memory of `count` permissions. A user without any takes none.
    [[nodiscard]] static std::size_t memory_bytes_max(std::size_t count) noexcept;
    /// The most entries in one bucket, in time proportional to all entries.
    [[nodiscard]] std::size_t longest_bucket() const noexcept;

private:
    using index = std::uint32_t;
    static constexpr index none = UINT32_MAX;
    static constexpr std::size_t capacity_min = 4;

    struct entry {
        connection_id recipient{};
        index older{none};
        index newer{none};
        index next{none};  // in the same bucket
        bool in_bucket{false};
    };
    struct table {
        std::vector<entry> entries;
        std::vector<index> buckets;  // the first entry of each; a power of two, at least as many as entries
        index oldest{none};
        index newest{none};

        [[nodiscard]] std::size_t bucket_of(std::uint32_t slot) const noexcept { return slot & (buckets.size() - 1); }
        [[nodiscard]] index find(std::uint32_t slot) const noexcept;
        void grow();
        void link_to_bucket(index added) noexcept;
        void unlink_from_bucket(index gone) noexcept;
        void make_newest(index added) noexcept;
        void unlink_from_order(index gone) noexcept;
    };

    std::unique_ptr<table> table_;
};

}  // namespace chatos::core
