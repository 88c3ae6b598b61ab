#include "runner/hint.hpp"

#include <chatos/layout.hpp>

#include <algorithm>

namespace chatos::conformance {
namespace {

using event_kind = received_event::kind;

const packet_pattern* packet_in(const expect_action* expected) {
    return expected == nullptr ? nullptr : std::get_if<packet_pattern>(&expected->event);
}

const closed_pattern* close_in(const expect_action* expected) {
    return expected == nullptr ? nullptr : std::get_if<closed_pattern>(&expected->event);
}

bool fits_code(const code_pattern& pattern, error_code code) {
    const bool listed =
        std::find(pattern.codes.begin(), pattern.codes.end(), static_cast<std::uint8_t>(code)) != pattern.codes.end();
    return pattern.mode == code_pattern::kind::anything || listed == (pattern.mode == code_pattern::kind::in);
}

std::string hint_for_silence(const failure_facts& facts) {
    if (close_in(facts.expected) != nullptr) {
        return "the connection stayed open. Does the server close its socket here, and no copy of it stays open in "
               "another thread or process?";
    }
    const packet_pattern* packet = packet_in(facts.expected);
    if (packet != nullptr && packet->op != opcode::error) {
        return "the delivery never arrived. Does the server pass the message on at once, without waiting for the "
               "sender's next packet, and look the recipient up by the exact bytes of the pseudo?";
    }
    return "no answer came in time. Does the server answer every request, also while another one is pending, and "
           "flush what it writes? For one that is only slow, repeat with --time-factor 5";
}

std::string hint_for_end(const failure_facts& facts) {
    const bool reset = facts.event->type == event_kind::reset;
    if (const closed_pattern* close = close_in(facts.expected); close != nullptr) {
        if (reset && close->how == closed_pattern::kind::fin) {
            return "closing a socket that still has unread input sends a reset, which can destroy the last ERROR. "
                   "Send everything, shutdown(SHUT_WR), read until the other side ends, then close (ERR-5)";
        }
        if (!reset && !facts.event->bytes.empty()) {
            return "the connection ended in the middle of a packet: send() may write less than it is given, so go on "
                   "with the rest before closing";
        }
        return "a reset was wanted, and the end of input came";
    }
    if (!facts.event->bytes.empty()) {
        return "the connection ended in the middle of a packet: send() may write less than it is given, so go on with "
               "the rest";
    }
    return reset ? "the server reset the connection instead of answering. Did its handler fail? Its last lines of "
                   "output may tell"
                 : "the server hung up instead of answering. Did its handler fail, or does it treat this as an error "
                   "that ends the connection?";
}

std::string hint_for_malformed(const received_event& event) {
    if (event.error.where == field::opcode) {
        return "no packet starts with this byte, so the packet before it was longer or shorter than its sizes say. "
               "Sizes count bytes of UTF-8, and the message size has 4 bytes, the pseudo size 2";
    }
    if (event.error.where == field::pseudo_size || event.error.where == field::message_size) {
        return "a size makes no sense. Are sizes sent in network byte order (htons, htonl), 2 bytes for a pseudo and "
               "4 for a message?";
    }
    return "what the server sends is not one of the six packets; compare the bytes with `chatos-conformance explain " +
           std::string{rule_of(event.error.what)} + "`";
}

std::string hint_for_codes(const packet_pattern& expected, const received_packet& packet) {
    const bool wants_ok = fits_code(expected.code, error_code::ok);
    if (packet.code == error_code::ok) {
        return "the server agreed to what it must refuse";
    }
    if (wants_ok) {
        return "the server refused what it must accept. If the pseudo seems unknown or taken: are registrations of "
               "connections that ended removed, and pseudos compared byte by byte?";
    }
    return "the refusal is right, its code is not: 1 pseudo taken, 2 full, 4 unreachable, 5 refused";
}

std::string hint_for_packet(const failure_facts& facts) {
    const received_packet& packet = facts.event->packet;
    const packet_pattern* expected = packet_in(facts.expected);
    if (packet.op == opcode::cr || packet.op == opcode::rpm || packet.op == opcode::sma) {
        return "a server never sends " + std::string{packet_name(packet.op)} +
               ": a message to all reaches its recipients as SPM with the sender's pseudo";
    }
    if ((packet.op == opcode::spm || packet.op == opcode::pc) && packet.pseudo == facts.own_pseudo) {
        return expected != nullptr && expected->op == packet.op
                   ? "the pseudo in a delivery names who sent it, not who receives it"
                   : "this is an echo of the actor's own message: leave the sender out of the recipients";
    }
    if (packet.op == opcode::error) {
        return expected != nullptr && expected->op == opcode::error
                   ? hint_for_codes(*expected, packet)
                   : "one ERROR too many: each request has one answer (a PC that reached its peer has two), and a "
                     "client's answer to a delivery is relayed to the sender only, once";
    }
    if (expected != nullptr && expected->op == packet.op) {
        return "the right packet with another content: the message's bytes pass unchanged, and the pseudo is the "
               "sender's";
    }
    return expected == nullptr ? "no client should get this packet: is one among the recipients that should not be?"
                               : "another packet was due first: are answers and deliveries sent in order?";
}

}  // namespace

std::string hint_for(const failure_facts& facts) {
    if (facts.role == test_role::client) {
        return client_hint_for(facts);
    }
    switch (facts.kind) {
    case failure_kind::silence: return hint_for_silence(facts);
    case failure_kind::too_early:
        return "the server answered on its own account; it must wait for the event that decides the answer (the "
               "recipient's ERROR, its end, or the timeout)";
    case failure_kind::flood: return "is there a loop that sends again without having been asked?";
    case failure_kind::ended: return "the server closed this connection earlier than it may; the chart shows when";
    case failure_kind::no_connection:
        return "does the server still accept connections? It may be busy in one client's handler, out of descriptors, "
               "or have a short listen() queue";
    case failure_kind::too_long: return "each step was in time, but they are too many; repeat with --time-factor 5";
    case failure_kind::no_display:
    case failure_kind::no_exit:
    case failure_kind::wrong_exit:
    case failure_kind::mismatch:
    case failure_kind::unexpected: break;
    }
    if (facts.event == nullptr) {
        return "compare what was expected with the chart";
    }
    switch (facts.event->type) {
    case event_kind::packet: return hint_for_packet(facts);
    case event_kind::malformed: return hint_for_malformed(*facts.event);
    case event_kind::bytes:
        return "a tunnel relays every byte as it came, unread, and nothing of the server's own after the ERROR 0";
    case event_kind::fin:
    case event_kind::reset: return hint_for_end(facts);
    }
    return "";
}

}  // namespace chatos::conformance
