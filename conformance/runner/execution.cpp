// What comes in, and the order in which steps get their turn.
#include "runner/execution.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::size_t inbox_events_max = 10'000;
constexpr std::size_t inbox_bytes_max = std::size_t{8} << 20U;  // of all actors, waiting for a step that expects them
constexpr std::size_t exchange_entries_max = 200;
constexpr std::size_t hex_excerpt_max = 32;

/// WIRE-2 to WIRE-7: once one of these is broken, what the decoder stumbles over is chance.
bool is_about_layout(std::string_view rule_id) {
    return rule_id.size() == 6 && rule_id.starts_with("WIRE-") && rule_id.back() >= '2' && rule_id.back() <= '7';
}

}  // namespace

execution::execution(const scenario& what, pseudonyms names, const patience& limits_of_time, way how,
                     client_dialogue dialogue)
    : scenario_{what}, names_{std::move(names)}, patience_{limits_of_time}, way_{std::move(how)}, dialogue_{std::move(
                                                                                                      dialogue)},
      actors_(what.actors.size()), done_at_(what.steps.size(), 0) {
    for (const step& one : what.steps) {
        actor_state& actor = actors_[one.actor];
        actor.program.push_back(&one);
        const auto* expect = std::get_if<expect_action>(&one.action);
        const bool is_bytes = expect != nullptr && std::holds_alternative<bytes_pattern>(expect->event);
        actor.packets_left += expect != nullptr && !is_bytes && !actor.expects_bytes ? 1 : 0;
        actor.expects_bytes = actor.expects_bytes || is_bytes;
    }
    for (actor_state& actor : actors_) {
        actor.storage.resize(packet_bytes_max(limits{}));
        actor.decoder = std::make_unique<stream_decoder>(actor.storage, limits{});
    }
}

void execution::connected(std::size_t actor, moment now) {
    actors_[actor].connection = link::open;
    outcome_.duration = now_ = now;
    if (judges_client()) {
        remark(actor, "connects");
    }
    outcome_.traffic.add(now, actor, traffic_entry::kind::connected);
}

void execution::connection_failed(std::size_t index, const std::string& reason, moment now) {
    actor_state& actor = actors_[index];
    actor.connection = link::closed;
    now_ = now;
    remark(index, "could not connect: " + reason);
    if (finished()) {
        return;
    }
    const step* one = actor.at < actor.program.size() ? actor.program[actor.at] : nullptr;
    const std::string wanted =
        judges_client() ? scenario_.actors[index] + " connects to {host}:{port}" : "a connection to the server";
    fail(failure_kind::no_connection, index, one, wanted, nullptr, "could not connect: " + reason);
    outcome_.failure->no_connection = true;
}

void execution::received(std::size_t index, std::span<const std::byte> bytes, moment now) {
    actor_state& actor = actors_[index];
    now_ = now;
    outcome_.peer_spoke = true;
    if (!finished()) {
        outcome_.traffic.add(now, index, traffic_entry::kind::received, bytes);
    }
    std::span<const std::byte> rest = bytes;
    while (!finished()) {
        if (actor.expects_bytes && actor.packets_left == 0) {
            if (!rest.empty()) {
                received_event piece;
                piece.what = received_event::kind::bytes;
                piece.bytes.assign(rest.begin(), rest.end());
                put_event(index, std::move(piece), now);
            }
            break;
        }
        const std::span<const std::byte> before = rest;
        decode_result result = actor.decoder->next(rest);
        const std::span<const std::byte> taken = before.first(before.size() - rest.size());
        actor.unfinished.insert(actor.unfinished.end(), taken.begin(), taken.end());
        if (result.status == decode_status::incomplete) {
            break;
        }
        received_event event;
        if (result.status == decode_status::malformed) {
            const auto excerpt = rest.first(std::min<std::size_t>(rest.size(), 64));
            actor.unfinished.insert(actor.unfinished.end(), excerpt.begin(), excerpt.end());
            event.what = received_event::kind::malformed;
            event.error = result.error;
        } else {
            event.packet = owned(result.packet);
            actor.packets_left -= actor.expects_bytes ? 1 : 0;
        }
        event.bytes = std::exchange(actor.unfinished, {});
        put_event(index, std::move(event), now);
        if (result.status == decode_status::malformed) {
            break;
        }
    }
}

