// Connections, bytes and time. What packets do is in witness_rules.cpp.
#include "session/witness.hpp"

#include "session/session_script.hpp"

#include <chatos/decode.hpp>

#include <algorithm>

namespace chatos::fuzz {

const owed_delivery* party::oldest_waiting() const noexcept {
    const auto found = std::ranges::find(owes, false, &owed_delivery::timed_out);
    return found == owes.end() ? nullptr : &*found;
}

party_number witness::connect(moment now) {
    pass_time(now);
    const auto number = static_cast<party_number>(parties_.size() + 1);
    party& newcomer = parties_.emplace_back();
    newcomer.number = number;
    newcomer.login_by = clock_ + bounds_.login_timeout;  // ERR-4
    present_.push_back(number);
    ++counts_.connections_opened;
    ++counts_.connections_open;
    return number;
}

void witness::receive(party_number who, std::span<const std::byte> bytes, moment now) {
    pass_time(now);
    party& one = at(who);
    if (one.is_open()) {
        one.unread.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        go(one);
    }
}

void witness::end_of_input(party_number who, moment now) {
    pass_time(now);
    party& one = at(who);
    one.input_ended = true;
    if (one.is_open() && !one.has_backlog) {
        leave(one);
        finish_the_drained();
    }
}

// What was written is written, whatever limits have ended meanwhile.
void witness::wrote(party_number who, std::size_t bytes, moment now) {
    party& one = at(who);
    bytes = std::min(bytes, one.promised_bytes);
    one.promised_bytes -= bytes;
    while (bytes != 0) {
        const std::size_t left = one.promised.front().wire.size() - one.front_written;
        if (bytes < left) {
            one.front_written += bytes;
            break;
        }
        bytes -= left;
        one.front_written = 0;
        one.promised_answers -= one.promised.front().is_answer() ? 1U : 0U;
        one.promised.pop_front();
    }
    if (one.now_is == standing::closing && one.promised_bytes == 0) {
        one.close_by = std::max(clock_, now) + bounds_.linger_timeout;  // ERR-5
    }
    pass_time(now);
    stand_in_line(one);
}

void witness::lost(party_number who, moment now) {
    pass_time(now);
    party& one = at(who);
    abandon(one);
    end_session(one);
    one.now_is = standing::over;
    one.has_backlog = false;
    std::erase(present_, who);
    --counts_.connections_open;
    finish_the_drained();
}

void witness::run(moment now) {
    pass_time(now);
    while (!line_.empty()) {
        party& one = at(line_.front());
        line_.pop_front();
        one.in_line = false;
        if (one.has_backlog) {
            go(one);
        }
    }
}

void witness::drain(moment now) {
    pass_time(now);
    if (!draining_) {
        draining_ = true;
        drain_by_ = clock_ + bounds_.drain_timeout;
        finish_the_drained();
    }
}

// As much as one client may cause in one go (options::work_per_slice_max), packet by packet (WIRE-13).
void witness::go(party& one) {
    std::uint32_t work_left = bounds_.work_per_slice_max;
    while (one.is_open() && !one.bytes_left().empty() && work_left != 0 && has_room(one)) {
        const std::string_view left = one.bytes_left();
        const decode_result next = decode(std::as_bytes(std::span{left}), bounds_.packet_limits);
        if (next.status == decode_status::incomplete) {
            if (!one.packet_begun) {
                one.packet_begun = true;
                one.packet_since = clock_;  // ERR-4
            }
            break;
        }
        one.packet_begun = false;
        if (next.status == decode_status::malformed) {
            ++counts_.refused_by_violation[static_cast<std::size_t>(next.error.what)];
            refuse(one);  // ERR-1, ERR-2
            finish_the_drained();
            break;
        }
        const std::uint32_t deliveries = act_on(one, next.packet);
        work_left -= std::min(work_left, deliveries + 1);
        one.acted_on += next.consumed;
        finish_the_drained();
    }
    if (!one.is_open() || one.bytes_left().empty()) {
        one.unread.clear();
        one.acted_on = 0;
    }
    one.has_backlog = one.is_open() && !one.unread.empty() && !one.packet_begun;
    stand_in_line(one);
    if (one.is_open() && one.input_ended && !one.has_backlog) {
        leave(one);  // FLOW-8
        finish_the_drained();
    }
}

// Those who have bytes left take turns; without room for answers there is no turn.
void witness::stand_in_line(party& one) {
    if (one.has_backlog && !one.in_line && has_room(one)) {
        one.in_line = true;
        line_.push_back(one.number);
    }
}

// options::answers_owed_max, with room for the two answers of a PC.
bool witness::has_room(const party& one) const noexcept {
    return one.answers_coming() + 2 <= bounds_.answers_owed_max;
}

// FLOW-7.
std::optional<moment> witness::delivery_deadline(const party& one) const {
    const owed_delivery* oldest = one.oldest_waiting();
    if (oldest == nullptr) {
        return std::nullopt;
    }
    const moment own = one.oldest_since + (oldest->is_offer ? bounds_.pc_timeout : bounds_.answer_timeout);
    return std::min(own, oldest->sent + bounds_.pc_timeout + bounds_.answer_timeout);
}

std::optional<moment> witness::deadline_of(const party& one) const {
    if (one.now_is == standing::closing) {
        return one.close_by;
    }
    if (!one.is_open()) {
        return std::nullopt;
    }
    std::optional<moment> earliest = delivery_deadline(one);
    if (one.now_is == standing::newcomer) {
        earliest = std::min(earliest.value_or(moment::max()), one.login_by);
    }
    if (one.packet_begun) {
        earliest = std::min(earliest.value_or(moment::max()), one.packet_since + bounds_.login_timeout);
    }
    return earliest;
}

std::optional<moment> witness::next_deadline() const {
    std::optional<moment> earliest;
    for (const party_number who : present_) {
        if (const auto one = deadline_of(look(who)); one && !look(who).doubtful) {
            earliest = std::min(earliest.value_or(moment::max()), *one);
        }
    }
    if (draining_ && !drain_over_ && !present_.empty()) {
        earliest = std::min(earliest.value_or(moment::max()), drain_by_);
    }
    return earliest;
}

void witness::pass_time(moment now) {
    awake_ = std::max(awake_, now);
    if (now <= clock_) {
        return;  // no limit is shorter than a millisecond, so nothing that began since then can have ended
    }
    for (auto next = next_deadline(); next && *next <= now; next = next_deadline()) {
        clock_ = std::max(clock_, *next);
        live_through(*next);
    }
    clock_ = std::max(clock_, now);
    if (draining_ && now >= drain_by_) {
        drain_over_ = true;
    }
}

std::vector<party_number> witness::due_at(moment when) const {
    std::vector<party_number> due;
    for (const party_number who : present_) {
        if (const auto one = deadline_of(look(who)); one && *one <= when && !look(who).doubtful) {
            due.push_back(who);
        }
    }
    return due;
}

// Everything that falls due at one moment, in an order that the rules leave open.
void witness::live_through(moment when) {
    const bool drain_ends = draining_ && !drain_over_ && drain_by_ == when;
    struct doubt {
        party_number who;
        std::size_t promises;
        std::uint32_t answers;
    };
    std::vector<doubt> doubts;
    std::vector<party_number> due = due_at(when);
    if (due.size() + (drain_ends ? 1U : 0U) > 1) {
        counts_are_exact_ = counts_are_exact_ && !drain_ends;
        for (const party_number who : due) {
            const party& one = look(who);
            if (one.is_open() && (may_be_in_doubt(one, due) || drain_ends)) {
                doubts.push_back({who, one.promised.size(), one.answers_coming() - one.promised_answers + 1});
            }
        }
    }
    for (; !due.empty(); due = due_at(when)) {
        for (const party_number who : due) {
            // One may have been closed by what happened to another at this moment.
            if (const auto still = deadline_of(look(who)); still && *still <= when) {
                meet_deadline(at(who));
                finish_the_drained();
            }
        }
    }
    if (drain_ends) {
        end_drain();
    }
    for (const doubt& one : doubts) {
        party& doubted = at(one.who);
        if (!doubted.is_open()) {
            doubted.doubtful = true;
            doubted.doubtful_answers = one.answers;
            counts_are_exact_ = false;
            doubted.promised.resize(one.promises);
            doubted.promised_bytes = 0;
            doubted.promised_answers = 0;
            for (const promise& kept : doubted.promised) {
                doubted.promised_bytes += kept.wire.size();
                doubted.promised_answers += kept.is_answer() ? 1U : 0U;
            }
            doubted.promised_bytes -= doubted.promised.empty() ? 0 : doubted.front_written;
        }
    }
}

// It waits for somebody who is due at the same moment, or two limits of its own end at once.
bool witness::may_be_in_doubt(const party& one, const std::vector<party_number>& due) const {
    const auto delivery = delivery_deadline(one);
    const bool login_ends = one.now_is == standing::newcomer && one.login_by <= clock_;
    const bool packet_ends = one.packet_begun && one.packet_since + bounds_.login_timeout <= clock_;
    const bool delivery_ends = delivery && *delivery <= clock_;
    if (int{login_ends} + int{packet_ends} + int{delivery_ends} > 1) {
        return true;
    }
    return std::ranges::any_of(one.asked, [&](const asked_request& asked) {
        return std::ranges::any_of(asked.shares, [&](const recipient_share& share) {
            return share.waits && share.recipient != one.number && std::ranges::find(due, share.recipient) != due.end();
        });
    });
}

void witness::meet_deadline(party& one) {
    if (one.now_is == standing::closing) {
        one.now_is = standing::over;  // ERR-5
        one.promised.clear();
        one.front_written = one.promised_bytes = 0;
        one.promised_answers = 0;
    } else if (one.packet_begun && one.packet_since + bounds_.login_timeout <= clock_) {
        ++counts_.closed_slow_packet;
        refuse(one);  // ERR-4
    } else if (one.now_is == standing::newcomer && one.login_by <= clock_) {
        ++counts_.closed_slow_login;
        refuse(one);  // ERR-4
    } else {
        time_out(one);
    }
}

// CONN-6, PM-7, PC-4, ALL-9, FLOW-8.
void witness::end_session(party& one) {
    if (one.now_is != standing::user) {
        return;
    }
    one.now_is = standing::parting;
    one.pseudo.clear();
    --users_;
    --counts_.users;
    one.may_write_to.clear();
    while (!one.owes.empty()) {
        const owed_delivery done = one.owes.front();
        one.owes.pop_front();
        if (!done.timed_out) {
            settle(one.number, done, error_code::unreachable, settled_by::departure);
        }
    }
}

void witness::abandon(party& one) {
    counts_.requests_abandoned += one.asked.size();
    counts_.requests_pending -= one.asked.size();
    one.asked.clear();
    one.offers_unanswered = 0;
}

// ERR-2, ERR-4: what was due is promised already, ERROR 5 is the last word.
void witness::refuse(party& one) {
    abandon(one);
    end_session(one);
    promise_to(one, {.wire = wire_of_error(static_cast<std::uint8_t>(error_code::refused))});
    finish(one);
}

void witness::leave(party& one) {
    end_session(one);
    if (one.now_is == standing::newcomer) {
        one.now_is = standing::parting;
    }
    one.unread.clear();
    one.acted_on = 0;
    one.packet_begun = false;
    if (one.asked.empty()) {
        finish(one);
    }
}

void witness::finish(party& one) {
    end_session(one);
    if (one.now_is == standing::closing || one.now_is == standing::over) {
        return;
    }
    one.now_is = standing::closing;
    one.has_backlog = one.packet_begun = false;
    one.close_by = awake_ + (one.promised_bytes == 0 ? bounds_.linger_timeout : bounds_.flush_timeout);
}

// While it drains, each connection closes as soon as it neither waits nor is waited for.
void witness::finish_the_drained() {
    if (!draining_) {
        return;
    }
    for (const party_number who : present_) {
        party& one = at(who);
        if (one.is_open() && one.asked.empty() && one.oldest_waiting() == nullptr) {
            finish(one);
        }
    }
}

void witness::end_drain() {
    drain_over_ = true;
    for (const party_number who : present_) {
        end_session(at(who));
    }
    finish_the_drained();
    for (const party_number who : present_) {
        if (look(who).now_is == standing::parting && look(who).asked.empty()) {
            finish(at(who));
        }
    }
}

bool witness::is_present(party_number who) const noexcept {
    return std::ranges::find(present_, who) != present_.end();
}

bool witness::accepts_connections() const noexcept {
    return !draining_ && present_.size() - users_ < bounds_.unregistered_max;
}

bool witness::wants_input(party_number who) const {
    const party& one = look(who);
    return !one.input_ended &&
           (one.now_is == standing::closing || (one.is_open() && !one.has_backlog && has_room(one)));
}

core::close_action witness::close_action_of(party_number who) const {
    const party& one = look(who);
    if (one.now_is == standing::over) {
        return core::close_action::close;
    }
    if (one.now_is != standing::closing || one.promised_bytes != 0) {
        return core::close_action::none;
    }
    return one.input_ended ? core::close_action::close : core::close_action::shut_down_sending;
}

bool witness::has_work() const {
    return std::ranges::any_of(line_, [this](party_number who) { return look(who).has_backlog; });
}

}  // namespace chatos::fuzz
