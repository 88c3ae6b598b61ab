#include "judge/closest_rule.hpp"

#include "judge/request_checks.hpp"
#include "judge/session_end.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::size_t connections_max = 256;  // that are looked at for one report

/// The server took the packet for a malformed one: it answered ERROR 5 and closed.
bool is_taken_for_malformed(const connection_trace& connection, const traced_request& request,
                            const observed_packet& answer) {
    const direction_trace& input = connection.from_client();
    const direction_trace& output = connection.from_server();
    return answer.code == code_refused && output.packets.back().offset == answer.offset &&
           output.end != direction_end::open &&
           (input.end == direction_end::open || input.end_frame > output.end_frame) && !input.malformed &&
           !may_be_malformed(*request.packet);
}

/// Whether other requests were unanswered at the same time and had other answers: these may be in the wrong order.
bool may_be_out_of_order(const connection_trace& connection, const traced_request& request) {
    const auto has_other_code = [&](const traced_request& other) {
        return other.first_answer != nullptr && other.first_answer->code != request.first_answer->code;
    };
    if (connection.unsolicited_answer != nullptr || connection.requests.back().last_answer() == nullptr) {
        return false;  // an answer too many, or too few
    }
    const traced_request* const first = connection.requests.data();
    const traced_request* const last = first + connection.requests.size();
    const traced_request* const next = &request + 1;
    const bool is_next = next != last && next->packet->frame < request.first_answer->frame && has_other_code(*next);
    const traced_request* const previous = &request == first ? nullptr : &request - 1;
    return is_next || (previous != nullptr && previous->last_answer() != nullptr &&
                       previous->last_answer()->frame > request.packet->frame && has_other_code(*previous));
}

/// Whether a client of the interval was told that this pseudo is taken.
bool was_claimed(const judge_context& context, const connection_trace& connection, const std::string& pseudo,
                 std::uint64_t from, std::uint64_t until, std::uint8_t code) {
    std::size_t count = 0;
    bool is_claimed = false;
    (void)context.any_connection(from, until, [&](const connection_trace& other) {
        is_claimed =
            &other != &connection && !other.requests.empty() && other.requests.front().packet->op == opcode::cr &&
            other.requests.front().packet->pseudo == pseudo && other.requests.front().first_answer != nullptr &&
            other.requests.front().packet->frame > from && other.requests.front().first_answer->frame < until &&
            other.requests.front().first_answer->code == code;
        return is_claimed || ++count == connections_max;
    });
    return is_claimed;
}

/// Whether another client claimed the pseudo of the user between the frames.
bool is_claimed_between(const judge_context& context, const connection_trace& user, std::uint64_t from,
                        std::uint64_t until) {
    std::size_t count = 0;
    bool is_claimed = false;
    (void)context.any_connection(from, until, [&](const connection_trace& other) {
        is_claimed = &other != &user && !other.requests.empty() && other.requests.front().packet->op == opcode::cr &&
                     other.requests.front().packet->pseudo == user.pseudo &&
                     other.requests.front().packet->frame > from && other.requests.front().packet->frame < until;
        return is_claimed || ++count == connections_max;
    });
    return is_claimed;
}

bool has_second_login(const connection_trace& connection, std::uint64_t from, std::uint64_t until) {
    const auto first =
        std::partition_point(connection.requests.begin(), connection.requests.end(),
                             [&](const traced_request& request) { return request.packet->frame <= from; });
    const auto last = std::partition_point(
        first, connection.requests.end(), [&](const traced_request& request) { return request.packet->frame < until; });
    return std::any_of(first, last, [](const traced_request& request) { return request.packet->op == opcode::cr; });
}