void execution::closed_by_peer(std::size_t index, bool reset, moment now) {
    actor_state& actor = actors_[index];
    if (actor.connection == link::closed || (actor.heard_the_end && !reset)) {
        return;
    }
    now_ = now;
    outcome_.peer_spoke = true;
    if (!finished()) {
        using kind = traffic_entry::kind;
        outcome_.traffic.add(now, index, reset ? kind::reset_received : kind::fin_received);
    }
    actor.heard_the_end = true;
    if (reset || !actor.expects_bytes || actor.half_closed) {
        actor.connection = link::closed;
        actor.writing = false;
    }
    received_event event;
    event.what = reset ? received_event::kind::reset : received_event::kind::fin;
    event.bytes = std::exchange(actor.unfinished, {});
    put_event(index, std::move(event), now);
}

bool execution::still_sends(std::size_t actor) const {
    return actors_[actor].heard_the_end && actors_[actor].connection == link::open;
}

void execution::written(std::size_t actor, moment now) {
    actors_[actor].writing = false;
    outcome_.duration = now_ = now;
}

void execution::put_event(std::size_t index, received_event event, moment now) {
    actor_state& actor = actors_[index];
    event.when = now;
    event.order = ++order_;
    event.offset = actor.received_bytes;
    actor.received_bytes += event.bytes.size();
    const bool is_packet = event.what == received_event::kind::packet;
    if (judges_client()) {
        actor.asked_to_register = actor.asked_to_register || (is_packet && event.packet.op == opcode::cr);
    } else {
        const bool is_ok = is_packet && event.packet.op == opcode::error && event.packet.code == error_code::ok;
        actor.registered = actor.registered || (is_ok && actor.asked_to_register);
    }
    record({now, index, exchange_entry::direction::received, describe(event), hex_excerpt(event.bytes, hex_excerpt_max),
            event.offset, event.order, false});
    inbox_bytes_ += event.bytes.size();
    const bool too_large = inbox_bytes_ > inbox_bytes_max;
    if (actor.inbox.size() >= inbox_events_max || too_large) {
        fail(failure_kind::flood, index, nullptr, "no more than what was asked for", nullptr,
             "the " + std::string{role_name(scenario_.role)} + " sent more than " +
                 (too_large ? "8 MiB" : "10,000 packets") + " that no step expected");
        outcome_.failure->rule = judges_client() ? "CLI-2" : "FLOW-1";  // whatever the scenario is about
        return;
    }
    actor.inbox.push_back(std::move(event));
}

/// The next event, which a step or the end has looked at.
received_event execution::take_event(actor_state& actor) {
    received_event event = std::move(actor.inbox.front());
    actor.inbox.pop_front();
    inbox_bytes_ -= event.bytes.size();
    return event;
}

std::vector<network_request> execution::advance(moment now) {
    outcome_.duration = now_ = now;
    run_steps(now);
    if (held_since_ && phase_ == phase::steps && now >= *held_since_ + turn_patience()) {
        // Whoever has his turn waits for something that comes only behind it. The order is impossible, or the server
        // slow: either way the rest runs as if there were no schedule, and no verdict depends on which it was.
        outcome_.order_given_up = true;
        held_since_.reset();
        run_steps(now);
    }
    give_up_connecting(now);
    if (!finished()) {
        run_end(now);
    }
    if (!finished() && now >= patience_.scenario) {
        fail(failure_kind::too_long, 0, nullptr, "an end within " + std::to_string(patience_.scenario.count()) + " ms",
             nullptr, "the scenario is still going on");
    }
    return std::exchange(requests_, {});
}

void execution::run_steps(moment now) {
    bool moved = true;
    while (moved && phase_ == phase::steps) {
        moved = false;
        for (std::size_t index = 0; index < actors_.size() && !finished(); ++index) {
            while (!finished() && run_step(index, now) == progress::moved) {
                moved = true;
            }
        }
    }
}

moment execution::deadline() const {
    moment earliest = patience_.scenario;
    for (const actor_state& actor : actors_) {
        if (actor.connection == link::connecting) {
            earliest = std::min(earliest, actor.connecting_since + connecting_patience());
        }
        if (phase_ == phase::steps && actor.waiting_since && actor.at < actor.program.size()) {
            earliest = std::min(earliest, *actor.waiting_since + time_limit(*actor.program[actor.at]));
        }
    }
    if (phase_ == phase::steps && held_since_) {
        earliest = std::min(earliest, *held_since_ + turn_patience());
    }
    if (phase_ == phase::fencing) {
        earliest = std::min(earliest, phase_since_ + patience_.answer);
    } else if (phase_ == phase::draining) {
        earliest = std::min(earliest, phase_since_ + patience_.closing);
    }
    return earliest;
}

outcome execution::take_outcome() {
    assert(finished());
    return std::move(outcome_);
}

