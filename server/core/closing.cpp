// How connections end (CONN-6, FLOW-8, ERR-2, ERR-4, ERR-5), the deadlines that make them end, and the end of the
// server itself.
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>

namespace chatos::core {

namespace {

// A server that stops closes so many at least, so that a small one stops at once.
constexpr std::uint32_t drain_closes_min = 64;
constexpr auto drain_step = std::chrono::milliseconds{10};

}  // namespace

std::optional<time_point> server::deadline_of(const connection& client) const {
    if (client.current_phase() == phase::finishing) {
        return client.phase_deadline;  // ERR-5
    }
    if (client.current_phase() == phase::tunnel_open) {
        return client.phase_deadline == never ? idle_deadline_of(client) : client.phase_deadline;
    }
    if (client.current_phase() == phase::tunnel_waiting) {
        const auto place = tunnels_.state_of(client.id);
        return place.state == tunnel_state::accepted ? std::optional{place.deadline} : std::nullopt;  // TUN-4
    }
    if (!client.is_open()) {
        return std::nullopt;  // leaving: the deadlines of the clients that it waits for bound the wait
    }
    std::optional<time_point> earliest = client.deliveries.deadline(options_);  // FLOW-7
    const auto consider = [&earliest](time_point other) { earliest = earliest ? std::min(*earliest, other) : other; };
    if (client.current_phase() == phase::unregistered) {
        consider(client.phase_deadline);  // ERR-4
    }
    if (client.throttled) {
        consider(client.request_rate.available_at(options_.requests_per_second_max));
    }
    if (client.packet_unfinished) {
        consider(client.since + options_.login_timeout);  // ERR-4
    }
    return earliest;
}

void server::arm_timer(const connection& client) {
    if (const auto deadline = deadline_of(client)) {
        timers_.wake_by(client.id.slot, *deadline);
    }
}

void server::set_time(time_point now) noexcept {
    driver_now_ = std::max(driver_now_, now);
    now_ = std::max(now_, now);
}

void server::advance(time_point now) {
    driver_now_ = std::max(driver_now_, now);
    if (drain_continues_at_ <= std::min(now, drain_deadline_)) {
        expire_deadlines(drain_continues_at_);
        continue_drain();
    }
    if (draining_ && !drain_over_ && drain_deadline_ <= now) {
        expire_deadlines(drain_deadline_);
        end_drain();
    }
    expire_deadlines(now);
    statistics_.tunnels_expired += tunnels_.expire_unattended(now);  // TUN-4
}

// Each takes effect at its own moment, in order.
void server::expire_deadlines(time_point until) {
    while (const auto due = timers_.take_due(until)) {
        connection* client = connections_.at_slot(due->slot);
        ensure(client != nullptr);
        const auto deadline = deadline_of(*client);
        if (deadline && *deadline <= due->when) {
            now_ = std::max(now_, due->when);
            expire_deadline(*client, due->when);
        }
        arm_timer(*client);
    }
    now_ = std::max(now_, until);
}

std::optional<time_point> server::next_deadline() const noexcept {
    auto earliest = timers_.earliest();
    if (draining_ && !drain_over_ && connections_.size() != 0) {
        earliest = earliest ? std::min(*earliest, drain_deadline_) : drain_deadline_;
    }
    if (drain_continues_at_ != never) {
        earliest = earliest ? std::min(*earliest, drain_continues_at_) : drain_continues_at_;
    }
    if (const auto expiry = tunnels_.earliest_deadline()) {
        earliest = earliest ? std::min(*earliest, *expiry) : expiry;
    }
    return earliest;
}

// The clock may be ahead of `when`: what has arrived since then is not read yet.
void server::expire_deadline(connection& client, time_point when) {
    if (client.current_phase() == phase::tunnel_waiting) {
        expire_tunnel_of(client);
        return;
    }
    if (client.current_phase() == phase::tunnel_open && client.phase_deadline == never) {
        end_idle_tunnel(client);
        return;
    }
    if (client.current_phase() == phase::finishing || client.current_phase() == phase::tunnel_open) {
        leave_tunnel(client);
        enter(client, phase::closed);
        return;
    }
    if (client.throttled && client.request_rate.available_at(options_.requests_per_second_max) <= when) {
        end_throttling(client);
        return;
    }
    if (client.packet_unfinished && client.since + options_.login_timeout <= when) {
        ++statistics_.closed_slow_packet;
        notify(notice::event::slow_packet, client);
        refuse(client);  // ERR-4
        return;
    }
    if (client.current_phase() == phase::unregistered && client.phase_deadline <= when) {
        ++statistics_.closed_slow_login;
        notify(notice::event::slow_login, client);
        refuse(client);  // ERR-4
        return;
    }
    time_out_oldest_delivery(client);
}

// Every change of phase goes through this function, which does what each new phase requires.
void server::enter(connection& client, phase next) {
    if (client.current_phase() == phase::tunnel_waiting) {
        --statistics_.tunnel_ends_waiting;
    }
    client.enter(next);
    switch (next) {
    case phase::unregistered: break;  // the initial phase
    case phase::user: break;
    case phase::tunnel_waiting: ++statistics_.tunnel_ends_waiting; break;  // ERR-4 no longer counts
    case phase::tunnel_open:
        client.phase_deadline = never;
        client.since = now_;
        arm_timer(client);
        client.output.leave_tally();  // from here on options::tunnel_buffer_bytes_max is its bound
        break;
    case phase::leaving: discard_input(client); return;
    case phase::finishing:
        ensure(client.requests.empty());
        discard_input(client);
        client.phase_deadline =
            driver_now_ + (client.output.empty() ? options_.linger_timeout : options_.flush_timeout);
        arm_timer(client);
        break;
    case phase::closed: client.output.clear(); break;
    }
    mark_changed(client);
}

void server::discard_input(connection& client) {
    client.pending_input.clear();
    client.has_backlog = client.packet_unfinished = client.throttled = false;
}

// CONN-6, PM-7, PC-4, ALL-9: the pseudo becomes free, every answer that this user owes is settled as 4, and nothing
// more is delivered to it. Its own requests continue.
void server::end_session(connection& client) {
    if (client.current_phase() != phase::user) {
        return;
    }
    enter(client, phase::leaving);
    skip_broadcasts(client);
    users_.remove(client);
    --client.from_network->users;
    client.permissions.clear();
    while (const auto owed = client.deliveries.take_abandoned()) {
        settle(*owed, error_code::unreachable, settled_by::departure);
    }
}

void server::abandon_requests(connection& client) {
    const std::uint32_t count = client.requests.abandon();
    statistics_.requests_abandoned += count;
    statistics_.requests_pending -= count;
}

// ERR-2, ERR-4: answers that were due are in the output already. All other requests are abandoned; ERROR 5 comes last.
void server::refuse(connection& client) {
    answer_held_pc(client);
    abandon_requests(client);
    end_session(client);
    client.output.push(answers_[static_cast<std::size_t>(error_code::refused)]);
    finish(client);
}

// FLOW-8: end of input.
void server::leave(connection& client) {
    answer_held_pc(client);
    end_session(client);
    if (client.current_phase() == phase::unregistered) {
        enter(client, phase::leaving);
    }
    finish_if_done(client);
}

// ERR-5: from now on the connection only writes its output, and reads and discards its input. Its time begins when the
// driver wakes up: a driver that slept through the reason for closing could not write the last answers meanwhile.
void server::finish(connection& client) {
    end_session(client);
    if (client.current_phase() == phase::finishing || client.current_phase() == phase::closed) {
        return;
    }
    enter(client, phase::finishing);
}

void server::finish_if_done(connection& client) {
    const bool on_the_way_out =
        client.current_phase() == phase::leaving || (draining_ && client.is_open() && !owes_answers(client));
    if (on_the_way_out && client.requests.empty()) {
        finish(client);
    }
}

void server::drain(time_point now) {
    set_time(now);
    if (draining_) {
        return;
    }
    draining_ = true;
    drain_deadline_ = now_ + options_.drain_timeout;
    drain_tunnels();
    const auto steps = static_cast<std::size_t>(std::max<duration::rep>(1, options_.drain_timeout / 2 / drain_step));
    drain_closes_per_step_ = std::max(drain_closes_min, static_cast<std::uint32_t>(connections_.size() / steps + 1));
    continue_drain();
}

// Closes the next connections that wait for nothing. What happens to a connection closes it as well.
void server::continue_drain() {
    std::uint32_t closed = 0;
    for (; drain_slot_ < connections_.slots() && closed < drain_closes_per_step_; ++drain_slot_) {
        connection* client = connections_.at_slot(drain_slot_);
        if (client != nullptr) {
            const phase before = client->current_phase();
            finish_if_done(*client);
            closed += client->current_phase() != before ? 1U : 0U;
        }
    }
    // From now, not from when this was due: a driver that was late must not close many at once.
    drain_continues_at_ = drain_slot_ < connections_.slots() ? driver_now_ + drain_step : never;
}

// Clients that still owe an answer leave without it, which settles every request.
void server::end_drain() {
    drain_over_ = true;
    drain_continues_at_ = never;
    connections_.for_each([this](connection& client) { end_session(client); });
    connections_.for_each([this](connection& client) { finish_if_done(client); });
    close_tunnels();
    ensure(users_.size() == 0);
}

}  // namespace chatos::core
