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

execution::execution(const scenario& scenario, pseudonyms names, const timeouts& times, run_variant how,
                     client_dialogue dialogue)
    : scenario_{scenario}, names_{std::move(names)}, timeouts_{times}, variant_{std::move(how)}, dialogue_{std::move(
                                                                                                     dialogue)},
      actors_(scenario.actors.size()), done_at_(scenario.steps.size(), 0) {
    for (const step& step : scenario.steps) {
        actor_state& actor = actors_[step.actor];
        actor.program.push_back(&step);
        const auto* expect = std::get_if<expect_action>(&step.action);
        const bool is_bytes = expect != nullptr && std::holds_alternative<bytes_pattern>(expect->event);
        actor.packets_left += expect != nullptr && !is_bytes && !actor.expects_bytes ? 1 : 0;
        actor.expects_bytes = actor.expects_bytes || is_bytes || std::holds_alternative<relay_action>(step.action);
    }
    for (actor_state& actor : actors_) {
        actor.storage.resize(packet_bytes_max(limits{}));
        actor.decoder = std::make_unique<stream_decoder>(actor.storage, limits{});
    }
}

void execution::connected(std::size_t actor, moment now) {
    actors_[actor].connection = link::open;
    actors_[actor].has_connected = true;
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
    if (is_decided()) {
        return;
    }
    remark(index, "could not connect: " + reason);
    const step* step = actor.at < actor.program.size() ? actor.program[actor.at] : nullptr;
    const std::string wanted =
        judges_client() ? scenario_.actors[index] + " connects to {host}:{port}" : "a connection to the server";
    fail(failure_kind::no_connection, index, step, wanted, nullptr, "could not connect: " + reason);
    outcome_.failure->no_connection = true;
}

