// Hints for the author of a client.
#include "runner/hint.hpp"

namespace chatos::conformance {
namespace {

using event_kind = received_event::kind;

bool wants_close(const expect_action* expected) {
    return expected != nullptr && std::holds_alternative<closed_pattern>(expected->event);
}

const packet_pattern* packet_in(const expect_action* expected) {
    return expected == nullptr ? nullptr : std::get_if<packet_pattern>(&expected->event);
}

std::string hint_for_silence(const failure_facts& facts) {
    if (wants_close(facts.expected)) {
        return "the connection stayed open. Malformed bytes must end it: after them, nothing tells where the next "
               "packet "
               "begins";
    }
    const packet_pattern* packet = packet_in(facts.expected);
    if (packet == nullptr || packet->op == opcode::error) {
        return "the delivery was not answered. Each SPM and PC has one ERROR, in the order in which they came, also "
               "while "
               "the client waits for an answer itself";
    }
    if (packet->op == opcode::cr) {
        return "the client connected and did not say who it is: its first packet is a CR";
    }
    return "the command had no effect. Does the client read its standard input while it is connected, line by line, "
           "when that is a pipe and no terminal?";
}

std::string hint_for_packet(const failure_facts& facts) {
    const received_packet& packet = facts.event->packet;
    const packet_pattern* expected = packet_in(facts.expected);
    if (packet.op == opcode::error) {
        const bool wants_error = expected != nullptr && expected->op == opcode::error;
        return wants_error ? "the right packet with another code: 0 says that the message was taken or the private "
                             "connection accepted, 5 that it was refused. If the codes come in another order: answers "
                             "go by the order of the deliveries"
                           : "one ERROR too many: each SPM and each PC has exactly one, and an ERROR has none";
    }
    if (expected != nullptr && expected->op == packet.op) {
        return "the right packet with another content: pseudo and message are the bytes that the client was told";
    }
    if (packet.op == opcode::spm) {
        return "an SPM needs an RPM for that recipient first, and its ERROR 0";
    }
    return "a request too early: the answer to the one before has not come (a PC has two)";
}

std::string hint_for_malformed(const received_event& event) {
    return "what the client sends is not one of the six packets (sizes are big-endian, 2 bytes for a pseudo, 4 for a "
           "message, and count bytes of UTF-8); compare the bytes with `chatos-conformance explain " +
           std::string{rule_of(event.error.what)} + "`";
}

std::string hint_for_end(const failure_facts& facts) {
    if (!facts.event->bytes.empty()) {
        return "the connection ended in the middle of a packet: send() may write less than it is given";
    }
    return "the client hung up. Did it crash, or take this for an error that ends the connection? What it printed may "
           "tell";
}

}  // namespace

std::string client_hint_for(const failure_facts& facts) {
    switch (facts.kind) {
    case failure_kind::silence: return hint_for_silence(facts);
    case failure_kind::no_display:
        return "does the pattern of the profile fit what the client prints, and does the client flush its output when "
               "that is a pipe (setvbuf, stdbuf -oL)?";
    case failure_kind::no_exit: return "the client should end by itself here";
    case failure_kind::wrong_exit:
        return "an exit code of the profile, or a crash: a signal ended the process if one is named";
    case failure_kind::no_connection:
        return "does the profile's command start the client, and does it connect to the {host} and {port} that it is "
               "given?";
    case failure_kind::too_early: return "the client answered before it can have known what to answer";
    case failure_kind::flood: return "is there a loop that sends again without having been asked?";
    case failure_kind::ended: return "the client closed this connection earlier than it may; the chart shows when";
    case failure_kind::too_long: return "each step was in time, but they are too many; repeat with --time-factor 5";
    case failure_kind::mismatch:
    case failure_kind::unexpected: break;
    }
    if (facts.event == nullptr) {
        return "compare what was expected with the chart";
    }
    switch (facts.event->type) {
    case event_kind::packet: return hint_for_packet(facts);
    case event_kind::bytes:
        return "the bytes that a tunnel carries are the person's own: nothing is added, changed or left out";
    case event_kind::malformed: return hint_for_malformed(*facts.event);
    case event_kind::fin:
    case event_kind::reset: return hint_for_end(facts);
    }
    return "";
}

}  // namespace chatos::conformance
