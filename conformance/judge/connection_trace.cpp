#include "judge/connection_trace.hpp"

#include "judge/request_checks.hpp"
#include "judge/session_end.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::size_t permissions_min = 1'024;  // PM-6: a server remembers at least so many

bool has_empty_message(const observed_packet& packet) {
    return packet.message.empty() && (packet.op == opcode::spm || packet.op == opcode::sma);
}

/// Matches answers with requests, in order (FLOW-1).
class answer_matcher {
public:
    explicit answer_matcher(connection_trace& trace) : trace_{trace} {}

    void run() {
        for (const observed_packet& packet : trace_.from_client().packets) {
            if (trace_.from_client().is_trusted(packet) && packet.op != opcode::error) {
                trace_.requests.push_back({.packet = &packet});
            }
        }
        for (const observed_packet& packet : trace_.from_server().packets) {
            if (!trace_.from_server().is_trusted(packet) || (packet.op == opcode::error && !match(packet))) {
                break;
            }
        }
        const settled_part& settled = trace_.source->settled;
        trace_.complete_until = std::max(trace_.complete_until, settled.complete_until);
        for (std::size_t index = next_; index < trace_.requests.size(); ++index) {
            trace_.requests[index].is_from_user = trace_.is_user();
        }
    }

private:
    bool match(const observed_packet& answer) {
        if (next_ == trace_.requests.size() || trace_.requests[next_].packet->frame > answer.frame) {
            // Unless the answered request may be missing from the trace.
            if (next_ != trace_.requests.size() || trace_.from_client().is_trusted()) {
                trace_.unsolicited_answer = &answer;
            }
            return false;
        }
        traced_request& request = trace_.requests[next_];
        if (request.first_answer != nullptr) {
            request.second_answer = &answer;
            ++next_;
            return true;
        }
        request.first_answer = &answer;
        request.is_from_user = trace_.is_user();
        request.processed_by = answer.frame;
        if (request.is_from_user && answer.code != code_refused) {
            trace_.complete_until = std::max(trace_.complete_until, request.packet->frame);
        }
        if (request.packet->op == opcode::cr && answer.code == code_ok && !trace_.is_user()) {
            trace_.pseudo = request.packet->pseudo;
            trace_.login_frame = request.packet->frame;
            trace_.registered_frame = answer.frame;
        }
        next_ += request.expects_second_answer() ? 0 : 1;
        return true;
    }

    connection_trace& trace_;
    std::size_t next_{0};
};

void index_requests(connection_trace& trace) {
    const settled_part& settled = trace.source->settled;
    struct rpm_history {
        const traced_request* last{nullptr};
        const traced_request* granted{nullptr};
        std::size_t granted_index{0};
        bool may_be_granted{false};
        bool is_used{false};
    };
    std::map<std::string_view, rpm_history> histories;  // by recipient
    const auto history_of = [&](const std::string& recipient) -> rpm_history& {
        return histories.try_emplace(recipient, rpm_history{.may_be_granted = settled.has_lost_permissions})
            .first->second;
    };
    // Where requests were dropped, bytes bound their number.
    const auto are_few = [&](std::size_t first, std::size_t last) {
        constexpr std::size_t request_bytes_min = 4;
        return settled.is_any ? trace.requests[last].packet->offset - trace.requests[first].packet->offset <
                                    permissions_min * request_bytes_min
                              : last - first < permissions_min;
    };
    const traced_request* granted_offer = nullptr;
    for (std::size_t index = 0; index < trace.requests.size(); ++index) {
        traced_request& request = trace.requests[index];
        if (request.packet->op == opcode::rpm) {
            rpm_history& history = history_of(request.packet->pseudo);
            const bool is_granted = request.first_answer != nullptr && request.first_answer->code == code_ok;
            history.last = &request;
            history.may_be_granted = history.may_be_granted || is_granted || request.first_answer == nullptr;
            if (is_granted) {
                history.granted = &request;
                history.granted_index = index;
                history.is_used = false;
            }
        } else if (request.packet->op == opcode::spm) {
            rpm_history& history = history_of(request.packet->pseudo);
            request.last_rpm = history.last;
            request.granted_rpm = history.granted;
            request.may_have_permission = history.may_be_granted;
            request.is_first_use =
                history.granted != nullptr && !history.is_used && are_few(history.granted_index, index);
            history.is_used = true;
        }
        if (request.packet->op == opcode::spm || request.packet->op == opcode::sma) {
            trace.sent_by_message[request.packet->message].push_back(index);
        } else if (request.packet->op == opcode::pc) {
            trace.offers_by_recipient[request.packet->pseudo].push_back(index);
            request.earlier_offer = granted_offer;
            granted_offer = request.expects_second_answer() ? &request : granted_offer;
        }
    }
}

