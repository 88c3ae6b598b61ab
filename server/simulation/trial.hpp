// Complete simulations, each in a process of its own, so that an abort of the core is a failure like any other.
#pragma once

#include "simulation/history_checker.hpp"
#include "simulation/operation.hpp"
#include "simulation/schedule.hpp"
#include "simulation/subject.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace chatos::core::simulation {

/// The outcome of a simulation.
struct outcome {
    failure first_failure{};             ///< rule empty: nothing
    std::uint64_t operations{0};         ///< played, the one that failed included
    std::uint64_t drain_at{UINT64_MAX};  ///< operations before an early drain
    std::uint64_t events{0};
    std::uint64_t packets{0};      ///< sent to the core
    std::uint64_t deliveries{0};   ///< made by the core
    std::uint64_t connections{0};  ///< opened
    double cpu_seconds{0};

    [[nodiscard]] bool failed() const noexcept { return !first_failure.rule.empty(); }
};

/// Runs the schedule of `chosen` for `events` events, then lets everything come to rest.
[[nodiscard]] outcome run_schedule(const setting& setting, std::uint64_t events,
                                   const subject_maker& make = honest_subject);

/// Runs `list`, then lets everything come to rest.
[[nodiscard]] outcome run_list(const setting& setting, std::span<const operation> list,
                               const subject_maker& make = honest_subject);

/// The operations that run_schedule() carried out until `end`.
[[nodiscard]] std::vector<operation> operations_of(const setting& setting, const outcome& end);

/// A list to replay: a line for the setting, then a line per operation, followed by # and its description.
[[nodiscard]] std::string text_of(const setting& setting, std::span<const operation> list);

/// A parsed list, or what is wrong with the text and where.
struct replay {
    setting settings{};
    std::vector<operation> list{};
    std::string fault{};  ///< empty: none
};
[[nodiscard]] replay replay_from(std::string_view text);

}  // namespace chatos::core::simulation
