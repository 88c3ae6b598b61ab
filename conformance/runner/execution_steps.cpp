// What each kind of step does when its turn comes.
#include "runner/execution.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace chatos::conformance {

using namespace std::chrono_literals;

namespace {

/// What it waits for does not come over the connection.
bool is_beside_connection(const expect_action& expect) {
    return std::holds_alternative<screen_pattern>(expect.event) || std::holds_alternative<exit_pattern>(expect.event);
}

bool yields(const step& step) {
    const auto* expect = std::get_if<expect_action>(&step.action);
    return expect != nullptr && !expect->optional && !std::holds_alternative<silence_pattern>(expect->event);
}

}  // namespace

execution::progress execution::run_step(std::size_t index, moment now) {
    actor_state& actor = actors_[index];
    if (actor.at == actor.program.size()) {
        refuse_surplus(index);
        return progress::stuck;
    }
    if (actor.writing || actor.connection == link::connecting) {
        return progress::stuck;
    }
    const step& step = *actor.program[actor.at];
    const auto* expect = std::get_if<expect_action>(&step.action);
    const bool has_event = !actor.inbox.empty();
    if (expect != nullptr && has_event && !is_beside_connection(*expect) && came_too_early(step, actor.inbox.front())) {
        fail(failure_kind::too_early, index, &step,
             wanted_from(index, describe(expect->event, names_) + ", and not before what causes it"),
             &actor.inbox.front(), ", too early");
        return progress::stuck;
    }
    const bool is_held = !is_enabled(step) || waits_for_turn(index, step, now);
    return is_held ? progress::stuck : run_action(index, step, now);
}

/// With a schedule, an action waits until it is its actor's turn and the bytes of the turn before are on their way.
bool execution::waits_for_turn(std::size_t index, const step& step, moment now) {
    if (!variant_.order || outcome_.order_given_up || !is_action(step) || actors_[index].nested_of ||
        turn_ >= variant_.order->actors.size()) {
        return false;
    }
    const bool somebody_writes =
        std::any_of(actors_.begin(), actors_.end(), [](const actor_state& actor) { return actor.writing; });
    if (variant_.order->actors[turn_] == index && !somebody_writes) {
        return false;
    }
    held_since_ = held_since_.value_or(now);
    return true;
}

/// Half of the timeout of the actor whose turn it is, so that the order is given up before that actor times out.
std::chrono::nanoseconds execution::turn_timeout() const {
    const actor_state& actor = actors_[variant_.order->actors[turn_]];
    const step* step = actor.at < actor.program.size() ? actor.program[actor.at] : nullptr;
    return (step == nullptr || is_action(*step) ? std::chrono::nanoseconds{timeouts_.answer} : time_limit(*step)) / 2;
}

void execution::end_turn(const actor_state& actor, const step& step) {
    if (variant_.order && is_action(step) && !actor.nested_of && turn_ < variant_.order->actors.size()) {
        ++turn_;
        held_since_.reset();
    }
}

/// What comes to an actor whose steps are over is told at once, not only when all the others are done: otherwise
/// somebody else's waiting in vain would be the verdict.
void execution::refuse_surplus(std::size_t index) {
    using kind = received_event::kind;
    const actor_state& actor = actors_[index];
    if (scenario_.closing_fence && !actor.relays_to && !actor.inbox.empty() && actor.inbox.front().type != kind::fin &&
        actor.inbox.front().type != kind::reset) {
        fail_unexpected(index, actor.inbox.front());
    }
}

execution::progress execution::run_action(std::size_t index, const step& step, moment now) {
    if (const auto* send = std::get_if<send_action>(&step.action)) {
        return run_send(index, *send, now);
    }
    if (const auto* close = std::get_if<close_action>(&step.action)) {
        return run_close(index, close->how, now);
    }
    if (const auto* expect = std::get_if<expect_action>(&step.action)) {
        return run_expect(index, step, *expect, now);
    }
    if (const auto* relay = std::get_if<relay_action>(&step.action)) {
        return run_relay(index, *relay, now);
    }
    if (const auto* tell = std::get_if<stdin_action>(&step.action)) {
        return run_tell(index, step, *tell, now);
    }
    if (ensure_connected(index, now) == progress::moved) {
        return progress::stuck;  // continues once connected
    }
    if (const auto* reading = std::get_if<reading_action>(&step.action)) {
        requests_.emplace_back(reading_request{index, reading->reading});
        remark(index, reading->reading ? "reads again" : "stops reading");
    }
    finish_step(actors_[index]);
    return progress::moved;
}

