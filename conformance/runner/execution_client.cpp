// What only a client under test has: a process with a standard input, a screen and an end.
#include "runner/execution.hpp"

#include <utility>

namespace chatos::conformance {
namespace {

/// Of what no step has looked at yet; the oldest goes first.
constexpr std::size_t screen_bytes_max = 262'144;

}  // namespace

void execution::printed(std::size_t index, std::string_view text, moment now) {
    actor_state& actor = actors_[index];
    now_ = now;
    actor.screen += text;
    if (const auto ready = dialogue_.screen.find("ready"); ready != dialogue_.screen.end() && !actor.ready) {
        actor.ready = find_on_screen(ready->second, "", "", actor.screen).has_value();
    }
    actor.screen.erase(0, actor.screen.size() - std::min(actor.screen.size(), screen_bytes_max));
}

void execution::process_ended(std::size_t index, process_end how, moment now) {
    now_ = now;
    if (!actors_[index].ended) {
        remark(index, "ends: " + how.text);
        actors_[index].ended = std::move(how);
    }
}

/// A client that says when it takes commands is given none before, or they would be lost.
bool execution::wait_until_ready(std::size_t index, const step& step, moment now) {
    actor_state& actor = actors_[index];
    if (actor.ready || !dialogue_.screen.contains("ready") || !actor.registered) {
        return false;
    }
    actor.waiting_since = actor.waiting_since.value_or(now);
    if (ran_out_of_time(actor, step, now) || actor.ended) {
        fail_display(index, step, "on its screen that it is ready");
    }
    return true;
}

execution::progress execution::run_tell(std::size_t index, const step& step, const stdin_action& action, moment now) {
    if (ensure_connected(index, now) == progress::moved) {
        return progress::stuck;
    }
    const auto command = dialogue_.input.find(action.command);
    if (command == dialogue_.input.end()) {
        // A scenario that needs it does not run with a profile that lacks it.
        finish_step(actors_[index]);
        return progress::moved;
    }
    if (wait_until_ready(index, step, now)) {
        return progress::stuck;
    }
    std::string text = fill_in(command->second, names_.expand(action.pseudo), names_.expand(action.text));
    remark(index, "is told " + quoted_excerpt(text));
    requests_.emplace_back(tell_request{index, std::move(text)});
    finish_step(actors_[index]);
    return progress::moved;
}

execution::progress execution::expect_screen(std::size_t index, const step& step, const screen_pattern& pattern,
                                             moment now) {
    actor_state& actor = actors_[index];
    const auto wanted = dialogue_.screen.find(pattern.shows);
    if (wanted == dialogue_.screen.end()) {
        finish_step(actor);
        return progress::moved;
    }
    const auto end =
        find_on_screen(wanted->second, names_.expand(pattern.pseudo), names_.expand(pattern.text), actor.screen);
    if (end) {
        actor.screen.erase(0, *end);
        remark(index, "shows " + describe(pattern, names_));
        finish_step(actor);
        return progress::moved;
    }
    if (ran_out_of_time(actor, step, now) || actor.ended) {
        fail_display(index, step, describe(pattern, names_));
    }
    return progress::stuck;
}

void execution::fail_display(std::size_t index, const step& step, const std::string& wanted) {
    const actor_state& actor = actors_[index];
    const bool has_ended = actor.ended.has_value();
    const std::string shown = actor.screen.empty() ? "nothing new" : quoted_excerpt(actor.screen);
    fail(failure_kind::no_display, index, &step, wanted_from(index, wanted), nullptr, "its screen shows " + shown);
    outcome_.failure->by_silence = !has_ended;
}

execution::progress execution::expect_exit(std::size_t index, const step& step, const exit_pattern& pattern,
                                           moment now) {
    actor_state& actor = actors_[index];
    const auto code = dialogue_.exit_codes.find(pattern.reason);
    if (code == dialogue_.exit_codes.end() && pattern.reason != "any") {
        finish_step(actor);  // the profile does not say that the client ends here
        return progress::moved;
    }
    const std::string wanted =
        "its own end" +
        (code == dialogue_.exit_codes.end() ? std::string{} : " with exit status " + std::to_string(code->second));
    if (!actor.ended) {
        if (ran_out_of_time(actor, step, now)) {
            fail(failure_kind::no_exit, index, &step, wanted_from(index, wanted), nullptr,
                 "its process is still running");
            outcome_.failure->by_silence = true;
        }
        return progress::stuck;
    }
    if (actor.ended->by_signal || (code != dialogue_.exit_codes.end() && actor.ended->code != code->second)) {
        fail(failure_kind::wrong_exit, index, &step, wanted_from(index, wanted), nullptr, actor.ended->text);
        return progress::stuck;
    }
    finish_step(actor);
    return progress::moved;
}

std::vector<std::size_t> execution::tunnel_ends_of(std::size_t actor) const {
    std::vector<std::size_t> ends;
    for (const auto& [end, owner] : scenario_.tunnel_ends) {
        if (owner == actor) {
            ends.push_back(end);
        }
    }
    return ends;
}

/// The client has not opened its end of a tunnel.
void execution::fail_absent(std::size_t index, const std::string& waited) {
    actor_state& actor = actors_[index];
    actor.connection = link::closed;
    const step* step = actor.at < actor.program.size() ? actor.program[actor.at] : nullptr;
    fail(failure_kind::silence, index, step, wanted_from(index, "a further connection to {host}:{port}"), nullptr,
         waited);
    outcome_.failure->by_silence = true;
}

execution::progress execution::run_relay(std::size_t index, const relay_action& action, moment now) {
    if (ensure_connected(index, now) == progress::moved) {
        return progress::stuck;
    }
    actors_[index].relays_to = action.to;
    remark(index, "is relayed to " + scenario_.actors[action.to]);
    finish_step(actors_[index]);
    relay(actors_[index]);
    return progress::moved;
}

void execution::relay_all() {
    for (actor_state& actor : actors_) {
        relay(actor);
    }
}

/// What has come to it goes out at the other end of the tunnel.
void execution::relay(actor_state& from) {
    while (from.relays_to && !from.inbox.empty() && !actors_[*from.relays_to].writing) {
        const received_event event = take_event(from);
        actor_state& to = actors_[*from.relays_to];
        if (event.type == received_event::kind::bytes) {
            const std::string text = std::to_string(event.bytes.size()) + " bytes, relayed";
            write(*from.relays_to, {event.bytes, {event.bytes.size()}}, text);
        } else if (to.connection == link::open && !to.half_closed) {
            end(*from.relays_to, event.type == received_event::kind::reset ? close_how::reset : close_how::fin);
            to.half_closed = true;
            to.connection = to.end_received ? link::closed : link::open;
        }
    }
}

}  // namespace chatos::conformance
