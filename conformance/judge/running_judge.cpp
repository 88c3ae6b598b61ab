#include "judge/running_judge.hpp"

#include "judge/judge_context.hpp"
#include "judge/settled_packets.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::size_t former_pseudos_max = 4'096;
/// A connection that holds more of what is not settled is the first whose packets are dropped.
constexpr std::size_t unsettled_max = 64;
constexpr std::string_view dropped_reason = "more of it is unanswered than is kept for judging";

std::uint64_t last_frame_of(const connection& source) {
    std::uint64_t last = 0;
    for (const direction_trace& direction : source.directions) {
        last = std::max({last, direction.end_frame, direction.packets.empty() ? 0 : direction.packets.back().frame});
    }
    return last;
}

bool is_finished(const connection& source) {
    return source.from(side::client).is_finished && source.from(side::server).is_finished;
}

void check_all(judge_context& context) {
    check_deliveries(context);
    check_requests(context);
    check_answer_counts(context);
    check_bytes(context);
    check_closes(context);
    check_delays(context);
    check_tunnels(context);
    check_clients(context);
}

/// Nothing after the bytes that are known is reliable.
void distrust_from_now(connection& source) {
    for (direction_trace& direction : source.directions) {
        direction.distrust(
            direction.packets.empty() ? 0 : direction.packets.back().offset + direction.packets.back().length,
            dropped_reason);
    }
}

void erase_dropped(connection& source, const kept_packets& kept) {
    for (const side sender : {side::client, side::server}) {
        std::vector<observed_packet>& packets = source.from(sender).packets;
        const std::vector<bool>& is_kept = kept.is_kept[static_cast<std::size_t>(sender)];
        std::size_t next = 0;
        for (std::size_t index = 0; index < packets.size(); ++index) {
            if (is_kept[index] && next != index) {
                packets[next] = std::move(packets[index]);
            }
            next += is_kept[index] ? 1 : 0;
        }
        packets.resize(next);
        if (packets.size() < packets.capacity() / 2) {
            packets.shrink_to_fit();
        }
    }
    source.settled = kept.settled;
}

}  // namespace

/// Of each connection what is kept, and the indexes of those that hold too much.
struct running_judge::packet_choice {
    std::vector<kept_packets> kept;
    std::vector<std::size_t> overflowing;

    [[nodiscard]] std::size_t count() const {
        return std::accumulate(kept.begin(), kept.end(), kept.size(),
                               [](std::size_t sum, const kept_packets& each) { return sum + each.count; });
    }
};

void running_judge::judge_until(trace& observed, std::uint64_t frame, std::size_t packets_max) {
    frame = std::max(frame, judged_until_);
    mark_over(observed);
    packet_choice choice;
    {
        judge_context context{observed, settings_, {judged_until_, frame}, memory_};
        check_all(context);
        choice = choose_packets(context, frame, packets_max);
    }
    const std::uint64_t settled_until = std::exchange(judged_until_, frame);
    for (std::size_t index = 0; index < choice.kept.size(); ++index) {
        erase_dropped(observed.connections[index], choice.kept[index]);
    }
    for (const std::size_t index : choice.overflowing) {
        distrust_from_now(observed.connections[index]);
    }
    drop_connections(observed, packets_max);
    forget_search_starts(observed, settled_until);
}

void running_judge::judge_rest(const trace& observed) {
    judge_context context{observed, settings_, {judged_until_, UINT64_MAX}, memory_};
    check_all(context);
}

/// Finds the connections that are over: no check that is still to be made concerns them.
void running_judge::mark_over(trace& observed) const {
    for (connection& source : observed.connections) {
        const std::uint64_t last = last_frame_of(source);
        source.settled.is_over = is_finished(source) && last <= judged_until_ && last < pending_from_;
    }
}

