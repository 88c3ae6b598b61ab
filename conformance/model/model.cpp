// Connections, sessions and time.
#include "model/model.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr std::size_t pending_max = 1'024;  // FLOW-5: at least so many

}  // namespace

model::model(const model_settings& settings) : settings_{settings} {}

model::client* model::find(connection_id id) {
    const auto found = clients_.find(id);
    return found == clients_.end() || found->second.closed ? nullptr : &found->second;
}

const model::client* model::find(connection_id id) const {
    const auto found = clients_.find(id);
    return found == clients_.end() || found->second.closed ? nullptr : &found->second;
}

void model::connect(connection_id id, model_time now) {
    let_time_pass(now);
    client& who = clients_[id];
    who.id = id;
    who.connected = now;
    finish_turn();
}

void model::receive(connection_id id, std::span<const std::byte> bytes, model_time now) {
    let_time_pass(now);
    client* who = find(id);
    if (who == nullptr || who->input_ended || died_) {
        return;
    }
    // WIRE-13: what is kept are bytes, whatever pieces they came in.
    unread_of(*who).append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (is_degenerate()) {
        receive_degenerate(*who);
    } else {
        read_on(*who);
    }
    finish_turn();
}

void model::end(connection_id id, model_time now) {
    let_time_pass(now);
    client* who = find(id);
    if (who == nullptr || died_) {
        return;
    }
    who->input_ended = true;
    if (!unread_of(*who).empty() && broken(dies_of_unfinished_packet)) {
        died_ = true;
        return;
    }
    if (is_degenerate()) {
        close(*who);
    } else if (who->ignored) {
        end_input(*who);
    } else {
        read_on(*who);  // what came before still counts
    }
    finish_turn();
}

void model::lost(connection_id id, model_time now) {
    let_time_pass(now);
    client* who = find(id);
    if (who == nullptr || died_) {
        return;
    }
    if (!unread_of(*who).empty() && broken(who->pseudo ? dies_of_reset_in_packet : dies_of_reset_before_cr)) {
        died_ = true;
        return;
    }
    who->requests.clear();
    if (who->is_tunnel_end) {
        leave_tunnel(*who);
    }
    end_session(*who, who->input_ended ? leaving::ended : leaving::reset);
    who->closed = true;
    finish_turn();
}

void model::tick(model_time now) {
    let_time_pass(now);
    finish_turn();
}

/// Everything that time alone brings about, each at its own moment, before whatever happens now.
void model::let_time_pass(model_time now) {
    turn_began_at_ = output_.size();
    for (auto next = next_deadline(); next && *next <= now && !died_; next = next_deadline()) {
        now_ = std::max(now_, *next);
        meet_deadlines();
    }
    now_ = std::max(now_, now);
}

void model::meet_deadlines() {
    expire_tunnels();
    for (auto& [id, who] : clients_) {
        if (!who.closed && !died_) {
            time_out_deliveries(who);
        }
        const auto deadline = input_deadline(who);
        if (deadline && *deadline <= now_ && !died_) {
            hang_up(who, error_code::refused);  // ERR-4
        }
    }
}

/// ERR-4: until when the client has to register, or to complete its packet.
std::optional<model_time> model::input_deadline(const client& who) const {
    if (who.closed || who.input_ended || who.ignored || who.is_tunnel_end || is_degenerate()) {
        return std::nullopt;
    }
    if (!who.pseudo) {
        const bool unlimited = broken(who.unread.empty() ? login_never_times_out : unfinished_login_never_times_out);
        return unlimited ? std::nullopt : std::optional{who.connected + settings_.login_timeout};
    }
    if (!who.packet_since || broken(unfinished_packet_never_times_out)) {
        return std::nullopt;
    }
    return *who.packet_since + settings_.login_timeout;
}

std::optional<model_time> model::next_deadline() const {
    std::optional<model_time> next;
    const auto consider = [&](std::optional<model_time> time) {
        if (time && (!next || *time < *next)) {
            next = time;
        }
    };
    for (const tunnel& one : tunnels_) {
        if (one.now_in == tunnel::state::accepted && !broken(tunnel_never_expires)) {
            consider(one.deadline);
        }
    }
    for (const auto& [id, who] : clients_) {
        consider(input_deadline(who));
        for (const delivery& one : who.owed) {
            if (!who.closed && !one.timed_out && !never_times_out(one)) {
                consider(deadline_of(one));
            }
        }
    }
    return next;
}

std::string& model::unread_of(client& who) {
    return broken(unfinished_packets_shared) ? shared_unread_ : who.unread;
}