/// Whether the client answered another delivery with this code only after its sender had been told that it is
/// unreachable (FLOW-4).
bool has_late_answer(const judge_context& context, const connection_trace& recipient, const observed_packet& relayed,
                     const traced_request& request) {
    std::size_t count = 0;
    for (const traced_delivery& delivery : recipient.deliveries) {
        if (delivery.packet->frame > relayed.frame || ++count > connections_max) {
            break;
        }
        if (!has_answer_like(delivery, relayed, relayed.frame)) {
            continue;
        }
        const std::string_view text = delivery.packet->op == opcode::pc ? recipient.pseudo : delivery.packet->message;
        const connection_trace* const sender =
            context.find_user(delivery.packet->pseudo, 0, delivery.answer->frame, [&](const connection_trace* user) {
                const auto& lists =
                    delivery.packet->op == opcode::pc ? user->offers_by_recipient : user->sent_by_message;
                const auto list = lists.find(text);
                return list != lists.end() &&
                       std::any_of(list->second.begin(), list->second.end(), [&](std::size_t index) {
                           const observed_packet* const answer = user->requests[index].last_answer();
                           return &user->requests[index] != &request && answer != nullptr &&
                                  answer->code == code_unreachable && answer->frame < delivery.answer->frame;
                       });
            });
        if (sender != nullptr) {
            return true;
        }
    }
    return false;
}

/// A delivery that this request may have caused, had its message been the same: nothing that the client sent has it.
const observed_packet* altered_delivery(const judge_context& context, const connection_trace& connection,
                                        const traced_request& request, const observed_packet& answer) {
    const observed_packet& packet = *request.packet;
    const observed_packet* altered = nullptr;
    std::size_t count = 0;
    (void)context.any_connection(packet.frame, answer.frame, [&](const connection_trace& other) {
        const auto first = std::partition_point(
            other.deliveries.begin(), other.deliveries.end(),
            [&](const traced_delivery& delivery) { return delivery.packet->frame < packet.frame; });
        if (first != other.deliveries.end() && first->packet->op == opcode::spm &&
            first->packet->pseudo == connection.pseudo &&
            !connection.sent_by_message.contains(first->packet->message)) {
            altered = first->packet;
        }
        return altered != nullptr || ++count == connections_max;
    });
    return packet.op == opcode::spm || packet.op == opcode::sma ? altered : nullptr;
}

std::string_view rule_of_altered_message(std::string_view original, std::string_view received,
                                         std::string_view general) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    constexpr std::size_t long_bytes = 512;
    if (original.find(byte_order_mark) != std::string_view::npos &&
        received.find(byte_order_mark) == std::string_view::npos) {
        return "WIRE-8";
    }
    return received.size() >= long_bytes && original.starts_with(received) ? "WIRE-14" : general;
}

bool is_about_delivery(std::string_view rule) {
    return rule == "PM-3" || rule == "PM-4" || rule == "FLOW-2" || rule == "PC-3" || rule == "ALL-3" || rule == "ALL-5";
}

/// What the client of a personal message or an offer did besides.
std::string_view rule_about_recipient(const judge_context& context, std::string_view general,
                                      const connection_trace& recipient, const traced_request& request,
                                      const observed_packet& answer) {
    if (has_late_answer(context, recipient, answer, request)) {
        return "FLOW-4";
    }
    const auto& errors = recipient.unmatched_errors;
    const bool is_stray =
        !errors.empty() && errors.front()->frame < answer.frame && errors.front()->code == answer.code;
    return is_stray ? "FLOW-3" : general;
}

}  // namespace

bool looks_alike(const std::string& left, const std::string& right) {
    const auto lower_case = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
        return text;
    };
    const auto is_ascii = [](const std::string& text) {
        return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
    };
    constexpr std::size_t prefix_bytes = 16;
    return lower_case(left) == lower_case(right) || left.starts_with(right) || right.starts_with(left) ||
           (left.size() > prefix_bytes && left.substr(0, prefix_bytes) == right.substr(0, prefix_bytes)) ||
           !is_ascii(left) || !is_ascii(right);
}

std::string_view rule_of_refused_packet(const observed_packet& packet) {
    const auto has_byte_from = [&](unsigned char least) {
        const auto is_such = [&](char c) { return static_cast<unsigned char>(c) >= least; };
        return std::any_of(packet.pseudo.begin(), packet.pseudo.end(), is_such) ||
               std::any_of(packet.message.begin(), packet.message.end(), is_such);
    };
    if (packet.pseudo.size() == pseudo_bytes_safe || packet.message.size() == message_bytes_safe) {
        return "WIRE-14";
    }
    if (has_byte_from(0x80)) {
        return has_byte_from(0xF0) ? "WIRE-8" : "WIRE-7";
    }
    switch (packet.op) {
    case opcode::spm: return "WIRE-3";
    case opcode::sma: return "WIRE-4";
    case opcode::error: return "WIRE-5";
    default: return "WIRE-2";
    }
}