/// `moved` when a connection has just been asked for: the step waits for it.
execution::progress execution::ensure_connected(std::size_t index, moment now) {
    actor_state& actor = actors_[index];
    if (actor.connection != link::none) {
        return progress::stuck;
    }
    actor.connection = link::connecting;
    actor.connecting_since = now;
    if (is_tunnel_end(index)) {
        remark(index, "is awaited");
    } else if (judges_client()) {
        requests_.emplace_back(start_request{index, names_.pseudo_of(scenario_.actors[index])});
        remark(index, "is started");
    } else {
        requests_.emplace_back(connect_request{index});
        remark(index, "connects");
    }
    return progress::moved;
}

/// A process takes its time to start; a connection does not.
std::chrono::milliseconds execution::connecting_timeout(std::size_t index) const {
    return judges_client() && !is_tunnel_end(index) ? timeouts_.start : timeouts_.answer;
}

/// A server whose queue of connections is full neither accepts nor refuses.
void execution::give_up_connecting(moment now) {
    for (std::size_t index = 0; index < actors_.size() && !is_decided(); ++index) {
        const actor_state& actor = actors_[index];
        if (actor.connection != link::connecting || now < actor.connecting_since + connecting_timeout(index)) {
            continue;
        }
        const std::string waited = "nothing came for " + std::to_string(connecting_timeout(index).count()) + " ms";
        if (is_tunnel_end(index)) {
            fail_absent(index, waited);
        } else {
            connection_failed(index, waited, now);
        }
    }
}

execution::progress execution::run_send(std::size_t index, const send_action& action, moment now) {
    actor_state& actor = actors_[index];
    if (ensure_connected(index, now) == progress::moved) {
        return progress::stuck;
    }
    outgoing data = bytes_of(action, names_, variant_.segment);
    std::string text;
    if (actor.expects_bytes && actor.packets_left == 0) {
        text = std::to_string(data.bytes.size()) + (data.bytes.size() == 1 ? " byte " : " bytes ") +
               quoted_excerpt({reinterpret_cast<const char*>(data.bytes.data()), data.bytes.size()});
        write(index, std::move(data), std::move(text));
        finish_step(actor);
        return progress::moved;
    }
    // Decoded by the codec rather than told from the step: the report shows what a receiver makes of the bytes.
    for (std::span<const std::byte> remaining{data.bytes}; !remaining.empty();) {
        const decode_result result = decode(remaining);
        text += text.empty() ? "" : " + ";
        if (result.status != decode_status::complete) {
            text += result.status == decode_status::malformed
                        ? "malformed bytes (" + std::string{rule_of(result.error.what)} + ")"
                        : "part of a packet";
            break;
        }
        note_registration(actor, result.packet);
        text += describe(owned(result.packet));
        remaining = remaining.subspan(result.consumed);
        if (text.size() > 300) {
            text += remaining.empty() ? "" : " + " + std::to_string(remaining.size()) + " bytes more";
            break;
        }
    }
    if (data.write_ends.size() > 1) {
        text += " in " + std::to_string(data.write_ends.size()) + " writes";
    }
    write(index, std::move(data), std::move(text));
    finish_step(actor);
    return progress::moved;
}

/// The runner sends it: to a server it asks for something, to a client under test it may be the answer.
void execution::note_registration(actor_state& actor, const packet_view& sent) const {
    if (!judges_client()) {
        actor.asked_to_register = actor.asked_to_register || sent.op == opcode::cr;
    } else if (sent.op == opcode::error && sent.code == error_code::ok) {
        actor.registered = actor.registered || actor.asked_to_register;
    }
}

execution::progress execution::run_close(std::size_t index, close_how how, moment now) {
    actor_state& actor = actors_[index];
    if (ensure_connected(index, now) == progress::moved) {
        return progress::stuck;
    }
    if (actor.connection == link::open) {
        end(index, how);
        const char* text = how == close_how::fin    ? "half-closes"
                           : how == close_how::full ? "closes"
                                                    : "resets the connection";
        remark(index, text);
        actor.half_closed = true;
        if (how != close_how::fin || actor.end_received) {
            actor.connection = link::closed;
        }
    }
    finish_step(actor);
    return progress::moved;
}

