// Orders in which the actors of a scenario may act. What actors do (send, close, connect, read) is an action; what they
// expect orders nothing between actors but through what causes it.
#pragma once

#include "scenario/scenario.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// Whose turn it is, action by action. The actions of one actor come in the order of its steps, so that actors suffice.
struct schedule {
    std::vector<std::size_t> actors;
};

/// True for steps that a schedule orders: everything but an expect.
[[nodiscard]] bool is_action(const step& step) noexcept;

struct open_orders {
    std::vector<schedule> selected;  ///< all, or as many as were wanted, spread over all
    std::size_t total{0};            ///< how many `after` and what causes what leave open
    bool total_is_bound{false};      ///< there are more than `total`
};

/// The orders that a scenario leaves open. An expect is taken to need every action that precedes it in the file,
/// unless it is the answer to its actor's own CR or RPM: an order that would wait for its own future is none.
[[nodiscard]] open_orders orders_of(const scenario& scenario, std::size_t selected_max);

/// "alice,bob*2,alice"
[[nodiscard]] std::string schedule_text(const schedule& order, const scenario& scenario);
/// The schedule, or a clause that says what is wrong with it.
[[nodiscard]] std::variant<schedule, std::string> parse_schedule(std::string_view text, const scenario& scenario);

}  // namespace chatos::conformance