std::string_view closest_rule(const judge_context& context, std::string_view general,
                              const connection_trace& connection, const traced_request& request,
                              const observed_packet& answer) {
    const observed_packet& packet = *request.packet;
    if (is_taken_for_malformed(connection, request, answer)) {
        const std::string_view rule = rule_of_refused_packet(packet);
        const bool takes_logins = context.users_at_once() != 0;
        return packet.op == opcode::cr && rule == "WIRE-2" && takes_logins ? "CONN-4" : rule;
    }
    if (!request.is_from_user || general == "CONN-7" || general == "ERR-2" || general == "PM-5" || general == "PM-10" ||
        general == "PC-6") {
        return general;
    }
    if (const observed_packet* const altered = altered_delivery(context, connection, request, answer)) {
        return rule_of_altered_message(packet.message, altered->message, general);
    }
    if (general != "FLOW-2" && may_be_out_of_order(connection, request)) {
        return "FLOW-1";
    }
    const std::uint64_t permitted_from =
        request.granted_rpm != nullptr ? request.granted_rpm->packet->frame : packet.frame;
    if (packet.op == opcode::spm && has_second_login(connection, permitted_from, packet.frame)) {
        return "CONN-7";
    }
    if (answer.code != code_ok && packet.op == opcode::spm &&
        was_claimed(context, connection, connection.pseudo, permitted_from, answer.frame, code_taken)) {
        return "CONN-2";
    }
    const connection_trace* const holder = context.find_latest_user(
        packet.pseudo, answer.frame, [&](const connection_trace*) { return packet.op != opcode::sma; });
    if (holder == nullptr) {
        const bool is_granted = answer.code == code_ok && packet.op != opcode::sma;
        if (is_granted && was_claimed(context, connection, packet.pseudo, 0, answer.frame, code_full)) {
            return "CONN-4";
        }
        std::size_t count = 0;
        bool is_confused = false;
        (void)context.any_connection(packet.frame, answer.frame, [&](const connection_trace& other) {
            is_confused = is_granted && other.is_user() && looks_alike(other.pseudo, packet.pseudo);
            return is_confused || ++count == connections_max;
        });
        return is_confused ? "CONN-5" : general;
    }
    if (general == "PM-1" &&
        was_claimed(context, *holder, packet.pseudo, holder->login_frame, answer.frame, code_taken)) {
        return "CONN-2";
    }
    if (general == "PM-1" && std::any_of(connection.requests.data(), &request, [&](const traced_request& earlier) {
            return earlier.packet->op == opcode::rpm && earlier.packet->pseudo == packet.pseudo &&
                   earlier.first_answer->code == code_unreachable && earlier.first_answer->frame < holder->login_frame;
        })) {
        return "CONN-1";
    }
    if ((general == "PM-4" || general == "PC-3") && answer.code == code_unreachable) {
        if (has_second_login(*holder, packet.frame, answer.frame)) {
            return "CONN-7";
        }
        if (is_claimed_between(context, *holder, packet.frame, answer.frame)) {
            return "CONN-2";
        }
    }
    if ((general == "PM-4" || general == "PC-3") && answer.code == code_refused &&
        answer.time_ns - packet.time_ns >= timeout_min_ns) {
        const matching_deliveries deliveries =
            packet.op == opcode::pc ? find_offers(*holder, connection.pseudo, packet.frame)
                                    : find_messages(*holder, {connection.pseudo, packet.message}, packet.frame);
        if (!deliveries.is_empty() && !deliveries.front().is_answered_before(answer.frame)) {
            return packet.op == opcode::pc ? "PC-5" : "PM-8";
        }
    }
    return is_about_delivery(general) ? rule_about_recipient(context, general, *holder, request, answer) : general;
}

}  // namespace chatos::conformance
