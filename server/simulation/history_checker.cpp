// Sessions and requests: what the core has received, and who holds which pseudo.
#include "simulation/history_checker.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chatos::core::simulation {

namespace {

constexpr std::uint32_t serial_bytes = 8;

// Messages are cut from this text; no two adjacent characters are equal.
constexpr auto message_text = [] {
    std::array<char, 64 + 1'024> text{};
    std::uint32_t state = 1;
    for (char& character : text) {
        state = state * 1'103'515'245U + 12'345U;
        character = static_cast<char>('a' + (state >> 16U) % 26U);
    }
    return text;
}();

std::array<char, serial_bytes> digits_of(std::uint32_t serial) {
    std::array<char, serial_bytes> digits{};
    for (std::uint32_t i = 0; i < serial_bytes; ++i) {
        digits[i] = static_cast<char>('a' + ((serial >> (28U - 4U * i)) & 15U));
    }
    return digits;
}

}  // namespace

std::string pseudo_text(std::uint16_t number) {
    return "user" + std::to_string(number);
}

history_checker::history_checker(std::uint32_t users, const options& bounds,
                                 std::function<std::uint64_t()> without_room)
    : actors(users), bounds_{bounds}, without_room_{std::move(without_room)}, records_(records_max), names_(users),
      permissions_(std::size_t{users} * users), offers_(std::size_t{users} * users), seen_words_{(users + 63U) / 64U} {
    have_seen_.resize(broadcasts_max * seen_words_);
}

void history_checker::fail(std::string_view rule, std::string detail) {
    if (first_.rule.empty()) {
        first_ = {std::string{rule}, std::move(detail)};
    }
}

void history_checker::next_step(time_point now) noexcept {
    ++step_;
    now_ = now;
}

record* history_checker::find(std::uint32_t serial) noexcept {
    record& record = records_[serial % records_max];
    return serial != 0 && record.serial == serial ? &record : nullptr;
}

std::uint32_t history_checker::compose(opcode kind, std::uint16_t index, std::uint16_t pseudo, std::uint32_t length) {
    const std::uint32_t serial = ++serials_;
    records_[serial % records_max] =
        record{.serial = serial, .kind = kind, .sender = index, .target_pseudo = pseudo, .length = length};
    return serial;
}

void history_checker::append_message(std::string& text, std::uint32_t serial, std::uint32_t length) {
    const auto digits = digits_of(serial);
    text.append(digits.data(), std::min(length, serial_bytes));
    if (length > serial_bytes) {
        text.append(message_text.data() + serial % 64U, length - serial_bytes);
    }
}

bool history_checker::is_message(std::string_view text, std::uint32_t serial, std::uint32_t length) {
    const auto digits = digits_of(serial);
    return text.size() == length && text.starts_with(std::string_view{digits.data(), digits.size()}) &&
           text.substr(serial_bytes) == std::string_view{message_text.data() + serial % 64U, length - serial_bytes};
}

bool history_checker::held_since(std::uint16_t pseudo, std::uint32_t step) const {
    const name& entry = names_[pseudo];
    return entry.holder >= 0 || entry.freed_step >= step || entry.may_hold != 0;
}

bool history_checker::free_since(std::uint16_t pseudo, std::uint32_t step) const {
    const name& entry = names_[pseudo];
    return entry.holder < 0 || entry.taken_step >= step;
}

void history_checker::completes(std::uint16_t index, const sent_packet& packet) {
    actor& client = actors[index];
    if (fresh_records_.empty() && fresh_permissions_.empty()) {
        users_before_ = users_;
    }
    if (packet.kind == opcode::error && !packet.malformed) {
        --client.answers_on_the_way;
        if (client.registered && !client.broken && !client.cut) {
            note_answer(index, packet.code);
        }
        return;
    }
    client.broken = client.broken || packet.malformed;
    if (!client.broken && !client.cut && !client.saw_end && !draining_) {
        note_request(index, packet);
    }
}

