#include "judge/judge_context.hpp"

#include "judge/closest_rule.hpp"
#include "judge/session_end.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <utility>

namespace chatos::conformance {
judge_context::judge_context(const trace& observed, const judge_settings& settings, const judge_part& part,
                             judge_memory& memory)
    : settings_{settings}, part_{part}, memory_{memory}, window_{observed, observed.is_in_order
                                                                               ? std::chrono::milliseconds{0}
                                                                               : settings.reorder_window},
      response_limit_{settings.response_limit ? settings.response_limit
                      : observed.is_in_order  ? settings.local_response_limit
                                              : std::nullopt},
      inaccuracy_{observed.is_in_order ? std::chrono::milliseconds{0} : settings.reorder_window} {
    connections_.reserve(observed.connections.size());
    is_complete_ = settings.has_all_clients && memory.is_complete;
    for (const connection& source : observed.connections) {
        connections_.push_back(trace_connection(source));
        const bool is_trusted = source.from(side::client).is_trusted() && source.from(side::server).is_trusted();
        is_complete_ = is_complete_ && is_trusted && !connections_.back().is_tunnel;
    }
    index_connections();
    count_users_at_once();
}

void judge_context::index_connections() {
    for (const connection_trace& connection : connections_) {
        lives_.add(connection.begin_frame(), connection.end_frame(), &connection);
        const direction_trace& output = connection.from_server();
        const std::uint64_t server_end = output.end == direction_end::open ? UINT64_MAX : output.end_frame;
        if (connection.is_user()) {
            pseudo_users& users = users_[connection.pseudo];
            users.lives.add(connection.login_frame, connection.end_frame(), &connection);
            users.complete.add(connection.registered_frame, connection.complete_until, &connection);
            users.sessions.add(connection.registered_frame, connection.session_until, &connection);
            possible_holders_[connection.pseudo].add(connection.login_frame, server_end, &connection);
        }
        const std::string_view* previous = nullptr;
        for (const auto& [pseudo, frame] : connection.unanswered_logins) {
            if (previous == nullptr || *previous != pseudo) {
                possible_holders_[pseudo].add(frame, server_end, &connection);
            }
            previous = &pseudo;
        }
    }
    lives_.build();
    for (auto& [pseudo, users] : users_) {
        users.lives.build();
        users.complete.build();
        users.sessions.build();
    }
    for (auto& [pseudo, holders] : possible_holders_) {
        holders.build();
    }
}

void judge_context::count_users_at_once() {
    std::vector<std::pair<std::uint64_t, int>> changes;
    for (const connection_trace& connection : connections_) {
        if (connection.is_user() && connection.session_until > connection.registered_frame) {
            changes.emplace_back(connection.registered_frame, 1);
            changes.emplace_back(connection.session_until, -1);
        }
    }
    std::sort(changes.begin(), changes.end());  // who ends in the frame in which another begins is counted first
    int users = 0;
    for (const auto& [frame, change] : changes) {
        users += change;
        users_at_once_ = std::max(users_at_once_, static_cast<std::size_t>(std::max(users, 0)));
    }
}

const connection_trace* judge_context::complete_user(const std::string& pseudo, std::uint64_t from,
                                                     std::uint64_t until) const {
    const auto users = users_.find(pseudo);
    return users == users_.end() ? nullptr
                                 : connection_in(users->second.complete.first(
                                       earliest(from), latest(until), [](const connection_trace*) { return true; }));
}

const connection_trace* judge_context::holder(const std::string& pseudo, std::uint64_t from,
                                              std::uint64_t until) const {
    const auto users = users_.find(pseudo);
    return users == users_.end() ? nullptr
                                 : connection_in(users->second.sessions.first(
                                       earliest(from), latest(until), [](const connection_trace*) { return true; }));
}

bool judge_context::may_be_held(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const {
    const auto holders = possible_holders_.find(pseudo);
    return memory_.has_unknown_users ||
           (holders != possible_holders_.end() &&
            holders->second.any(latest(until), before(earliest(from)), [](const connection_trace*) { return true; }));
}

bool judge_context::may_be_timeout(const observed_packet& request, const observed_packet& answer,
                                   bool is_offer) const noexcept {
    const auto& timeout = is_offer ? settings_.pc_timeout : settings_.answer_timeout;
    if (request.time_ns == 0 || answer.time_ns == 0) {
        return true;
    }
    const std::chrono::nanoseconds passed{answer.time_ns - request.time_ns};
    return timeout ? passed >= *timeout : passed + inaccuracy_ >= std::chrono::nanoseconds{timeout_min_ns};
}

bool judge_context::is_due(std::uint64_t frame) const noexcept {
    return part_.has(frame);
}

bool judge_context::is_over(const connection_trace& connection) const noexcept {
    return part_.is_last() || connection.source->settled.is_over;
}

search_start& judge_context::start_of_search(const connection_trace& recipient, const connection_trace& sender) {
    return memory_.search_starts[judge_memory::key(recipient.source->stream, sender.source->stream)];
}

void judge_context::passed(std::string_view rule) {
    memory_.tallies.passed(rule);
}

void judge_context::inconclusive(std::string_view rule, const connection_trace& connection, std::string_view reason) {
    memory_.tallies.inconclusive(rule, connection.source->stream, reason);
}

void judge_context::failed(std::string_view rule, const connection_trace& connection, const observed_packet& packet,
                           std::string expected, std::string actual) {
    if (judged_request_ != nullptr && packet.op == opcode::error) {
        rule = closest_rule(*this, rule, connection, *judged_request_, packet);
    }
    failed_by(side::server, rule, connection, packet, std::move(expected), std::move(actual));
}

void judge_context::failed_by_client(std::string_view rule, const connection_trace& connection,
                                     const observed_packet& packet, std::string expected, std::string actual) {
    failed_by(side::client, rule, connection, packet, std::move(expected), std::move(actual));
}

void judge_context::failed_by(side violator, std::string_view rule, const connection_trace& connection,
                              const observed_packet& packet, std::string expected, std::string actual) {
    report({.rule = rule,
            .violator = violator,
            .stream = connection.source->stream,
            .sender = violator,
            .frame = packet.frame,
            .time_ns = packet.time_ns,
            .offset = packet.offset,
            .expected = std::move(expected),
            .actual = std::move(actual)});
}

void judge_context::report(violation violation) {
    memory_.tallies.failed(std::move(violation));
}

std::string quoted(const std::string& text) {
    constexpr std::size_t shown_bytes_max = 64;
    std::string result = "\"";
    std::size_t position = 0;
    while (position < text.size() && position < shown_bytes_max) {
        const display_piece piece = next_display_piece(std::string_view{text}.substr(position));
        result += piece.escaped_size != 0 ? std::string{piece.escaped.data(), piece.escaped_size}
                                          : text.substr(position, piece.consumed);
        position += piece.consumed;
    }
    result += '"';
    return position == text.size() ? result : result + "... (" + std::to_string(text.size()) + " bytes)";
}

std::string answer_text(std::uint8_t code) {
    return "ERROR " + std::to_string(code);
}

std::string describe(const observed_packet& packet, side sender) {
    const std::string preposition = sender == side::server ? "from " : "to ";
    switch (packet.op) {
    case opcode::cr: return "CR " + quoted(packet.pseudo);
    case opcode::rpm: return "RPM " + quoted(packet.pseudo);
    case opcode::spm: return "SPM " + preposition + quoted(packet.pseudo) + ", message " + quoted(packet.message);
    case opcode::sma: return "SMA, message " + quoted(packet.message);
    case opcode::pc: return "PC " + preposition + quoted(packet.pseudo);
    case opcode::error: return answer_text(packet.code);
    }
    return "";
}

}  // namespace chatos::conformance
