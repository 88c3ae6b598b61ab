#include "dump/stats/round_trips.hpp"

#include "dump/record/capture_position.hpp"

#include <iterator>
#include <optional>

namespace chatos::dump {

namespace {

constexpr std::size_t early_max = 64;

capture_time time_of(const stream_position& at) noexcept {
    return at.capture == nullptr ? capture_time{} : at.capture->mark.time;
}

/// Nothing where a clock is missing, or ran backwards.
std::optional<std::uint64_t> between(const capture_time& from, const capture_time& to) noexcept {
    if (from.digits == 0 || to.digits == 0) {
        return std::nullopt;
    }
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    if (__builtin_sub_overflow(to.seconds, from.seconds, &seconds) ||
        __builtin_mul_overflow(seconds, std::int64_t{1'000'000'000}, &nanoseconds) ||
        __builtin_add_overflow(nanoseconds, std::int64_t{to.nanoseconds} - from.nanoseconds, &nanoseconds) ||
        nanoseconds < 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(nanoseconds);
}

std::optional<exchange_kind> opened_by(opcode op, stream_direction direction) noexcept {
    const bool is_request = direction == stream_direction::client_to_server;
    switch (op) {
    case opcode::cr: return is_request ? std::optional{exchange_kind::cr} : std::nullopt;
    case opcode::rpm: return is_request ? std::optional{exchange_kind::rpm} : std::nullopt;
    case opcode::sma: return is_request ? std::optional{exchange_kind::sma} : std::nullopt;
    case opcode::spm: return is_request ? exchange_kind::spm : exchange_kind::delivered_spm;
    case opcode::pc: return is_request ? exchange_kind::pc : exchange_kind::delivered_pc;
    case opcode::error: break;
    }
    return std::nullopt;
}

}  // namespace

std::string_view exchange_name(exchange_kind kind) noexcept {
    constexpr std::array<std::string_view, exchange_kind_count> names{
        "CR", "RPM", "SPM", "SMA", "PC", "PC_decision", "delivered_SPM", "delivered_PC"};
    return names[static_cast<std::size_t>(kind)];
}

void round_trips::open_queue::drop_front() {
    if (++first == entries.size()) {
        entries.clear();
        first = 0;
    } else if (first >= 64 && first * 2 >= entries.size()) {
        entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(first));
        first = 0;
    }
}

round_trips::stream_state& round_trips::state_of(std::uint32_t stream) {
    if (const auto position = index_.find(stream); position != index_.end()) {
        states_.splice(states_.end(), states_, position->second);
        return states_.back();
    }
    if (states_.size() == streams_max) {
        give_up(states_.front(), &exchange_account::unknown);
        index_.erase(states_.front().stream);
        states_.pop_front();
    }
    states_.emplace_back().stream = stream;
    index_.emplace(stream, std::prev(states_.end()));
    return states_.back();
}

void round_trips::settle(const open_exchange& exchange, const capture_time& time) {
    if (!exchange.is_shown) {
        return;
    }
    exchange_account& counted = account(exchange.kind);
    ++counted.answered;
    if (const std::optional<std::uint64_t> taken = between(exchange.opened_at, time)) {
        counted.times.add(*taken);
    }
}

void round_trips::answer(open_queue& queue, stream_direction direction, error_code code, const capture_time& time) {
    if (queue.size() == 0) {
        if (queue.early.size() < early_max) {
            queue.early.push_back({code, time});
        } else {
            ++unasked_[static_cast<std::size_t>(direction)];
        }
        return;
    }
    open_exchange& oldest = queue.entries[queue.first];
    settle(oldest, time);
    if (oldest.kind == exchange_kind::pc && code == error_code::ok && !oldest.opens_tunnel) {
        oldest.kind = exchange_kind::pc_decision;
        account(oldest.kind).opened += oldest.is_shown ? 1 : 0;
        return;
    }
    queue.drop_front();
    --open_;
}

void round_trips::open(stream_state& state, exchange_kind kind, const packet_record& record, bool is_shown) {
    const stream_direction answered_by = record.at.direction == stream_direction::client_to_server
                                             ? stream_direction::server_to_client
                                             : stream_direction::client_to_server;
    open_queue& queue = state.queues[static_cast<std::size_t>(answered_by)];
    const capture_time now = time_of(record.at);
    // One ERROR answers the two PCs that open the end of a tunnel (TUN-1).
    const bool opens_tunnel = kind == exchange_kind::pc && !state.has_logged_in;
    if (opens_tunnel && queue.size() == 1 && queue.entries[queue.first].opens_tunnel) {
        return;
    }
    if (open_ == open_max) {
        account(kind).opened += is_shown ? 1 : 0;
        account(kind).unknown += is_shown ? 1 : 0;
        return;
    }
    account(kind).opened += is_shown ? 1 : 0;
    queue.entries.push_back({kind, is_shown, opens_tunnel, now});
    ++open_;
    // Answers that were decoded first, since what they answer came late: those that are later than it by the clock.
    std::vector<early_answer> early;
    early.swap(queue.early);
    for (const early_answer& earlier : early) {
        if (queue.size() != 0 && between(now, earlier.time)) {
            answer(queue, answered_by, earlier.code, earlier.time);
        } else {
            ++unasked_[static_cast<std::size_t>(answered_by)];
        }
    }
}

void round_trips::take(const packet_record& record, bool is_shown) {
    stream_state& state = state_of(record.at.stream);
    if (record.packet.op == opcode::error) {
        answer(state.queues[static_cast<std::size_t>(record.at.direction)], record.at.direction, record.packet.code,
               time_of(record.at));
        return;
    }
    if (const std::optional<exchange_kind> kind = opened_by(record.packet.op, record.at.direction)) {
        state.has_logged_in |= *kind == exchange_kind::cr || *kind == exchange_kind::delivered_spm;
        open(state, *kind, record, is_shown);
    }
}

void round_trips::give_up(stream_state& state, std::uint64_t exchange_account::*as) {
    for (std::size_t direction = 0; direction < state.queues.size(); ++direction) {
        open_queue& queue = state.queues[direction];
        for (; queue.size() != 0; queue.drop_front()) {
            const open_exchange& oldest = queue.entries[queue.first];
            account(oldest.kind).*as += oldest.is_shown ? 1 : 0;
            --open_;
        }
        unasked_[direction] += queue.early.size();
        queue.early.clear();
    }
}

void round_trips::mark_uncertain(std::uint32_t stream) {
    stream_state& state = state_of(stream);
    give_up(state, &exchange_account::unknown);
    uncertain_streams_ += state.is_uncertain ? 0 : 1;
    state.is_uncertain = true;
    state.has_logged_in = true;  // unknown; this is the safe assumption
}

void round_trips::finish() {
    for (stream_state& state : states_) {
        give_up(state, &exchange_account::unanswered);
    }
    states_.clear();
    index_.clear();
}

}  // namespace chatos::dump
