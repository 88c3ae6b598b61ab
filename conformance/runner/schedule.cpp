#include "runner/schedule.hpp"

#include <algorithm>
#include <charconv>

namespace chatos::conformance {
namespace {

constexpr std::size_t orders_counted_max = 100'000;

/// Which steps must be over before which, as a matrix: before(a, b) is true when a comes before b.
class precedence {
public:
    explicit precedence(std::size_t steps) : steps_{steps}, before_(steps * steps, false) {}

    void add(std::size_t first, std::size_t second) { before_[first * steps_ + second] = true; }
    [[nodiscard]] bool before(std::size_t first, std::size_t second) const { return before_[first * steps_ + second]; }
    void close() {
        for (std::size_t middle = 0; middle < steps_; ++middle) {
            for (std::size_t first = 0; first < steps_; ++first) {
                for (std::size_t second = 0; before(first, middle) && second < steps_; ++second) {
                    before_[first * steps_ + second] = before(first, second) || before(middle, second);
                }
            }
        }
    }

private:
    std::size_t steps_;
    std::vector<bool> before_;
};

/// What the scenario itself says: steps of one actor in their order, and `after`.
precedence declared_precedence(const scenario& scenario) {
    precedence order{scenario.steps.size()};
    for (std::size_t index = 0; index < scenario.steps.size(); ++index) {
        for (std::size_t earlier = 0; earlier < index; ++earlier) {
            if (scenario.steps[earlier].actor == scenario.steps[index].actor) {
                order.add(earlier, index);
            }
        }
        for (const std::size_t before : scenario.steps[index].after) {
            order.add(before, index);
        }
    }
    order.close();
    return order;
}

bool asks_for_himself(const step& step) {
    const auto* send = std::get_if<send_action>(&step.action);
    if (send == nullptr || send->units.size() != 1) {
        return false;
    }
    const auto* packet = std::get_if<packet_source>(&send->units.front());
    return packet != nullptr && packet->edits.empty() && (packet->op == opcode::cr || packet->op == opcode::rpm);
}

/// The same actor's step before, or nullptr.
const step* step_before(const scenario& scenario, std::size_t index) {
    for (std::size_t earlier = index; earlier-- > 0;) {
        if (scenario.steps[earlier].actor == scenario.steps[index].actor) {
            return &scenario.steps[earlier];
        }
    }
    return nullptr;
}

/// True when no other actor's action can be what this expect waits for: it is the ERROR after the actor's own CR or
/// RPM.
bool answers_own_request(const scenario& scenario, std::size_t index) {
    const auto& expect = std::get<expect_action>(scenario.steps[index].action);
    const auto* packet = std::get_if<packet_pattern>(&expect.event);
    if (packet == nullptr || packet->op != opcode::error) {
        return false;
    }
    const step* before = step_before(scenario, index);
    return before != nullptr && asks_for_himself(*before);
}

/// True when the step before is a choice whose alternatives have more steps than the one that decides: those may wait
/// for what others do later.
bool follows_long_choice(const scenario& scenario, std::size_t index) {
    const step* before = step_before(scenario, index);
    const auto* expect = before == nullptr ? nullptr : std::get_if<expect_action>(&before->action);
    const auto* choice = expect == nullptr ? nullptr : std::get_if<one_of_pattern>(&expect->event);
    return choice != nullptr &&
           std::any_of(choice->alternatives.begin(), choice->alternatives.end(),
                       [](const alternative& alternative) { return alternative.steps.size() > 1; });
}

/// Adds what causes what, as far as the file shows it.
precedence causal_precedence(const scenario& scenario) {
    precedence declared = declared_precedence(scenario);
    precedence order = declared;
    for (std::size_t index = 0; index < scenario.steps.size(); ++index) {
        const bool may_wait_for_others = is_action(scenario.steps[index]) ? follows_long_choice(scenario, index)
                                                                          : !answers_own_request(scenario, index);
        if (!may_wait_for_others) {
            continue;
        }
        for (std::size_t earlier = 0; earlier < index; ++earlier) {
            if (is_action(scenario.steps[earlier]) && !declared.before(index, earlier)) {
                order.add(earlier, index);
            }
        }
    }
    order.close();
    for (std::size_t index = 0; index < scenario.steps.size(); ++index) {
        if (order.before(index, index)) {
            return declared;  // the file lists effects before causes: it shows nothing
        }
    }
    return order;
}

/// Walks all orders of the actions that a precedence allows, those nearest to the file's own first.
class order_walk {
public:
    order_walk(const scenario& scenario, const precedence& order) : scenario_{scenario} {
        for (std::size_t index = 0; index < scenario.steps.size(); ++index) {
            if (is_action(scenario.steps[index])) {
                actions_.push_back(index);
            }
        }
        for (const std::size_t action : actions_) {
            std::vector<std::size_t> needed;
            for (std::size_t other = 0; other < actions_.size(); ++other) {
                if (order.before(actions_[other], action)) {
                    needed.push_back(other);
                }
            }
            needed_.push_back(std::move(needed));
        }
    }

