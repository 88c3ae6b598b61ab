#include "scenario/scenario.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

bool is_refusal(const std::vector<step>& steps);

bool is_refusal(const packet_pattern& pattern) {
    const code_pattern& code = pattern.code;
    const bool allows_ok = std::find(code.codes.begin(), code.codes.end(), 0) != code.codes.end();
    return pattern.op == opcode::error && ((code.mode == code_pattern::kind::in && !allows_ok) ||
                                           (code.mode == code_pattern::kind::not_in && allows_ok));
}

struct refusal_visitor {
    bool operator()(const packet_pattern& pattern) const { return is_refusal(pattern); }
    bool operator()(const closed_pattern& /*pattern*/) const { return true; }
    bool operator()(const silence_pattern& /*pattern*/) const { return false; }
    bool operator()(const bytes_pattern& /*pattern*/) const { return false; }
    bool operator()(const screen_pattern& /*pattern*/) const { return false; }
    bool operator()(const exit_pattern& /*pattern*/) const { return false; }
    bool operator()(const unordered_pattern& pattern) const {
        return std::any_of(pattern.packets.begin(), pattern.packets.end(),
                           [](const packet_pattern& packet) { return is_refusal(packet); });
    }
    // Refused whichever alternative is taken.
    bool operator()(const one_of_pattern& pattern) const {
        return std::all_of(pattern.alternatives.begin(), pattern.alternatives.end(),
                           [](const alternative& alternative) { return is_refusal(alternative.steps); });
    }
};

bool is_refusal(const std::vector<step>& steps) {
    std::vector<std::size_t> closed;  // by the actor itself: the end of the connection that follows refuses nothing
    return std::any_of(steps.begin(), steps.end(), [&closed](const step& step) {
        if (std::holds_alternative<close_action>(step.action)) {
            closed.push_back(step.actor);
        }
        const auto* expect = std::get_if<expect_action>(&step.action);
        if (expect == nullptr || expect->optional) {
            return false;
        }
        const bool follows_own_close = std::holds_alternative<closed_pattern>(expect->event) &&
                                       std::find(closed.begin(), closed.end(), step.actor) != closed.end();
        return !follows_own_close && std::visit(refusal_visitor{}, expect->event);
    });
}

}  // namespace

std::string_view role_name(test_role role) noexcept {
    return role == test_role::server ? "server" : "client";
}

std::string_view scenario_area(const scenario& scenario) noexcept {
    const std::string_view id = scenario.id;
    const std::size_t first = id.find('.');
    if (first == std::string_view::npos) {
        return id;
    }
    const std::string_view remaining = id.substr(first + 1);
    return remaining.substr(0, remaining.find('.'));
}

bool expects_refusal(const scenario& scenario) noexcept {
    return is_refusal(scenario.steps);
}

}  // namespace chatos::conformance