void history_checker::note_request(std::uint16_t index, const sent_packet& packet) {
    actor& client = actors[index];
    client.requests.push_back({.kind = packet.kind,
                               .by_unregistered = !client.registered,
                               .pseudo = packet.pseudo,
                               .serial = packet.serial,
                               .step = step_,
                               .order = orders_});
    const name& target = names_[packet.pseudo];
    const std::uint32_t target_session =
        target.holder >= 0 ? actors[static_cast<std::size_t>(target.holder)].session : 0;
    if (packet.kind == opcode::rpm) {
        send_permission& granted = permission_of(index, packet.pseudo);
        granted = {.asker_session = client.session,
                   .session = client.registered && target.may_hold == 0 ? target_session : not_known};
        fresh_permissions_.push_back(&granted);
    }
    record* record = find(packet.serial);
    if (record == nullptr) {
        return;
    }
    record->order = ++orders_;
    record->sender_session = client.session;
    record->sender_pseudo = client.pseudo;
    record->target_held = target_session != 0;
    record->target = static_cast<std::uint16_t>(std::max(target.holder, 0));
    record->target_session = target_session;
    record->departures = departures_;
    record->without_room = last_count_.deliveries_without_room;
    record->handed = now_;
    record->permission_unknown = !client.registered;
    fresh_records_.push_back(record->serial);
    if (record->kind == opcode::spm) {
        const send_permission& granted = permission_of(index, packet.pseudo);
        const bool as_unregistered = granted.asker_session == 0 && granted.session == not_known;
        record->permitted_session = granted.asker_session == client.session || as_unregistered ? granted.session : 0;
    } else if (record->kind == opcode::pc) {
        note_offer(*record, index);
    } else {
        record->broadcast = ++broadcasts_;
        std::fill_n(have_seen_.begin() + static_cast<std::ptrdiff_t>(broadcasts_ % broadcasts_max * seen_words_),
                    seen_words_, 0U);
    }
}

// A PC carries no serial. Only one of two between the same pseudos can be undecided (PC-7), but the checker cannot tell
// which of them arrives.
void history_checker::note_offer(record& request, std::uint16_t index) {
    const actor& client = actors[index];
    const auto note = [&](std::uint16_t pseudo) {
        std::uint32_t& last = offers_[pseudo * actors.size() + request.target_pseudo];
        record* other = find(last);
        if (other != nullptr && other != &request && other->target_session == request.target_session &&
            (!other->finished || other->ambiguous || (other->reached && other->arrived == 0))) {
            other->ambiguous = request.ambiguous = true;
        }
        last = request.serial;
    };
    if (client.registered) {
        note(client.pseudo);
        return;
    }
    request.ambiguous = true;
    for (std::uint32_t i = 0; i < client.requests.size(); ++i) {
        if (client.requests[i].kind == opcode::cr) {
            note(client.requests[i].pseudo);  // it may be registered by the time the PC is reached
        }
    }
}

void history_checker::note_answer(std::uint16_t index, error_code code) {
    actor& client = actors[index];
    if (client.owed.empty()) {
        return;
    }
    const owed_answer oldest = client.owed.pop_front();
    record* answered = find(oldest.serial);
    if (answered == nullptr) {
        return;
    }
    ++answered->answered;
    answered->worst = std::max(answered->worst, static_cast<std::uint8_t>(code));
    const auto limit = oldest.kind == opcode::pc ? bounds_.pc_timeout : bounds_.answer_timeout;
    answered->late = answered->late || now_ >= answered->handed + limit;
    fresh_records_.push_back(answered->serial);
}