void collect_unanswered_logins(connection_trace& trace) {
    std::size_t next = 0;
    for (const observed_packet& packet : trace.from_client().packets) {
        while (next < trace.requests.size() && trace.requests[next].packet->offset < packet.offset) {
            ++next;
        }
        const bool is_answered = next < trace.requests.size() && trace.requests[next].packet == &packet &&
                                 trace.requests[next].first_answer != nullptr;
        if (packet.op == opcode::cr && !is_answered) {
            trace.unanswered_logins.emplace_back(packet.pseudo, packet.frame);
        }
    }
}

/// Matches the client's ERRORs with deliveries, in order (FLOW-2).
void match_deliveries(connection_trace& trace) {
    for (const observed_packet& packet : trace.from_server().packets) {
        if (!trace.from_server().is_trusted(packet)) {
            break;
        }
        if (packet.op == opcode::spm) {
            trace.received_messages[{packet.pseudo, packet.message}].push_back(trace.deliveries.size());
            trace.deliveries.push_back({.packet = &packet});
        } else if (packet.op == opcode::pc) {
            trace.received_offers[packet.pseudo].push_back(trace.deliveries.size());
            trace.deliveries.push_back({.packet = &packet});
        }
    }
    std::size_t next = 0;
    for (const observed_packet& packet : trace.from_client().packets) {
        if (!trace.from_client().is_trusted(packet)) {
            break;
        }
        if (packet.op != opcode::error) {
            continue;
        }
        if (next < trace.deliveries.size() && trace.deliveries[next].packet->frame < packet.frame) {
            trace.deliveries[next++].answer = &packet;
        } else if (next == trace.deliveries.size() && !trace.from_server().is_trusted()) {
            break;
        } else {
            trace.unmatched_errors.push_back(&packet);
        }
    }
}

/// An unmatched ERROR may have crossed the next delivery, unless the server answered a later request of that client
/// before it sent that delivery.
void mark_ambiguous_deliveries(connection_trace& trace) {
    trace.ambiguous_from = trace.source->settled.has_ambiguous_answers ? 0 : trace.ambiguous_from;
    for (const observed_packet* error : trace.unmatched_errors) {
        const auto next = std::partition_point(
            trace.deliveries.begin(), trace.deliveries.end(),
            [&](const traced_delivery& delivery) { return delivery.packet->frame <= error->frame; });
        if (next == trace.deliveries.end()) {
            continue;
        }
        // Answers come in order: if that of the first later request comes too late, so do the others.
        const auto request =
            std::partition_point(trace.requests.begin(), trace.requests.end(), [&](const traced_request& earlier) {
                return earlier.packet->offset <= error->offset;
            });
        const bool is_processed = request != trace.requests.end() && request->first_answer != nullptr &&
                                  request->first_answer->offset < next->packet->offset;
        if (!is_processed) {
            trace.ambiguous_from =
                std::min(trace.ambiguous_from, static_cast<std::size_t>(next - trace.deliveries.begin()));
        }
    }
}

/// Whether no server's timeout can have passed between the two times, whose clocks may differ a little.
bool is_within(std::int64_t since_ns, std::int64_t until_ns) {
    constexpr std::int64_t inaccuracy_ns = 10'000'000;
    return since_ns != 0 && until_ns != 0 && until_ns - since_ns + inaccuracy_ns < timeout_min_ns;
}

}  // namespace

