#include "runner/client_implementation.hpp"

#include "runner/client_processes.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// What these steps need of the dialogue and do not find in it.
std::optional<std::string> lacks(const client_dialogue& dialogue, const std::vector<step>& steps);

std::optional<std::string> lacks(const client_dialogue& dialogue, const expect_action& expect) {
    if (const auto* screen = std::get_if<screen_pattern>(&expect.event)) {
        const bool is_there = screen->if_known || dialogue.screen.contains(screen->shows);
        return is_there ? std::nullopt : std::optional{"the pattern \"" + screen->shows + "\" under \"screen\""};
    }
    if (const auto* one_of = std::get_if<one_of_pattern>(&expect.event)) {
        for (const alternative& alternative : one_of->alternatives) {
            if (auto lack = lacks(dialogue, alternative.steps)) {
                return lack;
            }
        }
    }
    return std::nullopt;
}

std::optional<std::string> lacks(const client_dialogue& dialogue, const std::vector<step>& steps) {
    for (const step& step : steps) {
        if (const auto* tell = std::get_if<stdin_action>(&step.action)) {
            if (!tell->if_known && !dialogue.input.contains(tell->command)) {
                return "the command \"" + tell->command + "\" under \"stdin\"";
            }
        } else if (const auto* expect = std::get_if<expect_action>(&step.action)) {
            if (auto lack = lacks(dialogue, *expect)) {
                return lack;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> started_client::lacks(const scenario& lack) const {
    const auto missing = conformance::lacks(dialogue_, lack.steps);
    return missing ? std::optional{"needs " + *missing + " in the profile"} : std::nullopt;
}

std::optional<std::string> started_client::make_ready(const option_values& /*needs*/) {
    return refused_;
}

void started_client::play(execution& run) {
    client_processes clients{command_};
    const auto error = run_with_clients(run, clients);
    clients.finish(grace_);
    if (clients.killed_any()) {
        // A client that keeps running after its server and its input are gone is not waited for again each time.
        grace_ = std::max(grace_ / 2, std::chrono::milliseconds{20});
    }
    crash_ = clients.crash();
    output_ = clients.last_output();
    refused_connections_ += clients.refused_connections();
    has_connected_ = has_connected_ || clients.has_connected();
    if (error) {
        refused_ = error;
    } else if (!has_connected_) {
        refused_ = "the client never connected; does the profile's \"command\" start it, and does it connect to the "
                   "{host} and {port} that it is given?";
    }
}

}  // namespace chatos::conformance
