// Until when a client was certainly registered. Two things prove it: a later request that was answered as one of a
// user, and a later packet or end of the client itself, unless the server may have ended the session before. The rules
// let it do so only after input that may be malformed, an unfinished packet (ERR-4) or deliveries that are not answered
// (FLOW-10).
#include "judge/session_end.hpp"

#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {

bool may_be_malformed(const observed_packet& packet) {
    return packet.pseudo.size() > pseudo_bytes_safe || packet.message.size() > message_bytes_safe ||
           (packet.op == opcode::error && packet.code != code_ok && packet.code != code_taken &&
            packet.code != code_full && packet.code != code_unreachable && packet.code != code_refused) ||
           ((packet.op == opcode::spm || packet.op == opcode::sma) && packet.message.empty()) ||
           (packet.op != opcode::sma && packet.op != opcode::error && packet.pseudo.empty());
}

bool is_answered_within(const traced_delivery& delivery, std::int64_t time_ns) {
    return delivery.answer != nullptr && delivery.packet->time_ns != 0 &&
           delivery.answer->time_ns - delivery.packet->time_ns < time_ns;
}

bool has_safe_sizes(std::span<const std::byte> unfinished) {
    std::size_t position = 1;
    const auto is_safe = [&](std::size_t digits, std::size_t safe) {
        if (unfinished.size() < position + digits) {
            position = unfinished.size() + 1;  // no other size is known
            return true;
        }
        std::size_t size = 0;
        for (const std::size_t end = position + digits; position != end; ++position) {
            size = size << 8U | std::to_integer<std::size_t>(unfinished[position]);
        }
        position += size;
        return size <= safe && size != 0;
    };
    constexpr std::size_t pseudo_digits = 2;
    constexpr std::size_t message_digits = 4;
    const auto op = static_cast<opcode>(unfinished.front());
    const bool has_pseudo = op != opcode::sma && op != opcode::error;
    const bool has_message = op == opcode::spm || op == opcode::sma;
    return (!has_pseudo || is_safe(pseudo_digits, pseudo_bytes_safe)) &&
           (!has_message || position > unfinished.size() || is_safe(message_digits, message_bytes_safe));
}

namespace {

/// The last frame from the client that came at most so long after the delivery.
std::uint64_t last_frame_soon_after(const connection_trace& trace, const observed_packet& delivery) {
    const direction_trace& input = trace.from_client();
    const std::int64_t latest_ns = delivery.time_ns + overdue_ns;
    if (input.end != direction_end::open && input.end_time_ns != 0 && input.end_time_ns < latest_ns) {
        return input.end_frame;
    }
    const auto later = std::partition_point(input.packets.begin(), input.packets.end(),
                                            [&](const observed_packet& packet) { return packet.time_ns < latest_ns; });
    return later == input.packets.begin() ? 0 : std::prev(later)->frame;
}

/// Whether the server ended the connection at most so long after this time.
bool is_ended_within(const connection_trace& trace, std::int64_t since_ns, std::int64_t time_ns) {
    const direction_trace& output = trace.from_server();
    return output.end != direction_end::open && since_ns != 0 && output.end_time_ns != 0 &&
           output.end_time_ns - since_ns < time_ns;
}

/// ERR-4, WIRE-14: whether a server may have refused a packet of which not all bytes came.
bool may_be_refused_unfinished(const connection_trace& trace) {
    const direction_trace& input = trace.from_client();
    if (input.unfinished.empty()) {
        return false;
    }
    const std::int64_t since_ns = input.packets.empty() ? trace.source->opened_ns : input.packets.back().time_ns;
    return !has_safe_sizes(input.unfinished) || !is_ended_within(trace, since_ns, timeout_min_ns);
}

/// The frame after which the server may have ended the session because deliveries ran out of time in a row. One that is
/// answered late or not at all may hide any number that wait behind it (FLOW-9), each of which takes some time.
std::uint64_t overdue_from(const connection_trace& trace) {
    std::size_t next_request = 0;
    std::uint64_t sent_after = 0;  // the server sent what comes next after this frame
    std::size_t overdue = trace.source->settled.overdue_deliveries;
    for (const traced_delivery& delivery : trace.deliveries) {
        for (; next_request < trace.requests.size() && trace.requests[next_request].first_answer != nullptr &&
               trace.requests[next_request].first_answer->offset < delivery.packet->offset;
             ++next_request) {
            sent_after = trace.requests[next_request].packet->frame;
        }
        overdue = is_answered_within(delivery, timeout_min_ns) ? 0 : overdue + 1;
        if (overdue > overdue_deliveries_safe || delivery.packet->time_ns == 0) {
            return sent_after;
        }
        if (!is_answered_within(delivery, overdue_ns) &&
            !is_ended_within(trace, delivery.packet->time_ns, overdue_ns)) {
            return last_frame_soon_after(trace, *delivery.packet);
        }
    }
    return UINT64_MAX;
}

std::uint64_t may_be_closed_from(const connection_trace& trace) {
    const direction_trace& input = trace.from_client();
    if (!input.is_trusted() || !trace.from_server().is_trusted() || may_be_refused_unfinished(trace)) {
        return 0;
    }
    const auto doubtful = std::find_if(input.packets.begin(), input.packets.end(), may_be_malformed);
    const std::uint64_t doubtful_from = doubtful == input.packets.end() ? UINT64_MAX : doubtful->frame;
    const std::uint64_t malformed_from = input.malformed ? input.malformed->frame : UINT64_MAX;
    return std::min({doubtful_from, malformed_from, overdue_from(trace), trace.source->settled.doubtful_from});
}

/// The last frame in which the client was observed, before its end or with it; 0 if that proves nothing.
std::uint64_t observed_until(const connection_trace& trace) {
    const direction_trace& input = trace.from_client();
    const direction_trace& output = trace.from_server();
    if (input.malformed || input.packets.empty() || output.end == direction_end::reset) {
        return 0;
    }
    const std::uint64_t last = input.end == direction_end::open ? input.packets.back().frame : input.end_frame;
    if (output.end == direction_end::fin && output.end_frame < last) {
        return 0;
    }
    return std::min(last, trace.may_be_closed_from);
}

}  // namespace

void trace_session(connection_trace& trace) {
    trace.may_be_closed_from = may_be_closed_from(trace);
    if (!trace.is_user()) {
        return;
    }
    const std::uint64_t observed = observed_until(trace);
    if (trace.from_server().end == direction_end::fin) {  // and nothing that the server sent is missing
        trace.complete_until = std::max(trace.complete_until, observed);
    }
    trace.session_until = std::max({trace.complete_until, observed, trace.source->settled.session_until});
}

}  // namespace chatos::conformance