    /// Calls `visit(order)` for each until it returns false.
    template <typename Visit>
    void for_each(Visit visit) {
        taken_.assign(actions_.size(), false);
        current_.actors.clear();
        (void)extend(visit);
    }

    [[nodiscard]] bool allows(const schedule& order) {
        taken_.assign(actions_.size(), false);
        for (const std::size_t actor : order.actors) {
            const std::size_t next = next_of(actor);
            if (next == actions_.size() || !is_ready(next)) {
                return false;
            }
            taken_[next] = true;
        }
        return true;
    }

private:
    template <typename Visit>
    bool extend(Visit& visit) {
        if (current_.actors.size() == actions_.size()) {
            return visit(current_);
        }
        for (std::size_t index = 0; index < actions_.size(); ++index) {
            if (taken_[index] || !is_ready(index)) {
                continue;
            }
            taken_[index] = true;
            current_.actors.push_back(scenario_.steps[actions_[index]].actor);
            const bool goes_on = extend(visit);
            current_.actors.pop_back();
            taken_[index] = false;
            if (!goes_on) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool is_ready(std::size_t index) const {
        return std::all_of(needed_[index].begin(), needed_[index].end(),
                           [&](std::size_t needed) { return taken_[needed]; });
    }
    [[nodiscard]] std::size_t next_of(std::size_t actor) const {
        std::size_t index = 0;
        while (index < actions_.size() && (taken_[index] || scenario_.steps[actions_[index]].actor != actor)) {
            ++index;
        }
        return index;
    }

    const scenario& scenario_;
    std::vector<std::size_t> actions_;              // indexes of steps
    std::vector<std::vector<std::size_t>> needed_;  // per action: indexes into actions_
    std::vector<bool> taken_;
    schedule current_;
};

std::string example_of(const scenario& scenario) {
    const open_orders own = orders_of(scenario, 1);
    return own.selected.empty() ? "" : ", for example " + schedule_text(own.selected.front(), scenario);
}

}  // namespace

bool is_action(const step& step) noexcept {
    return !std::holds_alternative<expect_action>(step.action);
}

open_orders orders_of(const scenario& scenario, std::size_t selected_max) {
    const precedence required = causal_precedence(scenario);
    order_walk walk{scenario, required};
    open_orders orders;
    walk.for_each([&](const schedule& /*order*/) {
        orders.total_is_bound = orders.total == orders_counted_max;
        orders.total += orders.total_is_bound ? 0 : 1;
        return !orders.total_is_bound;
    });
    const std::size_t wanted = std::min(selected_max, orders.total);
    std::size_t number = 0;
    walk.for_each([&](const schedule& order) {
        // Spread evenly: the first ones differ only in their last turns.
        if (orders.selected.size() < wanted && number == orders.selected.size() * orders.total / wanted) {
            orders.selected.push_back(order);
        }
        ++number;
        return orders.selected.size() < wanted;
    });
    return orders;
}

std::string schedule_text(const schedule& order, const scenario& scenario) {
    std::string text;
    for (std::size_t at = 0; at < order.actors.size();) {
        std::size_t end = at;
        while (end < order.actors.size() && order.actors[end] == order.actors[at]) {
            ++end;
        }
        text += (text.empty() ? "" : ",") + scenario.actors[order.actors[at]] +
                (end - at > 1 ? "*" + std::to_string(end - at) : "");
        at = end;
    }
    return text;
}

std::variant<schedule, std::string> parse_schedule(std::string_view text, const scenario& scenario) {
    schedule order;
    for (std::string_view remaining = text; !remaining.empty();) {
        const std::string_view word = remaining.substr(0, remaining.find(','));
        remaining.remove_prefix(std::min(word.size() + 1, remaining.size()));
        const std::string_view name = word.substr(0, word.find('*'));
        std::size_t times = 1;
        if (name.size() != word.size()) {
            const std::string_view number = word.substr(name.size() + 1);
            const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), times);
            if (error != std::errc{} || end != number.data() + number.size() || times == 0 ||
                times > scenario.steps.size()) {
                return "\"" + std::string{word} + "\" is no turn; expected an actor, or an actor and how often" +
                       example_of(scenario);
            }
        }
        const auto actor = std::find(scenario.actors.begin(), scenario.actors.end(), name);
        if (actor == scenario.actors.end()) {
            return scenario.id + " has no actor \"" + std::string{name} +
                   "\"; expected its actors in the order of their turns" + example_of(scenario);
        }
        order.actors.insert(order.actors.end(), times, static_cast<std::size_t>(actor - scenario.actors.begin()));
    }
    const auto actions =
        static_cast<std::size_t>(std::count_if(scenario.steps.begin(), scenario.steps.end(), is_action));
    const precedence declared = declared_precedence(scenario);
    if (order.actors.size() != actions || !order_walk{scenario, declared}.allows(order)) {
        return "not an order that the `after` of " + scenario.id + " leaves open; it has " + std::to_string(actions) +
               " turns" + example_of(scenario);
    }
    return order;
}

}  // namespace chatos::conformance
