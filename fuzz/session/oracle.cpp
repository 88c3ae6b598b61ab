// Connections, bytes and time. What packets do is in oracle_rules.cpp.
#include "session/oracle.hpp"

#include "session/session_script.hpp"

#include <chatos/decode.hpp>

#include <algorithm>

namespace chatos::fuzz {

const owed_delivery* client_state::oldest_waiting() const noexcept {
    const auto position = std::ranges::find(owes, false, &owed_delivery::timed_out);
    return position == owes.end() ? nullptr : &*position;
}

bool client_state::has_offer_to_decide() const noexcept {
    return std::ranges::any_of(owes, [](const owed_delivery& owed) { return owed.is_offer && !owed.timed_out; });
}

client_number oracle::connect(moment now) {
    set_time(now);
    const auto number = static_cast<client_number>(clients_.size() + 1);
    client_state& unregistered = clients_.emplace_back();
    unregistered.number = number;
    unregistered.login_by = clock_ + bounds_.login_timeout;  // ERR-4
    present_.push_back(number);
    ++counts_.connections_opened;
    ++counts_.connections_open;
    return number;
}

void oracle::receive(client_number number, std::span<const std::byte> bytes, moment now) {
    set_time(now);
    client_state& client = at(number);
    if (client.is_open()) {
        client.unread.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        go(client);
    }
}

void oracle::end_of_input(client_number number, moment now) {
    set_time(now);
    client_state& client = at(number);
    client.input_ended = true;
    if (client.is_open() && !client.has_backlog) {
        leave(client);
        finish_the_drained();
    }
}

// What was written is written, whatever limits have ended meanwhile.
void oracle::wrote(client_number number, std::size_t bytes, moment now) {
    set_time(now);
    client_state& client = at(number);
    bytes = std::min(bytes, client.expected_bytes);
    client.expected_bytes -= bytes;
    while (bytes != 0) {
        const std::size_t left = client.expected.front().wire.size() - client.front_written;
        if (bytes < left) {
            client.front_written += bytes;
            break;
        }
        bytes -= left;
        client.front_written = 0;
        client.expected_answers -= client.expected.front().is_answer() ? 1U : 0U;
        client.expected.pop_front();
    }
    if (client.state == session_state::closing && client.expected_bytes == 0) {
        client.close_by = clock_ + bounds_.linger_timeout;  // ERR-5
    }
    enqueue(client);
}

void oracle::lost(client_number number, moment now) {
    set_time(now);
    client_state& client = at(number);
    abandon(client);
    end_session(client);
    client.state = session_state::over;
    client.has_backlog = false;
    std::erase(present_, number);
    --counts_.connections_open;
    finish_the_drained();
}

void oracle::run(moment now) {
    set_time(now);
    while (!queue_.empty()) {
        client_state& client = at(queue_.front());
        queue_.pop_front();
        client.is_queued = false;
        if (client.has_backlog) {
            go(client);
        }
    }
}

void oracle::drain(moment now) {
    set_time(now);
    if (!draining_) {
        draining_ = true;
        drain_by_ = clock_ + bounds_.drain_timeout;
        finish_the_drained();
    }
}

// As much as one client may cause in one go (options::work_per_slice_max), packet by packet (WIRE-13).
void oracle::go(client_state& client) {
    std::uint32_t work_left = bounds_.work_per_slice_max;
    while (client.is_open() && !client.bytes_left().empty() && work_left != 0 && has_room(client)) {
        const std::string_view left = client.bytes_left();
        const decode_result next = decode(std::as_bytes(std::span{left}), bounds_.packet_limits);
        if (next.status == decode_status::incomplete) {
            if (!client.packet_begun) {
                client.packet_begun = true;
                client.packet_since = clock_;  // ERR-4
            }
            break;
        }
        client.packet_begun = false;
        if (next.status == decode_status::malformed) {
            ++counts_.refused_by_violation[static_cast<std::size_t>(next.error.what)];
            refuse(client);  // ERR-1, ERR-2
            finish_the_drained();
            break;
        }
        const std::uint32_t deliveries = act_on(client, next.packet);
        work_left -= std::min(work_left, deliveries + 1);
        client.acted_on += next.consumed;
        finish_the_drained();
    }
    if (!client.is_open() || client.bytes_left().empty()) {
        client.unread.clear();
        client.acted_on = 0;
    }
    client.has_backlog = client.is_open() && !client.unread.empty() && !client.packet_begun;
    enqueue(client);
    if (client.is_open() && client.input_ended && !client.has_backlog) {
        leave(client);  // FLOW-8
        finish_the_drained();
    }
}

// Those who have bytes left take turns; without room for answers there is no turn.
void oracle::enqueue(client_state& client) {
    if (client.has_backlog && !client.is_queued && has_room(client)) {
        client.is_queued = true;
        queue_.push_back(client.number);
    }
}

// options::answers_owed_max, with room for the two answers of a PC.
bool oracle::has_room(const client_state& client) const noexcept {
    return client.answers_coming() + 2 <= bounds_.answers_owed_max;
}

// FLOW-7.
std::optional<moment> oracle::delivery_deadline(const client_state& client) const {
    const owed_delivery* oldest = client.oldest_waiting();
    if (oldest == nullptr) {
        return std::nullopt;
    }
    const moment own = client.oldest_since + (oldest->is_offer ? bounds_.pc_timeout : bounds_.answer_timeout);
    return std::min(own, oldest->sent + bounds_.pc_timeout + bounds_.answer_timeout);
}

std::optional<moment> oracle::deadline_of(const client_state& client) const {
    if (client.state == session_state::closing) {
        return client.close_by;
    }
    if (!client.is_open()) {
        return std::nullopt;
    }
    std::optional<moment> earliest = delivery_deadline(client);
    if (client.state == session_state::unregistered) {
        earliest = std::min(earliest.value_or(moment::max()), client.login_by);
    }
    if (client.packet_begun) {
        earliest = std::min(earliest.value_or(moment::max()), client.packet_since + bounds_.login_timeout);
    }
    return earliest;
}

std::optional<moment> oracle::next_deadline() const {
    std::optional<moment> earliest;
    for (const client_number number : present_) {
        if (const auto deadline = deadline_of(look(number)); deadline && !look(number).doubtful) {
            earliest = std::min(earliest.value_or(moment::max()), *deadline);
        }
    }
    if (draining_ && !drain_over_ && !present_.empty()) {
        earliest = std::min(earliest.value_or(moment::max()), drain_by_);
    }
    return earliest;
}

void oracle::set_time(moment now) {
    awake_ = std::max(awake_, now);
    clock_ = std::max(clock_, now);
}

// Only the driver's word makes deadlines take effect: what arrives before it counts, however late it is read.
void oracle::pass_time(moment now) {
    awake_ = std::max(awake_, now);
    for (auto next = next_deadline(); next && *next <= now; next = next_deadline()) {
        clock_ = std::max(clock_, *next);
        advance_to(*next);
    }
    clock_ = std::max(clock_, now);
    if (draining_ && now >= drain_by_) {
        drain_over_ = true;
    }
}

std::vector<client_number> oracle::due_at(moment when) const {
    std::vector<client_number> due;
    for (const client_number number : present_) {
        if (const auto deadline = deadline_of(look(number)); deadline && *deadline <= when && !look(number).doubtful) {
            due.push_back(number);
        }
    }
    return due;
}

// Everything that falls due at one moment, in an order that the rules leave open.
void oracle::advance_to(moment when) {
    expiring_ = when;
    const bool drain_ends = draining_ && !drain_over_ && drain_by_ == when;
    struct doubt {
        client_number who;
        std::size_t expected_outputs;
        std::uint32_t answers;
    };
    std::vector<doubt> doubts;
    std::vector<client_number> due = due_at(when);
    if (due.size() + (drain_ends ? 1U : 0U) > 1) {
        counts_are_exact_ = counts_are_exact_ && !drain_ends;
        for (const client_number number : due) {
            const client_state& client = look(number);
            if (client.is_open() && (may_be_in_doubt(client, due) || drain_ends)) {
                doubts.push_back(
                    {number, client.expected.size(), client.answers_coming() - client.expected_answers + 1});
            }
        }
    }
    for (; !due.empty(); due = due_at(when)) {
        for (const client_number number : due) {
            // One may have been closed by what happened to another at this moment.
            if (const auto still = deadline_of(look(number)); still && *still <= when) {
                meet_deadline(at(number));
                finish_the_drained();
            }
        }
    }
    if (drain_ends) {
        end_drain();
    }
    for (const doubt& doubt : doubts) {
        client_state& doubted = at(doubt.who);
        if (!doubted.is_open()) {
            doubted.doubtful = true;
            doubted.doubtful_answers = doubt.answers;
            counts_are_exact_ = false;
            doubted.expected.resize(doubt.expected_outputs);
            doubted.expected_bytes = 0;
            doubted.expected_answers = 0;
            for (const expected_output& kept : doubted.expected) {
                doubted.expected_bytes += kept.wire.size();
                doubted.expected_answers += kept.is_answer() ? 1U : 0U;
            }
            doubted.expected_bytes -= doubted.expected.empty() ? 0 : doubted.front_written;
        }
    }
}

// It waits for a client that is due at the same moment, or two limits of its own end at once.
bool oracle::may_be_in_doubt(const client_state& client, const std::vector<client_number>& due) const {
    const auto delivery = delivery_deadline(client);
    const bool login_ends = client.state == session_state::unregistered && client.login_by <= expiring_;
    const bool packet_ends = client.packet_begun && client.packet_since + bounds_.login_timeout <= expiring_;
    const bool delivery_ends = delivery && *delivery <= expiring_;
    if (int{login_ends} + int{packet_ends} + int{delivery_ends} > 1) {
        return true;
    }
    return std::ranges::any_of(client.asked, [&](const asked_request& request) {
        return std::ranges::any_of(request.shares, [&](const recipient_share& share) {
            return share.waits && share.recipient != client.number &&
                   std::ranges::find(due, share.recipient) != due.end();
        });
    });
}

void oracle::meet_deadline(client_state& client) {
    if (client.state == session_state::closing) {
        client.state = session_state::over;  // ERR-5
        client.expected.clear();
        client.front_written = client.expected_bytes = 0;
        client.expected_answers = 0;
    } else if (client.packet_begun && client.packet_since + bounds_.login_timeout <= expiring_) {
        ++counts_.closed_slow_packet;
        refuse(client);  // ERR-4
    } else if (client.state == session_state::unregistered && client.login_by <= expiring_) {
        ++counts_.closed_slow_login;
        refuse(client);  // ERR-4
    } else {
        time_out(client);
    }
}

// CONN-6, PM-7, PC-4, ALL-9, FLOW-8.
void oracle::end_session(client_state& client) {
    if (client.state != session_state::user) {
        return;
    }
    client.state = session_state::parting;
    client.pseudo.clear();
    --users_;
    --counts_.users;
    client.permissions.clear();
    while (!client.owes.empty()) {
        const owed_delivery done = client.owes.front();
        client.owes.pop_front();
        if (!done.timed_out) {
            settle(client.number, done, error_code::unreachable, settled_by::departure);
        }
    }
}

void oracle::abandon(client_state& client) {
    counts_.requests_abandoned += client.asked.size();
    counts_.requests_pending -= client.asked.size();
    client.asked.clear();
    client.offers_unanswered = 0;
}

// ERR-2, ERR-4: what was due is expected already, ERROR 5 is the last word.
void oracle::refuse(client_state& client) {
    abandon(client);
    end_session(client);
    expect_output(client, {.wire = wire_of_error(static_cast<std::uint8_t>(error_code::refused))});
    finish(client);
}

void oracle::leave(client_state& client) {
    end_session(client);
    if (client.state == session_state::unregistered) {
        client.state = session_state::parting;
    }
    client.unread.clear();
    client.acted_on = 0;
    client.packet_begun = false;
    if (client.asked.empty()) {
        finish(client);
    }
}

void oracle::finish(client_state& client) {
    end_session(client);
    if (client.state == session_state::closing || client.state == session_state::over) {
        return;
    }
    client.state = session_state::closing;
    client.has_backlog = client.packet_begun = false;
    client.close_by = awake_ + (client.expected_bytes == 0 ? bounds_.linger_timeout : bounds_.flush_timeout);
}

// While it drains, each connection closes as soon as it neither waits nor is waited for.
void oracle::finish_the_drained() {
    if (!draining_) {
        return;
    }
    for (const client_number number : present_) {
        client_state& client = at(number);
        if (client.is_open() && client.asked.empty() && client.oldest_waiting() == nullptr) {
            finish(client);
        }
    }
}

void oracle::end_drain() {
    drain_over_ = true;
    for (const client_number number : present_) {
        end_session(at(number));
    }
    finish_the_drained();
    for (const client_number number : present_) {
        if (look(number).state == session_state::parting && look(number).asked.empty()) {
            finish(at(number));
        }
    }
}

bool oracle::is_present(client_number number) const noexcept {
    return std::ranges::find(present_, number) != present_.end();
}

bool oracle::accepts_connections() const noexcept {
    return !draining_ && present_.size() - users_ < bounds_.unregistered_max;
}

bool oracle::wants_input(client_number number) const {
    const client_state& client = look(number);
    return !client.input_ended &&
           (client.state == session_state::closing || (client.is_open() && !client.has_backlog && has_room(client)));
}

core::close_action oracle::close_action_of(client_number number) const {
    const client_state& client = look(number);
    if (client.state == session_state::over) {
        return core::close_action::close;
    }
    if (client.state != session_state::closing || client.expected_bytes != 0) {
        return core::close_action::none;
    }
    return client.input_ended ? core::close_action::close : core::close_action::shut_down_sending;
}

bool oracle::has_work() const {
    return std::ranges::any_of(queue_, [this](client_number number) { return look(number).has_backlog; });
}

}  // namespace chatos::fuzz
