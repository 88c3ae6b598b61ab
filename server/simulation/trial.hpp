// Simulations from beginning to end, each in a process of its own: one in which the core aborts is a finding like any
// other.
#pragma once

#include "simulation/chronicle.hpp"
#include "simulation/operation.hpp"
#include "simulation/schedule.hpp"
#include "simulation/subject.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace chatos::core::simulation {

/// What came of a simulation.
struct outcome {
    failure first_failure{};             ///< rule empty: nothing
    std::uint64_t operations{0};         ///< played, the one that failed included
    std::uint64_t drain_at{UINT64_MAX};  ///< operations before the server was told to stop early
    std::uint64_t events{0};
    std::uint64_t packets{0};      ///< that the core was sent
    std::uint64_t deliveries{0};   ///< that the core made
    std::uint64_t connections{0};  ///< that were opened
    double cpu_seconds{0};

    [[nodiscard]] bool failed() const noexcept { return !first_failure.rule.empty(); }
};

/// Plays the schedule of `chosen` until `events` have happened, then everything comes to rest.
[[nodiscard]] outcome run_schedule(const setting& setting, std::uint64_t events,
                                   const subject_maker& make = honest_subject);

/// Plays `list`, then everything comes to rest.
[[nodiscard]] outcome run_list(const setting& setting, std::span<const operation> list,
                               const subject_maker& make = honest_subject);

/// The operations that run_schedule() played until it came to `end`.
[[nodiscard]] std::vector<operation> operations_of(const setting& setting, const outcome& end);

/// A list to replay: a line for the setting, a line per operation with what it says in words behind a #.
[[nodiscard]] std::string text_of(const setting& setting, std::span<const operation> list);

/// What a text says, or where and why it says nothing.
struct replay {
    setting settings{};
    std::vector<operation> list{};
    std::string fault{};  ///< empty: none
};
[[nodiscard]] replay replay_from(std::string_view text);

}  // namespace chatos::core::simulation