bool model::may_read(const client& who) const {
    if (who.closed || who.ignored || who.condemned) {
        return false;
    }
    if (who.is_tunnel_end) {
        return has_room_for_tunnel_bytes(who);
    }
    if (broken(own_request_blocks_answers) && !who.requests.empty()) {
        return false;
    }
    if (broken(unfinished_packet_stalls_everybody) && staller_ && *staller_ != who.id) {
        return false;
    }
    return who.requests.size() < pending_max;  // FLOW-5
}

bool model::wants_input(connection_id id) const {
    const client* who = find(id);
    return who != nullptr && may_read(*who);
}

void model::read_on(client& who) {
    if (who.is_tunnel_end) {
        relay(who);
        return;
    }
    std::string& unread = unread_of(who);
    while (!died_ && may_read(who)) {
        const read_result got = read_packet(unread, settings_.wire);
        died_ = got.fatal;
        if (got.how == reading::malformed && !died_) {
            handle_malformed(who, got);
            return;
        }
        if (got.how == reading::incomplete || died_) {
            break;
        }
        unread.erase(0, got.consumed);
        who.packet_since.reset();
        if (got.how == reading::complete) {
            handle(who, got.packet);
        }
        if (who.is_tunnel_end && !who.closed) {
            who.packet_since.reset();
            relay(who);
            return;
        }
        if (broken(rest_of_a_read_lost)) {
            unread.clear();
        }
    }
    if (who.closed || died_) {
        return;
    }
    who.held_back = !may_read(who) && (!unread.empty() || who.input_ended);
    if (broken(unfinished_packet_forgotten)) {
        unread.clear();
    }
    if (unread.empty() || who.held_back) {
        who.packet_since.reset();
    } else if (!who.packet_since) {
        who.packet_since = now_;
    }
    if (broken(unfinished_packet_stalls_everybody) && (!staller_ || *staller_ == who.id)) {
        staller_ = unread.empty() || who.input_ended ? std::nullopt : std::optional{who.id};
    }
    if (who.input_ended && !who.held_back) {
        end_input(who);
    }
}

/// ERR-1: nothing of the packet is acted upon, and nothing after it. ERR-2: what is said, and that the session ends.
void model::handle_malformed(client& who, const read_result& bad) {
    if (broken(malformed_ignored)) {
        who.ignored = true;
        return;
    }
    act_on_what_follows(who, bad);
    if (broken(malformed_drops_settled_answers)) {
        take_back_output(who.id, false);
    }
    if (broken(malformed_undoes_deliveries)) {
        take_back_output(who.id, true);
    }
    if (broken(malformed_stays_open)) {
        send_code(who, 5);
        who.ignored = true;
        return;
    }
    if (broken(malformed_waits_for_pending) && !who.requests.empty()) {
        who.condemned = true;
        end_session(who, leaving::hung_up);
        return;
    }
    if (broken(malformed_error_first)) {
        const std::string error = write_packet({opcode::error, "", "", 5}, settings_.wire.faults);
        output_.insert(output_.begin() + static_cast<std::ptrdiff_t>(turn_began_at_),
                       {who.id, model_output::kind::bytes, error});
        hang_up(who, std::nullopt);
        return;
    }
    if (broken(malformed_ends_everybody)) {
        for (auto& [id, other] : clients_) {
            if (!other.closed && id != who.id) {
                hang_up(other, std::nullopt);
            }
        }
    }
    hang_up(who, broken(malformed_gets_unreachable) ? error_code::unreachable : error_code::refused);
}

/// Only faults do.
void model::act_on_what_follows(client& who, const read_result& bad) {
    const bool is_bad_text = bad.consumed != 0;
    if (is_bad_text && broken(bad_spm_delivered_in_part) && bad.packet.op == opcode::spm) {
        if (client* recipient = find_user(bad.packet.pseudo)) {
            send(*recipient, {opcode::spm, who.pseudo.value_or(""), bad.packet.message, 0});
        }
    }
    if (!broken(is_bad_text ? ill_formed_string_passed_over : bad_opcode_passed_over)) {
        return;
    }
    std::string& unread = unread_of(who);
    unread.erase(0, is_bad_text ? bad.consumed : 1);
    for (read_result next = read_packet(unread, settings_.wire); next.how == reading::complete && !who.closed;
         next = read_packet(unread, settings_.wire)) {
        unread.erase(0, next.consumed);
        handle(who, next.packet);
    }
}

/// Only faults do: what this turn put out for the client, or for all others.
void model::take_back_output(connection_id of, bool from_others) {
    const auto begin = output_.begin() + static_cast<std::ptrdiff_t>(turn_began_at_);
    output_.erase(std::remove_if(begin, output_.end(),
                                 [&](const model_output& one) { return (one.connection == of) != from_others; }),
                  output_.end());
}