void execution::received(std::size_t index, std::span<const std::byte> bytes, moment now) {
    actor_state& actor = actors_[index];
    now_ = now;
    outcome_.peer_spoke = true;
    if (!finished()) {
        outcome_.traffic.add(now, index, traffic_entry::kind::received, bytes);
    }
    last_received_ = now;
    std::span<const std::byte> remaining = bytes;
    while (phase_ == phase::aftermath && !remaining.empty()) {
        const decode_result result = actor.decoder->next(remaining);
        if (result.status != decode_status::complete) {
            break;
        }
        note_received(actor, result.packet);
    }
    while (!is_decided()) {
        if (actor.expects_bytes && actor.packets_left == 0) {
            if (!remaining.empty()) {
                received_event piece;
                piece.type = received_event::kind::bytes;
                piece.bytes.assign(remaining.begin(), remaining.end());
                put_event(index, std::move(piece), now);
            }
            break;
        }
        const std::span<const std::byte> before = remaining;
        decode_result result = actor.decoder->next(remaining);
        const std::span<const std::byte> taken = before.first(before.size() - remaining.size());
        actor.unfinished.insert(actor.unfinished.end(), taken.begin(), taken.end());
        if (result.status == decode_status::incomplete) {
            break;
        }
        received_event event;
        if (result.status == decode_status::malformed) {
            const auto excerpt = remaining.first(std::min<std::size_t>(remaining.size(), 64));
            actor.unfinished.insert(actor.unfinished.end(), excerpt.begin(), excerpt.end());
            event.type = received_event::kind::malformed;
            event.error = result.error;
        } else {
            event.packet = owned(result.packet);
            note_received(actor, result.packet);
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
    if (actor.connection == link::closed || (actor.end_received && !reset)) {
        return;
    }
    now_ = now;
    outcome_.peer_spoke = true;
    if (!finished()) {
        using kind = traffic_entry::kind;
        outcome_.traffic.add(now, index, reset ? kind::reset_received : kind::fin_received);
    }
    actor.end_received = true;
    if (reset || !actor.expects_bytes || actor.half_closed) {
        actor.connection = link::closed;
        actor.writing = false;
    }
    if (is_decided()) {
        return;
    }
    received_event event;
    event.type = reset ? received_event::kind::reset : received_event::kind::fin;
    event.bytes = std::exchange(actor.unfinished, {});
    put_event(index, std::move(event), now);
}

bool execution::still_sends(std::size_t actor) const {
    return actors_[actor].end_received && actors_[actor].connection == link::open;
}

void execution::written(std::size_t actor, moment now) {
    actors_[actor].writing = false;
    now_ = now;
    outcome_.duration = is_decided() ? outcome_.duration : now;
}

void execution::put_event(std::size_t index, received_event event, moment now) {
    actor_state& actor = actors_[index];
    event.when = now;
    event.order = ++order_;
    event.offset = actor.received_bytes;
    actor.received_bytes += event.bytes.size();
    const bool is_packet = event.type == received_event::kind::packet;
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
    now_ = now;
    if (is_decided()) {
        if (!finished()) {
            continue_aftermath(now);
        }
        return std::exchange(requests_, {});
    }
    outcome_.duration = now;
    relay_all();
    run_steps(now);
    if (held_since_ && phase_ == phase::steps && now >= *held_since_ + turn_timeout()) {
        // The actor whose turn it is waits for something that comes only after it. The order is impossible, or the
        // server slow: either way the rest runs as if there were no schedule, and no verdict depends on which it was.
        outcome_.order_given_up = true;
        held_since_.reset();
        run_steps(now);
    }
    give_up_connecting(now);
    if (!is_decided()) {
        run_end(now);
    }
    if (!is_decided() && now >= timeouts_.scenario) {
        fail(failure_kind::too_long, 0, nullptr, "an end within " + std::to_string(timeouts_.scenario.count()) + " ms",
             nullptr, "the scenario is still going on");
    }
    return std::exchange(requests_, {});
}

void execution::run_steps(moment now) {
    bool moved = true;
    while (moved && phase_ == phase::steps) {
        moved = false;
        for (std::size_t index = 0; index < actors_.size() && !is_decided(); ++index) {
            while (!is_decided() && run_step(index, now) == progress::moved) {
                moved = true;
            }
        }
    }
}

moment execution::deadline() const {
    moment earliest = timeouts_.scenario;
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        const actor_state& actor = actors_[index];
        if (actor.connection == link::connecting) {
            earliest = std::min(earliest, actor.connecting_since + connecting_timeout(index));
        }
        if (phase_ == phase::steps && actor.waiting_since && actor.at < actor.program.size() &&
            !yields_to_earlier_step(actor)) {
            earliest = std::min(earliest, *actor.waiting_since + time_limit(*actor.program[actor.at]));
        }
    }
    if (phase_ == phase::steps && held_since_) {
        earliest = std::min(earliest, *held_since_ + turn_timeout());
    }
    if (phase_ == phase::fencing) {
        earliest = std::min(earliest, phase_since_ + timeouts_.answer);
    } else if (phase_ == phase::draining) {
        earliest = std::min(earliest, phase_since_ + timeouts_.closing);
    } else if (phase_ == phase::aftermath) {
        earliest = is_fenced_ ? half_close_time() : phase_since_ + timeouts_.aftermath;
    }
    return earliest;
}

outcome execution::take_outcome() {
    assert(finished());
    return std::move(outcome_);
}

void execution::fail(failure_kind kind, std::size_t index, const step* step, std::string expected,
                     const received_event* event, const std::string& otherwise) {
    const std::string name = scenario_.actors[index];
    step_failure failure;
    failure.rule = blamed_rule(step);
    failure.expected = std::move(expected);
    failure.observed = otherwise;
    if (event != nullptr) {
        failure.observed =
            (judges_client() ? "from " + name + " came " : name + " received ") + describe(*event) + otherwise;
        failure.observed_hex = hex_excerpt(event->bytes, hex_excerpt_max);
        failure.observed_offset = event->offset;
        const auto entry = std::find_if(outcome_.exchange.begin(), outcome_.exchange.end(),
                                        [&](const exchange_entry& other) { return other.order == event->order; });
        if (entry != outcome_.exchange.end()) {
            entry->blamed = true;
        }
        if (event->type == received_event::kind::malformed && !is_about_layout(failure.rule)) {
            failure.rule = rule_of(event->error.what);
        }
    }
    if (step != nullptr) {
        failure.pointer = step->pointer;
        failure.note = step->note;
    }
    const auto* expect = step == nullptr ? nullptr : std::get_if<expect_action>(&step->action);
    if (const auto* packet = expect == nullptr ? nullptr : std::get_if<packet_pattern>(&expect->event)) {
        failure.expected_hex = hex_excerpt(only_bytes_of(*packet, names_), hex_excerpt_max);
    }
    // What came speaks for itself; what did not come was waited for.
    outcome_.silences = {0, kind == failure_kind::silence ? 1U : 0U};
    failure.hint = hint_for({kind, expect, event, names_.pseudo_of(name), scenario_.role});
    outcome_.failure = std::move(failure);
    start_aftermath();
}

void execution::fail_silent(std::size_t index, const step& step, const std::string& expected) {
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(time_limit(step));
    fail(failure_kind::silence, index, &step, wanted_from(index, expected), nullptr,
         "nothing came for " + std::to_string(waited.count()) + " ms");
    outcome_.failure->by_silence = true;
}

void execution::count_silence(bool by_fence) noexcept {
    ++(by_fence ? outcome_.silences.fenced : outcome_.silences.windowed);
}

void execution::fail_unexpected(std::size_t index, const received_event& event) {
    fail(failure_kind::unexpected, index, nullptr, wanted_from(index, "nothing more"), &event, "");
}

std::string execution::blamed_rule(const step* step) const {
    if (step == nullptr) {
        return scenario_.unexpected;
    }
    return step->rule.empty() ? scenario_.rules.front() : step->rule;
}

/// The actor's next event is not the one that the step expects.
void execution::fail_mismatch(std::size_t index, const step& step, const expect_action& expect) {
    fail(failure_kind::mismatch, index, &step, wanted_from(index, describe(expect.event, names_)),
         &actors_[index].inbox.front(), "");
}

/// "alice receives ERROR 0 OK" of a client that the runner plays, "from alice comes ERROR 0 OK" of one under test.
std::string execution::wanted_from(std::size_t index, const std::string& text) const {
    const std::string& name = scenario_.actors[index];
    return judges_client() ? "from " + name + " comes " + text : name + " receives " + text;
}

void execution::record(exchange_entry entry) {
    if (outcome_.exchange.size() == exchange_entries_max) {
        outcome_.exchange.pop_front();
        ++outcome_.exchange_dropped;
    }
    outcome_.exchange.push_back(std::move(entry));
}

void execution::remark(std::size_t index, std::string text) {
    record({now_, index, exchange_entry::direction::remark, std::move(text), "", 0, 0, false});
}

void execution::write(std::size_t index, outgoing data, std::string text) {
    actor_state& actor = actors_[index];
    if (!is_decided()) {
        record({now_, index, exchange_entry::direction::sent, std::move(text), hex_excerpt(data.bytes, hex_excerpt_max),
                actor.sent_bytes, 0, false});
    }
    if (actor.connection != link::open) {
        return;
    }
    note_sent(actor, data.bytes);
    std::size_t start = 0;
    for (const std::size_t write_end : data.write_ends) {
        outcome_.traffic.add(now_, index, traffic_entry::kind::sent,
                             std::span<const std::byte>{data.bytes}.subspan(start, write_end - start));
        start = write_end;
    }
    actor.sent_bytes += data.bytes.size();
    actor.writing = true;
    requests_.emplace_back(write_request{index, std::move(data.bytes), std::move(data.write_ends)});
}

void execution::end(std::size_t index, close_how how) {
    requests_.emplace_back(end_request{index, how});
    if (actors_[index].connection == link::open) {
        using kind = traffic_entry::kind;
        outcome_.traffic.add(now_, index, how == close_how::reset ? kind::reset_sent : kind::fin_sent);
    }
}

}  // namespace chatos::conformance