void execution::fail(failure_kind what, std::size_t index, const step* one, std::string expected,
                     const received_event* seen, const std::string& otherwise) {
    const std::string who = scenario_.actors[index];
    step_failure failure;
    failure.rule = blamed_rule(one);
    failure.expected = std::move(expected);
    failure.seen = otherwise;
    if (seen != nullptr) {
        failure.seen = (judges_client() ? "from " + who + " came " : who + " received ") + describe(*seen) + otherwise;
        failure.seen_hex = hex_excerpt(seen->bytes, hex_excerpt_max);
        failure.seen_offset = seen->offset;
        const auto entry = std::find_if(outcome_.exchange.begin(), outcome_.exchange.end(),
                                        [&](const exchange_entry& other) { return other.order == seen->order; });
        if (entry != outcome_.exchange.end()) {
            entry->blamed = true;
        }
        if (seen->what == received_event::kind::malformed && !is_about_layout(failure.rule)) {
            failure.rule = rule_of(seen->error.what);
        }
    }
    if (one != nullptr) {
        failure.pointer = one->pointer;
        failure.note = one->note;
    }
    const auto* expect = one == nullptr ? nullptr : std::get_if<expect_action>(&one->action);
    if (const auto* packet = expect == nullptr ? nullptr : std::get_if<packet_pattern>(&expect->event)) {
        failure.expected_hex = hex_excerpt(only_bytes_of(*packet, names_), hex_excerpt_max);
    }
    // What came speaks for itself; what did not come was waited for.
    outcome_.silences = {0, what == failure_kind::silence ? 1U : 0U};
    failure.hint = hint_for({what, expect, seen, names_.pseudo_of(who), scenario_.role});
    outcome_.failure = std::move(failure);
    close_all();
}

void execution::fail_silent(std::size_t index, const step& one, const std::string& expected) {
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(time_limit(one));
    fail(failure_kind::silence, index, &one, wanted_from(index, expected), nullptr,
         "nothing came for " + std::to_string(waited.count()) + " ms");
    outcome_.failure->by_silence = true;
}

void execution::count_silence(bool by_fence) noexcept {
    ++(by_fence ? outcome_.silences.fenced : outcome_.silences.windowed);
}

void execution::fail_unexpected(std::size_t index, const received_event& event) {
    fail(failure_kind::unexpected, index, nullptr, wanted_from(index, "nothing more"), &event, "");
}

std::string execution::blamed_rule(const step* one) const {
    if (one == nullptr) {
        return scenario_.unexpected;
    }
    return one->rule.empty() ? scenario_.rules.front() : one->rule;
}

/// The actor's next event is not the one that the step expects.
void execution::fail_mismatch(std::size_t index, const step& one, const expect_action& expect) {
    fail(failure_kind::mismatch, index, &one, wanted_from(index, describe(expect.event, names_)),
         &actors_[index].inbox.front(), "");
}

/// "alice receives ERROR 0 OK" of a client that the runner plays, "from alice comes ERROR 0 OK" of one under test.
std::string execution::wanted_from(std::size_t index, const std::string& what) const {
    const std::string& who = scenario_.actors[index];
    return judges_client() ? "from " + who + " comes " + what : who + " receives " + what;
}

void execution::record(exchange_entry entry) {
    if (outcome_.exchange.size() == exchange_entries_max) {
        outcome_.exchange.pop_front();
        ++outcome_.exchange_dropped;
    }
    outcome_.exchange.push_back(std::move(entry));
}

void execution::remark(std::size_t index, std::string what) {
    record({now_, index, exchange_entry::direction::remark, std::move(what), "", 0, 0, false});
}

void execution::write(std::size_t index, outgoing made, std::string what) {
    actor_state& actor = actors_[index];
    record({now_, index, exchange_entry::direction::sent, std::move(what), hex_excerpt(made.bytes, hex_excerpt_max),
            actor.sent_bytes, 0, false});
    if (actor.connection != link::open) {
        return;
    }
    std::size_t start = 0;
    for (const std::size_t write_end : made.write_ends) {
        outcome_.traffic.add(now_, index, traffic_entry::kind::sent,
                             std::span<const std::byte>{made.bytes}.subspan(start, write_end - start));
        start = write_end;
    }
    actor.sent_bytes += made.bytes.size();
    actor.writing = true;
    requests_.emplace_back(write_request{index, std::move(made.bytes), std::move(made.write_ends)});
}

void execution::end(std::size_t index, close_how how) {
    requests_.emplace_back(end_request{index, how});
    if (actors_[index].connection == link::open) {
        using kind = traffic_entry::kind;
        outcome_.traffic.add(now_, index, how == close_how::reset ? kind::reset_sent : kind::fin_sent);
    }
}

}  // namespace chatos::conformance
