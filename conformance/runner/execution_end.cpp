// The end of a scenario: proof that nothing unexpected came. For every registered actor the runner sends what
// must be answered once (the closing fence: to a server an RPM for a pseudo that nobody holds, to a client an SPM),
// gets one ERROR and nothing else, half-closes, and reads until the other side closes.
#include "runner/execution.hpp"

#include <algorithm>

namespace chatos::conformance {

void execution::run_end(moment now) {
    if (phase_ == phase::steps) {
        const bool all_done = std::all_of(actors_.begin(), actors_.end(), [](const actor_state& actor) {
            return actor.at == actor.program.size() && !actor.writing;
        });
        if (all_done) {
            start_fencing(now);
        }
    }
    if (phase_ == phase::fencing) {
        continue_fencing(now);
    }
    if (phase_ == phase::draining) {
        continue_draining(now);
    }
}

/// Either side may close an unregistered connection, and must close one whose peer ended its side; no step expects it.
void execution::pass_over_close(actor_state& actor) {
    if ((!actor.registered || actor.half_closed) && actor.inbox.size() == 1 && is_whole_end(actor.inbox.front())) {
        (void)take_event(actor);
    }
}

void execution::start_fencing(moment now) {
    phase_ = phase::fencing;
    phase_since_ = now;
    for (std::size_t index = 0; index < actors_.size() && scenario_.closing_fence; ++index) {
        actor_state& actor = actors_[index];
        pass_over_close(actor);
        if (!actor.inbox.empty() && !actor.relays_to) {
            fail_unexpected(index, actor.inbox.front());
            return;
        }
        if (actor.connection != link::open || !actor.registered || actor.half_closed) {
            continue;
        }
        actor.fenced = true;
        requests_.emplace_back(reading_request{index, true});
        write(index, bytes_of({{fence()}, split_mode::whole, {}}, names_),
              judges_client() ? "SPM, as a fence" : "RPM for nobody, as a fence");
    }
}

packet_source execution::fence() const {
    packet_source question;
    question.op = judges_client() ? opcode::spm : opcode::rpm;
    question.pseudo.text = "fence-{run}";
    question.message.text = "the end";
    return question;
}

void execution::continue_fencing(moment now) {
    bool all_answered = true;
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        actor_state& actor = actors_[index];
        if (!scenario_.closing_fence) {
            continue;
        }
        pass_over_close(actor);
        if (actor.fenced && !actor.inbox.empty()) {
            const received_event& event = actor.inbox.front();
            if (event.type != received_event::kind::packet || event.packet.op != opcode::error) {
                fail_unexpected(index, event);
                return;
            }
            (void)take_event(actor);
            actor.fenced = false;
            actor.proven_silent = true;
        }
        if (!actor.inbox.empty() && !actor.relays_to) {
            fail_unexpected(index, actor.inbox.front());
            return;
        }
        if (actor.fenced && now >= phase_since_ + timeouts_.answer) {
            fail(failure_kind::silence, index, nullptr,
                 wanted_from(index, judges_client() ? "one ERROR for the SPM that ends the scenario"
                                                    : "one ERROR for the RPM that ends the scenario"),
                 nullptr, "nothing came for " + std::to_string(timeouts_.answer.count()) + " ms");
            outcome_.failure->by_silence = true;
            if (judges_client()) {
                outcome_.failure->rule = "CLI-2";  // whatever the scenario is about
            }
            return;
        }
        all_answered = all_answered && !actor.fenced && !actor.writing;
    }
    if (all_answered) {
        start_draining(now);
    }
}

void execution::start_draining(moment now) {
    phase_ = phase::draining;
    phase_since_ = now;
    half_close_all();
}

void execution::half_close_all() {
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        actor_state& actor = actors_[index];
        if (actor.connection == link::open) {
            requests_.emplace_back(reading_request{index, true});
            end(index, close_how::fin);
            actor.half_closed = true;
            actor.connection = actor.end_received ? link::closed : link::open;
        }
    }
}

void execution::continue_draining(moment now) {
    bool all_closed = true;
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        actor_state& actor = actors_[index];
        while (!actor.inbox.empty()) {
            const received_event event = take_event(actor);
            if (!is_whole_end(event) && scenario_.closing_fence && !actor.relays_to) {
                fail_unexpected(index, event);
                return;
            }
        }
        all_closed = all_closed && actor.connection != link::open && actor.connection != link::connecting;
    }
    const bool out_of_time = now >= phase_since_ + timeouts_.closing;
    if (all_closed || out_of_time) {
        outcome_.ended_without_close = !all_closed;
        count_closing_silences();
        close_all();
    }
}