/// FLOW-8: the session ends at once; answers that are due still come, then the connection is closed.
void model::end_input(client& who) {
    if (!broken(half_close_keeps_session) || who.requests.empty()) {
        end_session(who, leaving::ended);
    }
    if (broken(half_close_drops_answers)) {
        who.requests.clear();
    }
    close_if_done(who);
}

void model::close_if_done(client& who) {
    if (who.requests.empty() && who.condemned && !who.closed) {
        hang_up(who, error_code::refused);
    } else if (who.requests.empty() && who.input_ended && !who.held_back && !who.closed) {
        end_session(who, leaving::ended);
        if (!broken(half_close_never_closed)) {
            close(who);
        }
    }
}

/// CONN-6: the pseudo is free. PM-7, PC-4, ALL-9, FLOW-8: whatever the client owes is settled.
void model::end_session(client& who, leaving how) {
    if (who.refused_pseudo && broken(taken_pseudo_freed)) {
        if (client* holder = holder_of(*who.refused_pseudo)) {
            holder->pseudo.reset();
        }
    }
    if (staller_ == who.id) {
        staller_.reset();
    }
    shared_unread_.clear();
    if (who.pseudo && broken(tunnel_cut_on_leaving)) {
        cut_tunnels_of(*who.pseudo);
    }
    if (who.pseudo) {
        const bool kept = (how == leaving::ended && broken(pseudo_kept_after_close)) ||
                          (how == leaving::reset && broken(pseudo_kept_after_reset)) ||
                          (how == leaving::hung_up && broken(pseudo_kept_after_malformed));
        if (kept) {
            kept_pseudos_.insert(*who.pseudo);
        }
        who.pseudo.reset();
    }
    if (broken(half_close_owes_on) && how == leaving::ended && !who.requests.empty()) {
        return;
    }
    const std::deque<delivery> owed = std::exchange(who.owed, {});
    for (const delivery& one : owed) {
        if (!one.timed_out) {
            recipient_left(one, how);
        }
    }
}

/// The session ends, pending requests are abandoned, deliveries that were made stand; the ERROR comes last (ERR-2).
void model::hang_up(client& who, std::optional<error_code> code) {
    who.requests.clear();
    end_session(who, leaving::hung_up);
    if (code && !follows(variant::closes_without_error)) {
        send_code(who, static_cast<std::uint8_t>(*code));
    }
    close(who);
}

void model::close(client& who) {
    if (who.closed) {
        return;
    }
    output_.push_back({who.id, broken(closes_with_reset) ? model_output::kind::reset : model_output::kind::close, {}});
    who.closed = true;
    if (who.is_tunnel_end) {
        leave_tunnel(who);
    }
    end_session(who, leaving::hung_up);
}

void model::send(client& who, const model_packet& packet) {
    if (!who.closed) {
        output_.push_back({who.id, model_output::kind::bytes, write_packet(packet, settings_.wire.faults)});
    }
}

void model::send_code(client& who, std::uint8_t code) {
    send(who, {opcode::error, "", "", code});
}

/// Those who had to wait go on; those who are gone are forgotten.
void model::finish_turn() {
    for (bool moved = true; moved && !died_;) {
        moved = false;
        for (auto& [id, who] : clients_) {
            if (!who.closed && !who.postponed.empty() && !must_wait(who)) {
                handle_postponed(who);
                moved = true;
            }
            if (!who.closed && who.held_back && may_read(who)) {
                who.held_back = false;
                read_on(who);
                moved = true;
            }
        }
    }
    std::erase_if(clients_, [](const auto& one) { return one.second.closed; });
}

std::vector<model_output> model::take_output() {
    turn_began_at_ = 0;
    return std::exchange(output_, {});
}

std::size_t model::users() const {
    return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [](const auto& one) {
        return one.second.pseudo.has_value() && !one.second.closed;
    }));
}

bool model::is_degenerate() const {
    return broken(mute) || broken(hangs_up) || broken(ok_to_everything) || broken(taken_to_everything);
}

void model::receive_degenerate(client& who) {
    if (broken(hangs_up)) {
        close(who);
        return;
    }
    while (!who.unread.empty()) {
        const read_result got = read_packet(who.unread, settings_.wire);
        if (got.how == reading::incomplete) {
            return;
        }
        who.unread.erase(0, got.how == reading::malformed ? who.unread.size() : got.consumed);
        if (!broken(mute)) {
            send_code(who, broken(ok_to_everything) ? 0 : 1);
        }
    }
}

}  // namespace chatos::conformance