running_judge::packet_choice running_judge::choose_packets(const judge_context& context, std::uint64_t judged_until,
                                                           std::size_t packets_max) {
    judged_frames frames{.judged_until = judged_until, .settled_until = judged_until_};
    for (const connection_trace& connection : context.connections()) {
        frames.pending_from = std::min(frames.pending_from, first_pending_frame(connection, judged_until));
        if (connection.is_user() && connection.source->settled.is_over) {
            if (memory_.former_pseudos.size() == former_pseudos_max) {
                memory_.former_pseudos.clear();
            }
            memory_.former_pseudos.insert(connection.pseudo);
        }
    }
    const auto choose = [&] {
        packet_choice choice;
        choice.kept.reserve(context.connections().size());
        for (const connection_trace& connection : context.connections()) {
            choice.kept.push_back(choose_kept_packets(connection, frames));
        }
        return choice;
    };
    packet_choice choice = choose();
    if (choice.count() > packets_max && frames.pending_from <= judged_until_) {
        // Requests that wait for their answers keep too much: they will not be judged.
        memory_.forgotten_until = judged_until_;
        frames.pending_from = UINT64_MAX;
        choice = choose();
    }
    pending_from_ = frames.pending_from;
    if (choice.count() > packets_max) {
        for (std::size_t index = 0; index < choice.kept.size(); ++index) {
            if (choice.kept[index].count > unsettled_max) {
                choice.kept[index] = keep_login(context.connections()[index], frames);
                choice.overflowing.push_back(index);
            }
        }
    }
    return choice;
}

/// Drops the connections that are over, and others that have ended if there are too many.
void running_judge::drop_connections(trace& observed, std::size_t connections_max) {
    const auto is_over = [](const connection& source) { return source.settled.is_over; };
    const auto over =
        static_cast<std::size_t>(std::count_if(observed.connections.begin(), observed.connections.end(), is_over));
    const std::size_t remaining = observed.connections.size() - over;
    std::size_t surplus = remaining - std::min(remaining, connections_max);
    std::erase_if(observed.connections, [&](const connection& source) {
        const bool is_surplus = !is_over(source) && surplus != 0 && is_finished(source);
        surplus -= is_surplus ? 1 : 0;
        if (is_over(source) || is_surplus) {
            forget(source, is_surplus);
        }
        return is_over(source) || is_surplus;
    });
}

void running_judge::forget(const connection& source, bool is_surplus) {
    const direction_trace& input = source.from(side::client);
    const direction_trace& output = source.from(side::server);
    const bool is_tunnel = !input.packets.empty() && input.packets.front().op == opcode::pc;
    memory_.is_complete = memory_.is_complete && input.is_trusted() && output.is_trusted() && !is_tunnel && !is_surplus;
    memory_.has_unknown_users = memory_.has_unknown_users || output.end == direction_end::open || is_surplus;
}

/// Drops where searches start, of senders that have sent nothing but settled packets before.
void running_judge::forget_search_starts(const trace& observed, std::uint64_t settled_until) {
    std::unordered_map<std::uint32_t, std::uint64_t> first_offsets;
    for (const connection& source : observed.connections) {
        const auto& packets = source.from(side::client).packets;
        const auto first = std::partition_point(packets.begin(), packets.end(), [&](const observed_packet& packet) {
            return packet.frame <= settled_until;
        });
        first_offsets.emplace(source.stream, first == packets.end() ? UINT64_MAX : first->offset);
    }
    std::erase_if(memory_.search_starts, [&](const auto& entry) {
        const auto recipient = first_offsets.find(static_cast<std::uint32_t>(entry.first >> 32U));
        const auto sender = first_offsets.find(static_cast<std::uint32_t>(entry.first));
        return recipient == first_offsets.end() || sender == first_offsets.end() ||
               std::max(entry.second.messages, entry.second.offers) <= sender->second;
    });
}

judge_report judge(const trace& observed, const judge_settings& settings) {
    running_judge judge{settings};
    judge.judge_rest(observed);
    return {.violations = judge.take_violations(), .verdicts = judge.verdicts()};
}

}  // namespace chatos::conformance