execution::progress execution::run_expect(std::size_t index, const step& step, const expect_action& expect,
                                          moment now) {
    // That a client opens no tunnel is a silence, too.
    const bool is_about_absence = is_tunnel_end(index) && std::holds_alternative<silence_pattern>(expect.event);
    if (!is_about_absence && ensure_connected(index, now) == progress::moved) {
        return progress::stuck;
    }
    actor_state& actor = actors_[index];
    if (!actor.waiting_since) {
        actor.waiting_since = now;
    }
    if (const auto* screen = std::get_if<screen_pattern>(&expect.event)) {
        return expect_screen(index, step, *screen, now);
    }
    if (const auto* exit = std::get_if<exit_pattern>(&expect.event)) {
        return expect_exit(index, step, *exit, now);
    }
    const bool wants_silence = std::holds_alternative<silence_pattern>(expect.event);
    const bool is_over = actor.connection == link::closed || actor.end_received;
    if (actor.inbox.empty() && is_over && !expect.optional && !wants_silence) {
        fail(failure_kind::ended, index, &step, wanted_from(index, describe(expect.event, names_)), nullptr,
             "the connection had ended before");
        return progress::stuck;
    }
    if (const auto* unordered = std::get_if<unordered_pattern>(&expect.event)) {
        return expect_unordered(index, step, *unordered, now);
    }
    if (const auto* one_of = std::get_if<one_of_pattern>(&expect.event)) {
        return expect_one_of(index, step, *one_of, now);
    }
    if (const auto* bytes = std::get_if<bytes_pattern>(&expect.event)) {
        return expect_bytes(index, step, *bytes, now);
    }
    if (wants_silence) {
        return expect_silence(index, step, now);
    }
    return expect_event(index, step, expect, now);
}

execution::progress execution::expect_event(std::size_t index, const step& step, const expect_action& expect,
                                            moment now) {
    actor_state& actor = actors_[index];
    if (actor.inbox.empty()) {
        if (ran_out_of_time(actor, step, now) || actor.connection == link::closed) {
            if (expect.optional) {
                count_silence(actor.connection == link::closed);
                finish_step(actor);
                return progress::moved;
            }
            fail_silent(index, step, describe(expect.event, names_));
        }
        return progress::stuck;
    }
    const bool fit = fits(expect.event, actor.inbox.front());
    if (!fit && !expect.optional) {
        fail_mismatch(index, step, expect);
        return progress::stuck;
    }
    if (fit) {
        (void)take_event(actor);
    } else {
        count_silence(true);  // something else came first
    }
    finish_step(actor);
    return progress::moved;
}

execution::progress execution::expect_unordered(std::size_t index, const step& step, const unordered_pattern& pattern,
                                                moment now) {
    actor_state& actor = actors_[index];
    if (actor.unordered_left.empty()) {
        actor.unordered_left.resize(pattern.packets.size());
        std::iota(actor.unordered_left.begin(), actor.unordered_left.end(), std::size_t{0});
    }
    while (!actor.inbox.empty()) {
        const auto fitting =
            std::find_if(actor.unordered_left.begin(), actor.unordered_left.end(), [&](std::size_t which) {
                return matches(pattern.packets[which], actor.inbox.front(), names_, bound_);
            });
        if (fitting == actor.unordered_left.end()) {
            fail_mismatch(index, step, std::get<expect_action>(step.action));
            return progress::stuck;
        }
        (void)take_event(actor);
        actor.unordered_left.erase(fitting);
        if (actor.unordered_left.empty()) {
            finish_step(actor);
            return progress::moved;
        }
        actor.waiting_since = now;
    }
    if (ran_out_of_time(actor, step, now)) {
        fail_silent(index, step,
                    std::to_string(actor.unordered_left.size()) + " more of these, " + describe(pattern, names_));
    }
    return progress::stuck;
}

execution::progress execution::expect_one_of(std::size_t index, const step& step, const one_of_pattern& pattern,
                                             moment now) {
    actor_state& actor = actors_[index];
    if (actor.inbox.empty()) {
        if (ran_out_of_time(actor, step, now)) {
            fail_silent(index, step, describe(pattern, names_));
        }
        return progress::stuck;
    }
    for (const alternative& candidate : pattern.alternatives) {
        if (!fits(std::get<expect_action>(candidate.steps.front().action).event, actor.inbox.front())) {
            continue;
        }
        if (!pattern.choice.empty()) {
            outcome_.choices[pattern.choice] = candidate.name;
        }
        const std::size_t first = actor.at + 1;
        for (std::size_t nested = 0; nested < candidate.steps.size(); ++nested) {
            actor.program.insert(actor.program.begin() + static_cast<std::ptrdiff_t>(first + nested),
                                 &candidate.steps[nested]);
        }
        if (!actor.nested_of) {
            actor.nested_of = static_cast<std::size_t>(&step - scenario_.steps.data());
            actor.nested_end = first;
        }
        actor.nested_end += candidate.steps.size();
        actor.at = first;
        actor.waiting_since.reset();
        return progress::moved;
    }
    fail_mismatch(index, step, std::get<expect_action>(step.action));
    return progress::stuck;
}

