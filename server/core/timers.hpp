// At most one wake-up time per slot, earliest first: a binary heap with an index by slot.
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace chatos::core {

/// Most deadlines only move later (each answered delivery starts a new limit), so callers leave a wake-up that has
/// become too early, and check the deadline again when it comes.
class timers {
public:
    /// Wakes `slot` at `when` unless it has an earlier wake-up.
    void wake_by(std::uint32_t slot, time_point when);
    void cancel(std::uint32_t slot);

    [[nodiscard]] std::optional<time_point> earliest() const noexcept;
    /// When `slot` is woken, if at all.
    [[nodiscard]] std::optional<time_point> scheduled_at(std::uint32_t slot) const noexcept;
    struct entry {
        std::uint32_t slot;
        time_point when;
    };
    /// Takes the earliest wake-up that is due at `now`.
    [[nodiscard]] std::optional<entry> take_due(time_point now);

private:
    static constexpr std::uint32_t not_queued = UINT32_MAX;

    void put(std::uint32_t position, entry timer) noexcept;
    void sift_up(std::uint32_t position) noexcept;
    void sift_down(std::uint32_t position) noexcept;
    void remove_at(std::uint32_t position);

    std::vector<entry> heap_;
    std::vector<std::uint32_t> positions_;  // by slot
};

}  // namespace chatos::core