// What was not processed at once takes effect at a moment that clients do not see, so less can be checked.
void history_checker::handed_over(std::uint16_t index, bool processed) {
    const bool known = processed && users_ == users_before_ && may_hold_ == 0 && actors[index].registered;
    for (const std::uint32_t serial : fresh_records_) {
        record* record = find(serial);
        if (record == nullptr) {
            continue;
        }
        const bool own = record->sender == index && record->arrived == 0 && record->answered == 0;
        if (own && known && record->kind == opcode::sma && !record->permission_unknown) {
            record->expected = users_ - 1;
        }
        if (!processed) {
            record->ambiguous = record->ambiguous || !own;
            record->order = own ? 0 : record->order;
            record->permitted_session = own ? not_known : record->permitted_session;
        }
    }
    if (!processed) {
        for (send_permission* permission : fresh_permissions_) {
            permission->session = not_known;
        }
    }
    fresh_records_.clear();
    fresh_permissions_.clear();
    if (processed && !draining_ && !actors[index].cut && actors[index].requests.size() > bounds_.answers_owed_max) {
        fail("FLOW-5: the core continues to read though more answers are due than the bound", about(index));
    }
}

void history_checker::notified(const notice& notice, std::uint16_t index) {
    actor& client = actors[index];
    if (notice.kind == notice::event::tunnel_limit || notice.kind == notice::event::tunnel_idle) {
        return;  // no session ends
    }
    if (notice.kind != notice::event::registered) {
        client.cut = true;
        client.refused = notice.kind != notice::event::unresponsive && notice.kind != notice::event::output_bound &&
                         notice.kind != notice::event::no_room;
        session_over(index);
        return;
    }
    const asked_request* claim = nullptr;
    for (std::uint32_t i = 0; i < client.requests.size() && claim == nullptr; ++i) {
        if (client.requests[i].kind == opcode::cr && pseudo_text(client.requests[i].pseudo) == notice.pseudo) {
            claim = &client.requests[i];
        }
    }
    if (claim == nullptr || client.was_registered) {
        fail("CONN-1: registered without asking", about(index));
        return;
    }
    name& taken = names_[claim->pseudo];
    if (taken.holder >= 0) {
        fail("CONN-2: two users hold one pseudo", about(index));
    }
    taken.holder = index;
    taken.taken_step = step_;
    client.registered = client.was_registered = true;
    client.pseudo = claim->pseudo;
    client.session = ++sessions_;
    client.registered_order = claim->order;
    if (++users_ > bounds_.users_max && may_hold_ == 0) {
        fail("CONN-4: more users than the bound", about(index));
    }
}

void history_checker::session_over(std::uint16_t index, bool certain) {
    actor& client = actors[index];
    if (!client.registered) {
        return;
    }
    if (users_ >= bounds_.users_max) {
        full_step_ = step_;
    }
    name& freed = names_[client.pseudo];
    freed.holder = -1;
    freed.freed_step = step_;
    client.registered = false;
    --users_;
    ++departures_;
    if (certain) {
        client.ended_order = orders_;
    } else {
        client.may_hold = true;
        ++freed.may_hold;
        ++may_hold_;
    }
}

void history_checker::gone(std::uint16_t index) {
    session_over(index);
    actor& client = actors[index];
    if (client.may_hold) {
        full_step_ = step_;  // it may have kept a user out until now
        names_[client.pseudo].freed_step = step_;
        --names_[client.pseudo].may_hold;
        --may_hold_;
    }
    client = actor{};
}

void history_checker::drains() {
    draining_ = true;
}

void history_checker::check(const statistics& counted) {
    last_count_ = counted;
    if (counted.requests_accepted !=
        counted.requests_answered + counted.requests_abandoned + counted.requests_pending) {
        fail("requests accepted are not answered + abandoned + pending", "after step " + std::to_string(step_));
    }
    if (counted.deliveries_made != counted.deliveries_answered + counted.deliveries_timed_out +
                                       counted.deliveries_recipient_left + counted.deliveries_waiting) {
        fail("deliveries made are not settled + waiting", "after step " + std::to_string(step_));
    }
    if (!draining_ && may_hold_ == 0 && counted.users != users_) {
        fail("the core counts a different number of users",
             std::to_string(counted.users) + " instead of " + std::to_string(users_));
    }
    if (counted.users > bounds_.users_max) {
        fail("CONN-4: more users than the bound", std::to_string(counted.users));
    }
}

}  // namespace chatos::core::simulation