bool connection_trace::may_hold(const std::string& name, std::uint64_t from, std::uint64_t until) const noexcept {
    if (from_server().end != direction_end::open && from_server().end_frame < from) {
        return false;
    }
    if (is_user()) {
        return pseudo == name && login_frame < until;
    }
    return std::any_of(unanswered_logins.begin(), unanswered_logins.end(),
                       [&](const auto& login) { return login.first == name && login.second < until; });
}

std::uint64_t connection_trace::begin_frame() const noexcept {
    return from_client().is_trusted() && from_server().is_trusted() ? first_frame : 0;
}

std::uint64_t connection_trace::end_frame() const noexcept {
    const bool has_ended = from_client().end != direction_end::open && from_server().end != direction_end::open;
    return has_ended ? std::max(from_client().end_frame, from_server().end_frame) : UINT64_MAX;
}

std::span<const std::size_t> connection_trace::deliveries_after(const index_list& list,
                                                                std::uint64_t frame) const noexcept {
    const auto first = std::partition_point(
        list.begin(), list.end(), [&](std::size_t index) { return deliveries[index].packet->frame <= frame; });
    return {first, list.end()};
}

bool connection_trace::may_be_final_error(const observed_packet& answer, bool is_from_user) const noexcept {
    const bool is_last = from_server().packets.empty() || from_server().packets.back().offset == answer.offset;
    if (answer.code != code_refused || !is_last) {
        return false;
    }
    const direction_trace& input = from_client();
    const bool has_sent_logins_only =
        !input.packets.empty() &&
        std::all_of(input.packets.begin(), input.packets.end(),
                    [&](const observed_packet& each) { return each.op == opcode::cr || each.frame > answer.frame; });
    const bool is_soon = has_sent_logins_only && is_within(source->opened_ns, answer.time_ns);
    const bool is_known = (is_from_user || is_soon) && input.is_trusted() && from_server().is_trusted() &&
                          !input.malformed && input.unfinished.empty();
    // A packet that came later may have been unfinished for too long (ERR-4).
    const auto later = std::partition_point(input.packets.begin(), input.packets.end(),
                                            [&](const observed_packet& each) { return each.frame <= answer.frame; });
    const bool may_be_unfinished =
        later != input.packets.end() && !is_soon &&
        (later == input.packets.begin() || !is_within(std::prev(later)->time_ns, answer.time_ns));
    const auto may_be_refused = [&](const observed_packet& packet) {
        return packet.pseudo.size() > pseudo_bytes_safe || packet.message.size() > message_bytes_safe ||
               has_empty_message(packet);  // WIRE-10
    };
    return !is_known || may_be_unfinished || source->settled.may_be_refused ||
           std::any_of(input.packets.begin(), input.packets.end(), may_be_refused) ||
           std::any_of(deliveries.begin(), deliveries.end(), [&](const traced_delivery& delivery) {
               return delivery.packet->frame < answer.frame &&
                      (delivery.answer == nullptr || delivery.answer->frame > answer.frame);
           });
}

connection_trace trace_connection(const connection& source) {
    connection_trace result;
    result.source = &source;
    const auto& packets = source.from(side::client).packets;
    for (const side sender : {side::client, side::server}) {
        const auto& sent = source.from(sender).packets;
        result.first_frame = sent.empty() ? result.first_frame : std::min(result.first_frame, sent.front().frame);
    }
    const auto login = std::find_if(packets.begin(), packets.end(),
                                    [](const observed_packet& packet) { return packet.op == opcode::cr; });
    result.first_login_frame = login == packets.end() ? UINT64_MAX : login->frame;
    result.is_tunnel = !packets.empty() && packets.front().op == opcode::pc;
    if (result.is_tunnel) {
        return result;
    }
    answer_matcher{result}.run();
    index_requests(result);
    if (!result.is_user()) {
        collect_unanswered_logins(result);
    }
    match_deliveries(result);
    mark_ambiguous_deliveries(result);
    trace_session(result);
    return result;
}

}  // namespace chatos::conformance