/// Whatever pieces they come in; what follows them in a piece is left for the next step.
execution::progress execution::expect_bytes(std::size_t index, const step& step, const bytes_pattern& pattern,
                                            moment now) {
    actor_state& actor = actors_[index];
    const std::vector<std::byte> wanted = bytes_of({pattern.units, split_mode::whole, {}}, names_).bytes;
    while (!actor.inbox.empty()) {
        received_event& piece = actor.inbox.front();
        const std::size_t size = std::min(piece.bytes.size(), wanted.size() - actor.bytes_matched);
        const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(actor.bytes_matched);
        const auto end = piece.bytes.begin() + static_cast<std::ptrdiff_t>(size);
        if (piece.type != received_event::kind::bytes || !std::equal(piece.bytes.begin(), end, begin)) {
            fail_mismatch(index, step, std::get<expect_action>(step.action));
            return progress::stuck;
        }
        actor.bytes_matched += size;
        actor.waiting_since = now;
        if (size == piece.bytes.size()) {
            (void)take_event(actor);
        } else {
            piece.bytes.erase(piece.bytes.begin(), end);
            piece.offset += size;
            inbox_bytes_ -= size;
        }
        if (actor.bytes_matched == wanted.size()) {
            actor.bytes_matched = 0;
            finish_step(actor);
            return progress::moved;
        }
    }
    if (ran_out_of_time(actor, step, now)) {
        fail_silent(index, step,
                    std::to_string(wanted.size() - actor.bytes_matched) + " more of the " + describe(pattern, names_));
    }
    return progress::stuck;
}

execution::progress execution::expect_silence(std::size_t index, const step& step, moment now) {
    actor_state& actor = actors_[index];
    if (!actor.inbox.empty()) {
        fail_mismatch(index, step, std::get<expect_action>(step.action));
        return progress::stuck;
    }
    if (!ran_out_of_time(actor, step, now)) {
        return progress::stuck;
    }
    count_silence(false);
    finish_step(actor);
    return progress::moved;
}

void execution::finish_step(actor_state& actor) {
    const step& step = *actor.program[actor.at];
    end_turn(actor, step);
    for (actor_state& other : actors_) {
        if (&other != &actor && other.waiting_since && other.at < other.program.size() &&
            place_in_file(actor) < place_in_file(other) && yields(*other.program[other.at])) {
            other.waiting_since = now_;  // what it waits for may be a consequence
        }
    }
    actor.waiting_since.reset();
    ++actor.at;
    if (!actor.nested_of) {
        mark_done(step);
    } else if (actor.at == actor.nested_end) {
        mark_done(scenario_.steps[*actor.nested_of]);
        actor.nested_of.reset();
    }
}

void execution::mark_done(const step& step) {
    const auto index = static_cast<std::size_t>(&step - scenario_.steps.data());
    assert(index < done_at_.size());
    done_at_[index] = ++order_;
}

bool execution::is_enabled(const step& step) const {
    return std::all_of(step.after.begin(), step.after.end(), [&](std::size_t before) { return done_at_[before] != 0; });
}

bool execution::came_too_early(const step& step, const received_event& event) const {
    return std::any_of(step.after.begin(), step.after.end(),
                       [&](std::size_t before) { return done_at_[before] == 0 || done_at_[before] > event.order; });
}

std::chrono::nanoseconds execution::time_limit(const step& step) const {
    const auto* expect = std::get_if<expect_action>(&step.action);
    if (expect == nullptr) {
        return timeouts_.answer;  // a command that waits until the client takes commands
    }
    const auto scaled = [&](std::chrono::milliseconds time) {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(time * timeouts_.time_factor);
    };
    if (const auto* silence = std::get_if<silence_pattern>(&expect->event)) {
        return scaled(silence->window);
    }
    return expect->within ? scaled(*expect->within) : std::chrono::nanoseconds{timeouts_.answer};
}

bool execution::ran_out_of_time(const actor_state& actor, const step& step, moment now) const {
    return actor.waiting_since && now >= *actor.waiting_since + time_limit(step) && !yields_to_earlier_step(actor);
}

/// Of the step that the actor is at; of one inside an alternative, that of the whole.
std::size_t execution::place_in_file(const actor_state& actor) const {
    return actor.nested_of.value_or(static_cast<std::size_t>(actor.program[actor.at] - scenario_.steps.data()));
}

/// What another actor waits for, and what comes first in the file, is more likely to be the cause than its consequence:
/// that step runs out of time first. A silence and an optional event are waited for by the clock alone.
bool execution::yields_to_earlier_step(const actor_state& actor) const {
    return yields(*actor.program[actor.at]) &&
           std::any_of(actors_.begin(), actors_.end(), [&](const actor_state& other) {
               return &other != &actor && other.waiting_since && other.at < other.program.size() &&
                      place_in_file(other) < place_in_file(actor);
           });
}

bool execution::fits(const event_pattern& pattern, const received_event& event) {
    if (const auto* packet = std::get_if<packet_pattern>(&pattern)) {
        return matches(*packet, event, names_, bound_);
    }
    const auto* closed = std::get_if<closed_pattern>(&pattern);
    return closed != nullptr && matches(*closed, event);
}

}  // namespace chatos::conformance
