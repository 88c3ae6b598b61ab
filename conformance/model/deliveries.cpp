// What is sent to others, and what becomes of it: a delivery is settled exactly once, answered, out of time, or its
// recipient gone; its place in the recipient's queue stays until an ERROR has used it up (FLOW-2, FLOW-4).
#include "model/model.hpp"

#include <algorithm>

namespace chatos::conformance {

using enum fault;

namespace {

constexpr unsigned timeouts_in_a_row_max = 8;  // FLOW-10
constexpr std::size_t owed_max = 65'536;       // FLOW-10
constexpr std::uint8_t code_ok = 0;
constexpr std::uint8_t code_unreachable = 4;
constexpr std::uint8_t code_refused = 5;

}  // namespace

void model::deliver(client& recipient, const client& asker, std::uint64_t request_number, opcode asked,
                    model_packet packet) {
    delivery made;
    made.asker = asker.id;
    made.request = request_number;
    made.asked = asked;
    made.packet = std::move(packet);
    made.made = now_;
    if (recipient.owed.size() >= owed_max) {
        hang_up(recipient, std::nullopt);  // FLOW-10
        settle(made, code_unreachable);
        return;
    }
    recipient.owed.push_back(std::move(made));
    start_clock(recipient);
    send_what_may_go(recipient);
}

/// FLOW-9: at once, or one after the other. PC-7: one offer after the other.
void model::send_what_may_go(client& recipient) {
    for (std::size_t index = 0; index < recipient.owed.size(); ++index) {
        delivery& one = recipient.owed[index];
        if (one.sent || !may_go(recipient, one)) {
            continue;
        }
        one.sent = true;
        send(recipient, one.packet);
        // FLOW-2: the order is that in which the recipient gets them. An offer that has waited was overtaken.
        const auto at = recipient.owed.begin() + static_cast<std::ptrdiff_t>(index);
        const auto last = std::find_if(recipient.owed.rbegin(), recipient.owed.rend(),
                                       [](const delivery& other) { return other.sent; });
        if (std::next(at) != last.base()) {
            std::rotate(at, std::next(at), last.base());
            --index;
        }
    }
    if (!recipient.stray.empty() && !recipient.owed.empty()) {
        const std::uint8_t code = recipient.stray.front();
        recipient.stray.pop_front();
        take_answer(recipient, code);
    }
}

bool model::may_go(const client& recipient, const delivery& one) const {
    return std::none_of(recipient.owed.begin(), recipient.owed.end(), [&](const delivery& other) {
        const bool is_undecided_offer = other.asked == opcode::pc && !other.timed_out;
        return other.sent && (follows(variant::stop_and_wait) ||
                              (one.asked == opcode::pc && is_undecided_offer && follows(variant::offers_wait)));
    });
}

/// FLOW-7: the time limit of the oldest delivery that is not settled runs from now.
void model::start_clock(client& recipient) const {
    for (delivery& one : recipient.owed) {
        if (!one.timed_out) {
            one.oldest_since = one.oldest_since.value_or(now_);
            if (!broken(clock_runs_behind_decision)) {
                return;
            }
        }
    }
}

/// FLOW-7. PM-8 and PC-5 have limits of their own.
model_time model::deadline_of(const delivery& one) const {
    const model_time own_limit = one.asked == opcode::pc ? settings_.pc_timeout : settings_.answer_timeout;
    const model_time latest =
        broken(no_latest_limit) ? model_time::max() : one.made + settings_.pc_timeout + settings_.answer_timeout;
    return one.oldest_since ? std::min(*one.oldest_since + own_limit, latest) : latest;
}

/// FLOW-2: an ERROR answers the oldest delivery that has been sent and whose place is not used up.
void model::take_answer(client& who, std::uint8_t code) {
    const auto is_sent = [](const delivery& one) { return one.sent; };
    auto place = std::find_if(who.owed.begin(), who.owed.end(), is_sent);
    if (place == who.owed.end()) {
        stray_answer(who, code);
        return;
    }
    if (broken(answer_settles_newest)) {
        const auto newest = std::find_if(who.owed.rbegin(), who.owed.rend(), is_sent);
        place = std::prev(newest.base());
    }
    if (broken(answer_settles_all)) {
        while (who.owed.size() > 1) {
            use_up(who, who.owed.begin(), code);
        }
        place = who.owed.begin();
    }
    use_up(who, place, code);
    start_clock(who);
    send_what_may_go(who);
}

void model::use_up(client& who, const std::deque<delivery>::iterator& place, std::uint8_t code) {
    const delivery one = *place;
    who.owed.erase(place);
    if (!one.timed_out) {
        who.timeouts_in_a_row = 0;  // FLOW-10: a late answer breaks no row
    }
    client* asker = find(one.asker);
    if (asker == nullptr && one.asked != opcode::sma) {
        died_ = broken(one.asked == opcode::pc ? dies_of_decision_to_lost_asker : dies_of_answer_to_lost_sender);
    }
    if (!one.timed_out) {
        settle(one, relayed(one, code));
    } else if (asker != nullptr && one.asked == opcode::pc && broken(late_decision_relayed)) {
        send_code(*asker, code);  // FLOW-4 says: too late
    }
}

/// FLOW-3: ignored.
void model::stray_answer(client& who, std::uint8_t code) {
    if (broken(dies_of_stray_error)) {
        died_ = true;
    } else if (broken(stray_error_answered)) {
        send_code(who, code_refused);
    } else if (broken(stray_error_closes)) {
        hang_up(who, std::nullopt);
    } else if (broken(stray_error_kept)) {
        who.stray.push_back(code);
    }
}

bool model::never_times_out(const delivery& one) const {
    return (one.asked == opcode::spm && broken(spm_never_times_out)) ||
           (one.asked == opcode::pc && broken(pc_never_times_out));
}

void model::time_out_deliveries(client& recipient) {
    for (;;) {
        const auto place = std::find_if(recipient.owed.begin(), recipient.owed.end(), [&](const delivery& one) {
            return !one.timed_out && !never_times_out(one) && deadline_of(one) <= now_;
        });
        if (place == recipient.owed.end()) {
            return;
        }
        place->timed_out = true;
        const delivery one = *place;
        // FLOW-4: the place of one that was sent stays. One that never was sent has none.
        if (!one.sent || (broken(late_answer_answers_next) && one.asked == opcode::spm)) {
            recipient.owed.erase(place);
        }
        timed_out(one);
        start_clock(recipient);
        send_what_may_go(recipient);
        if (++recipient.timeouts_in_a_row >= timeouts_in_a_row_max && !follows(variant::silent_users_stay)) {
            hang_up(recipient, std::nullopt);  // FLOW-10
            return;
        }
    }
}

/// PM-8, PC-5, ALL-5: ERROR 4.
void model::timed_out(const delivery& one) {
    const bool refused = (one.asked == opcode::spm && broken(spm_timeout_gets_refused)) ||
                         (one.asked == opcode::pc && broken(pc_timeout_gets_refused));
    const bool ok = one.asked == opcode::sma && broken(sma_timeout_counts_as_ok);
    settle(one, refused ? code_refused : ok ? code_ok : code_unreachable);
}

/// PM-7, PC-4, ALL-5, ALL-9: ERROR 4, at once.
void model::recipient_left(const delivery& one, leaving how) {
    const bool closed = how == leaving::ended;
    const bool reset = how == leaving::reset;
    std::uint8_t code = code_unreachable;
    bool unanswered = false;
    switch (one.asked) {
    case opcode::spm:
        unanswered =
            (closed && broken(spm_recipient_closed_unanswered)) || (reset && broken(spm_recipient_reset_unanswered));
        code = closed && broken(spm_recipient_closed_gets_ok) ? code_ok : code;
        break;
    case opcode::pc:
        unanswered = (closed && broken(pc_peer_closed_unanswered)) || (reset && broken(pc_peer_reset_unanswered));
        code = broken(pc_peer_gone_gets_refused) ? code_refused : code;
        break;
    default:
        unanswered = (closed && broken(sma_waits_for_who_closed)) || (reset && broken(sma_waits_for_who_reset));
        code = broken(sma_left_counts_as_ok) ? code_ok : code;
        break;
    }
    if (!unanswered) {
        settle(one, code);
    }
}

/// PM-4, PC-3: the recipient's own code.
std::uint8_t model::relayed(const delivery& one, std::uint8_t code) const {
    if (one.asked == opcode::spm) {
        if (broken(spm_answer_always_ok)) {
            return code_ok;
        }
        return code == 1 && broken(spm_answer_code_1_becomes_5) ? code_refused : code;
    }
    if (one.asked == opcode::pc) {
        if (broken(pc_decision_always_ok)) {
            return code_ok;
        }
        return code == code_refused && broken(pc_refusal_becomes_unreachable) ? code_unreachable : code;
    }
    return code;
}

/// The asker gets what has become of its request, if it still waits for it.
void model::settle(const delivery& one, std::uint8_t code) {
    if (one.asked == opcode::pc) {
        note_decision(one, code);
    }
    client* asker = find(one.asker);
    if (asker == nullptr) {
        return;
    }
    const auto asked = std::find_if(asker->requests.begin(), asker->requests.end(),
                                    [&](const request& other) { return other.number == one.request; });
    if (asked == asker->requests.end()) {
        return;
    }
    switch (one.asked) {
    case opcode::sma: settle_to_all(*asked, code); break;
    case opcode::pc:  // PC-3: the second answer
        asked->due.insert(asked->due.end(), broken(pc_decision_missing) ? 0 : broken(pc_decision_twice) ? 2 : 1, code);
        asked->settled = true;
        break;
    default:  // PM-4: exactly one answer
        asked->due.insert(asked->due.end(), broken(spm_never_answered) ? 0 : broken(spm_answered_twice) ? 2 : 1, code);
        asked->settled = true;
        break;
    }
    flush(*asker);
}

/// ALL-3: one answer, when nobody is awaited any more.
void model::settle_to_all(request& asked, std::uint8_t code) const {
    asked.codes.push_back(code);
    --asked.awaited;
    if (broken(sma_answered_by_each)) {
        asked.due.push_back(code);
        asked.settled = asked.awaited == 0;
    } else if (asked.awaited == 0 || broken(sma_answered_at_first_answer)) {
        asked.due = {code_for_all(asked)};
        asked.settled = true;
    }
}

std::uint8_t model::code_for_all(const request& asked) const {
    const std::vector<std::uint8_t>& codes = asked.codes;
    const std::uint8_t highest = *std::max_element(codes.begin(), codes.end());
    if (highest == code_ok) {  // ALL-4
        return broken(sma_ok_gets_unreachable) ? code_unreachable : code_ok;
    }
    if (broken(sma_first_code_wins)) {
        return codes.front();
    }
    if (broken(sma_last_code_wins)) {
        return codes.back();
    }
    if (broken(sma_lowest_code_wins)) {
        std::uint8_t lowest = highest;
        for (const std::uint8_t code : codes) {
            lowest = code != code_ok ? std::min(lowest, code) : lowest;
        }
        return lowest;
    }
    return highest;  // ALL-5
}

}  // namespace chatos::conformance