/// Nothing more came to an actor: its fence was answered, or the server ended its connection, after which nothing can
/// come; or it was waited for. An actor that closed both directions reads nothing and proves nothing.
void execution::count_closing_silences() noexcept {
    for (const actor_state& actor : actors_) {
        const bool listens = actor.connection == link::open || actor.end_received;
        if (scenario_.closing_fence && listens) {
            count_silence(actor.proven_silent || actor.end_received);
        }
    }
}

/// A capture of a failure is to show what the server had read by then, and what it still sends: fences are sent as at
/// the end of a scenario, and then the connections end in order.
void execution::start_aftermath() {
    const bool is_before_end = phase_ == phase::steps;
    if (timeouts_.aftermath.count() == 0 || judges_client()) {
        close_all();
        return;
    }
    phase_ = phase::aftermath;
    phase_since_ = now_;
    is_fenced_ = is_before_end;
    for (std::size_t index = 0; index < actors_.size() && is_before_end; ++index) {
        answer_in_aftermath(index);
    }
    if (!is_fenced_) {
        half_close_all();
    }
}

void execution::note_received(actor_state& actor, const packet_view& packet) const {
    if (timeouts_.aftermath.count() == 0) {
        return;
    }
    if (packet.op == opcode::spm || packet.op == opcode::pc) {
        actor.deliveries_owed.push_back(packet.op);
    } else if (packet.op == opcode::error && !actor.requests_open.empty()) {
        actor.awaits_decision =
            actor.requests_open.front() == opcode::pc && packet.code == error_code::ok && !actor.awaits_decision;
        if (!actor.awaits_decision) {
            actor.requests_open.pop_front();
        }
    }
}

/// What a scenario sends in one write begins with a packet, or with bytes that end the dialogue.
void execution::note_sent(actor_state& actor, std::span<const std::byte> sent) const {
    while (timeouts_.aftermath.count() != 0 && !sent.empty()) {
        const decode_result result = decode(sent, limits{});
        if (result.status != decode_status::complete) {
            return;
        }
        if (result.packet.op != opcode::error) {
            actor.requests_open.push_back(result.packet.op);
        } else if (!actor.deliveries_owed.empty()) {
            actor.deliveries_owed.pop_front();
        }
        sent = sent.subspan(result.consumed);
    }
}

/// Answers as a conforming client does, and sends a fence once nothing else is unanswered.
void execution::answer_in_aftermath(std::size_t index) {
    actor_state& actor = actors_[index];
    const bool with_fence = !actor.is_fence_sent && actor.requests_open.empty();
    if (actor.connection != link::open || !actor.registered || actor.half_closed || actor.writing ||
        (actor.deliveries_owed.empty() && !with_fence)) {
        return;
    }
    send_action answers;
    for (const opcode delivery : actor.deliveries_owed) {
        packet_source answer;
        answer.op = opcode::error;
        answer.code = delivery == opcode::pc ? std::uint8_t{5} : std::uint8_t{0};
        answers.units.emplace_back(answer);
    }
    if (with_fence) {
        answers.units.emplace_back(fence());
        actor.is_fence_sent = true;
        requests_.emplace_back(reading_request{index, true});
    }
    actor.deliveries_owed.clear();
    write(index, bytes_of(answers, names_), "");
}

/// All fences are answered, and nothing has come for a while; or half of the time has passed.
moment execution::half_close_time() const {
    const bool awaits_answer = std::any_of(actors_.begin(), actors_.end(), [](const actor_state& actor) {
        return actor.connection == link::open && actor.registered && !actor.half_closed &&
               (!actor.requests_open.empty() || actor.writing);
    });
    const moment latest = phase_since_ + timeouts_.aftermath / 2;
    return awaits_answer ? latest : std::min<moment>(latest, last_received_ + timeouts_.aftermath / 16);
}

void execution::continue_aftermath(moment now) {
    for (std::size_t index = 0; index < actors_.size() && is_fenced_; ++index) {
        answer_in_aftermath(index);
    }
    const auto is_open = [](const actor_state& actor) { return actor.connection == link::open; };
    if (is_fenced_ && now >= half_close_time()) {
        is_fenced_ = false;
        half_close_all();
    }
    if (std::none_of(actors_.begin(), actors_.end(), is_open) || now >= phase_since_ + timeouts_.aftermath) {
        close_all();
    }
}

void execution::close_all() {
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        const actor_state& actor = actors_[index];
        if (is_tunnel_end(index) ? actor.has_connected : actor.connection != link::none) {
            end(index, close_how::full);
        }
    }
    phase_ = phase::over;
}

}  // namespace chatos::conformance
