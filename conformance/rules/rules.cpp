// The table of rules. A rule's origin is the RFC's text, its six figures, or, where both are silent or contradictory, a
// decision of this project. "Favorable" means answered with ERROR 0.
#include "base/similar_word.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

namespace chatos::conformance {
namespace {

using enum rule_level;
using enum rule_origin;

constexpr std::array<rule_area, 9> areas{{
    {"WIRE", "bytes of the six packets", rule_party::wire},
    {"CONN", "registration and sessions", rule_party::server},
    {"PM", "personal messages", rule_party::server},
    {"ALL", "messages to all users", rule_party::server},
    {"PC", "private TCP connections", rule_party::server},
    {"FLOW", "order of answers, timeouts", rule_party::server},
    {"ERR", "malformed input", rule_party::server},
    {"CLI", "what a client does", rule_party::client},
    {"TUN", "tunnels (an extension)", rule_party::tunnel},
}};

constexpr rule rules[] = {
    {"WIRE-1", must, text, "A packet starts with its opcode, 1 to 6. Any other first byte is malformed."},
    {"WIRE-2", must, figure, "CR, RPM and PC are: opcode, pseudo size in 2 bytes, pseudo."},
    {"WIRE-3", must, figure, "SPM is: opcode, pseudo size in 2 bytes, pseudo, message size in 4 bytes, message."},
    {"WIRE-4", must, figure, "SMA is: opcode, message size in 4 bytes, message."},
    {"WIRE-5", must, figure, "ERROR is exactly two bytes: opcode, code."},
    {"WIRE-6", must, decision, "Integers are big-endian."},
    {"WIRE-7", must, decision, "A size counts bytes of UTF-8, not characters."},
    {"WIRE-8", must, text,
     "Strings are UTF-8. Overlong forms, surrogates, values above U+10FFFF and truncated sequences are malformed. A string is checked once all of it has arrived."},
    {"WIRE-9", should, decision, "A pseudo has at least one byte; a pseudo size of 0 is malformed."},
    {"WIRE-10", choice, decision,
     "An empty message is legal. An implementation may still refuse it, as malformed or with a non-zero ERROR."},
    {"WIRE-11", must, decision, "Sizes are signed, so a size with its top bit set is malformed."},
    {"WIRE-12", should, decision, "An ERROR with an unassigned code (3, 6 to 255) is malformed."},
    {"WIRE-13", must, decision,
     "TCP is a byte stream: splitting or joining the same packets in any way gives the same result."},
    {"WIRE-14", must, decision,
     "Every implementation accepts pseudos of up to 32 bytes and messages of up to 1,024 bytes. Its limits may be higher; a size over the limit is malformed as soon as the size has been read."},

    {"CONN-1", must, text, "A CR with a free pseudo is answered with ERROR 0 and registers the client."},
    {"CONN-2", must, text,
     "A CR with a pseudo in use is answered with ERROR 1 and registers nobody; the holder of the pseudo notices nothing."},
    {"CONN-3", choice, decision, "After ERROR 1 the connection stays open for another CR, or is closed."},
    {"CONN-4", must, text,
     "When the server is full, a CR from an unregistered client is answered with ERROR 2 and registers nobody. If the pseudo is also in use, ERROR 1 is legal as well; the connection may be closed or stay open."},
    {"CONN-5", should, decision,
     "Pseudos are equal only if their bytes are equal: case matters, and nothing is normalized."},
    {"CONN-6", must, decision, "When a user's connection ends, in whatever way, its pseudo becomes free."},
    {"CONN-7", should, decision,
     "A CR from a registered client changes nothing: it is answered with ERROR 1 if that pseudo is held (also by the client itself), otherwise with ERROR 5, even when the server is full."},
    {"CONN-8", should, decision,
     "RPM, SPM, SMA and PC before registration are answered with ERROR 5 at once and deliver nothing; the connection may stay open. The only exception is a PC that opens a tunnel end."},
    {"CONN-9", should, decision, "Only registered users count toward capacity, and a user that leaves makes room."},

    {"PM-1", must, text, "An RPM for a registered user is answered with ERROR 0."},
    {"PM-2", must, text, "An RPM for a pseudo that nobody holds is answered with ERROR 4."},
    {"PM-3", must, text,
     "After a favorable RPM, an SPM reaches the recipient as an SPM with the sender's pseudo and the same message bytes."},
    {"PM-4", must, text,
     "The sender receives the recipient's answer: the same code, exactly once, and not before the recipient has given it."},
    {"PM-5", should, text,
     "An SPM without a favorable RPM for its recipient is not delivered and is answered with a non-zero ERROR."},
    {"PM-6", choice, decision, "A favorable RPM permits all later SPMs to that user while both stay, or a single one."},
    {"PM-7", must, decision, "If the recipient's connection ends before it has answered, the sender receives ERROR 4."},
    {"PM-8", should, decision,
     "If the recipient does not answer within the server's timeout, the sender receives ERROR 4."},
    {"PM-9", choice, decision,
     "A user that writes to itself is served like any other, or refused with a non-zero ERROR."},
    {"PM-10", should, decision,
     "A favorable RPM ends with the recipient's session: the next holder of that pseudo needs a new one."},

    {"ALL-1", must, text,
     "An SMA reaches every other registered user as an SPM with the sender's pseudo and the message."},
    {"ALL-2", must, text, "The sender of an SMA does not receive it."},
    {"ALL-3", must, text,
     "The single ERROR that answers an SMA comes only when each recipient has answered, left or timed out."},
    {"ALL-4", must, text, "If all recipients answered 0, the SMA is answered with ERROR 0."},
    {"ALL-5", should, decision,
     "If a recipient did not answer 0, the SMA is answered with the highest code among the answers; a recipient that left or timed out counts as 4."},
    {"ALL-6", should, decision, "An SMA when no other user is registered is answered with ERROR 0 at once."},
    {"ALL-7", must, text, "A connection that is not registered receives no SMA."},
    {"ALL-8", should, decision,
     "The recipients of an SMA are the users that are registered when the server processes it."},
    {"ALL-9", must, decision, "A recipient that leaves does not keep the sender waiting."},

    {"PC-1", must, text,
     "A PC for a registered user is answered with ERROR 0, and that user receives a PC with the requester's pseudo (except for PC-6, PC-7 and PC-8)."},
    {"PC-2", must, text, "A PC for a pseudo that nobody holds is answered with ERROR 4, and has no second answer."},
    {"PC-3", must, text,
     "The peer accepts with ERROR 0 or refuses with ERROR 5; the requester receives that code as the second answer."},
    {"PC-4", must, decision, "If the peer's connection ends before it has decided, the second answer is ERROR 4."},
    {"PC-5", should, decision,
     "If the peer does not decide within the server's timeout, the second answer is ERROR 4."},
    {"PC-6", should, decision, "A PC to oneself is answered with ERROR 5 and delivers nothing."},
    {"PC-7", choice, decision,
     "While a PC to a user is undecided, another PC to that user is answered with ERROR 5 at once, or waits for its turn. A PC whose first answer is not 0 has no second answer."},
    {"PC-8", choice, decision,
     "A user's undecided PCs may be limited in number: another one is answered with ERROR 5 at once and delivers nothing."},

    {"FLOW-1", must, decision,
     "A client is answered in the order of its requests: once each, twice for a PC that reached its peer. Both answers to a PC come before the answer to a later request."},
    {"FLOW-2", must, decision,
     "A client answers deliveries in the order in which they arrived, and the server takes each ERROR as the answer to that client's oldest unanswered delivery."},
    {"FLOW-3", should, decision, "An ERROR from a client that has nothing to answer is ignored."},
    {"FLOW-4", must, decision,
     "An answer to a delivery that has timed out still takes that delivery's place; it never answers the next one."},
    {"FLOW-5", should, decision,
     "Requests may be sent without waiting. They take effect in the order sent, each judged when the server reaches it, not when those before it are answered; at least 1,024 may be pending."},
    {"FLOW-6", must, decision,
     "A client's answers are processed while its own request is pending, so that two users may write to each other at the same time."},
    {"FLOW-7", should, decision,
     "The timeout of a delivery runs from when it becomes its recipient's oldest delivery that is neither answered nor timed out, and ends at the latest one PC timeout plus one answer timeout after the delivery was sent."},
    {"FLOW-8", should, decision,
     "End of input ends a session at once: the pseudo becomes free, answers that the client owes count as 4, and nothing more is delivered to it. Answers due to it are still sent, in order; then the server closes."},
    {"FLOW-9", choice, decision,
     "The next delivery to a client is sent at once, or only when the previous one has been answered."},
    {"FLOW-10", choice, decision,
     "A client that lets many deliveries in a row time out, or owes more answers than a limit, may be disconnected. Deliveries that time out only because they wait behind an undecided offer do not count."},

    {"ERR-1", must, decision, "No part of a malformed packet is acted on, nor is any byte after it."},
    {"ERR-2", should, decision,
     "After a malformed packet the server sends the answers that are settled and next in order, then ERROR 5, and closes the connection. Omitting the ERROR 5 is legal."},
    {"ERR-3", must, decision, "Whatever one client sends, the sessions and messages of other clients are unaffected."},
    {"ERR-4", should, decision,
     "A connection that does not register, or does not complete a packet, within a timeout is closed."},
    {"ERR-5", should, decision,
     "A server that closes a connection first sends everything, then ends its sending side and keeps reading for a while: a reset could destroy the last ERROR."},

    {"CLI-1", must, text,
     "A client's first packet is a CR, and nothing else follows before ERROR 0 (tunnel ends excepted)."},
    {"CLI-2", must, text,
     "A client answers each delivered SPM with exactly one ERROR, 0 if it has accepted the message."},
    {"CLI-3", must, text, "A client answers each delivered PC with ERROR 0 or ERROR 5."},
    {"CLI-4", must, text,
     "A client sends an SPM only after a favorable answer to an RPM for that recipient, and none after ERROR 4."},
    {"CLI-5", should, text, "A client waits for the answer (both, for a PC) before its next request."},
    {"CLI-6", must, decision, "While a client waits for an answer of its own, it accepts and answers deliveries."},
    {"CLI-7", must, decision, "A client reads packets that are split or joined like any others."},
    {"CLI-8", must, decision,
     "A malformed packet, or a CR, RPM or SMA from the server, ends the connection with a clear message, never with a crash."},

    {"TUN-1", should, decision,
     "After an accepted PC each of the two users may open a new connection and send PC(own pseudo), PC(peer's pseudo) as its first packets; one ERROR answers both."},
    {"TUN-2", should, decision,
     "When both ends have connected, each receives ERROR 0, and from then on all bytes are relayed unread in both directions, half-closes included, with bounded buffers. Bytes sent before that ERROR are kept and relayed."},
    {"TUN-3", should, decision,
     "A first PC opens a tunnel end only if an offered or accepted PC has that pseudo as one side and the connection comes from that user's address; anything else is CONN-8. The end of an undecided PC waits for the decision."},
    {"TUN-4", should, decision,
     "A refused pair, an end that is taken, or a peer that does not come within 30 s of the acceptance is answered with ERROR 4 and closed. Each acceptance opens one tunnel at most, and the number of tunnels is bounded."},
    {"TUN-5", should, decision,
     "Leaving the server does not cut an open tunnel, and a tunnel does not count as a user."},
};

}  // namespace

std::span<const rule> all_rules() noexcept {
    return rules;
}
std::span<const rule_area> all_areas() noexcept {
    return areas;
}

const rule* find_rule(std::string_view id) noexcept {
    for (const rule& rule : rules) {
        if (rule.id == id) {
            return &rule;
        }
    }
    return nullptr;
}

std::string unknown_rule(std::string_view id) {
    std::vector<std::string> ids;
    for (const rule& rule : rules) {
        ids.emplace_back(rule.id);
    }
    const std::optional<std::string> meant = base::similar_word(id, ids);
    return "unknown rule \"" + std::string{id} + "\"; `chatos-conformance rules` lists them" +
           (meant ? "; did you mean \"" + *meant + "\"?" : "");
}

const rule_area& area_of(std::string_view rule_id) noexcept {
    const std::string_view area_id = rule_id.substr(0, rule_id.find('-'));
    for (const rule_area& area : areas) {
        if (area.id == area_id) {
            return area;
        }
    }
    assert(false && "every rule has an area");
    return areas.front();
}

std::string_view level_name(rule_level level) noexcept {
    switch (level) {
    case must: return "MUST";
    case should: return "SHOULD";
    case choice: return "CHOICE";
    }
    return "";
}

std::string_view origin_name(rule_origin origin) noexcept {
    switch (origin) {
    case text: return "text";
    case figure: return "figure";
    case decision: return "decision";
    }
    return "";
}

std::optional<rule_level> parse_level(std::string_view word) noexcept {
    for (const rule_level level : {must, should, choice}) {
        const std::string_view name = level_name(level);
        const auto equal_ignoring_case = [](char letter, char upper) {
            return letter == upper || letter == upper + ('a' - 'A');
        };
        if (std::equal(word.begin(), word.end(), name.begin(), name.end(), equal_ignoring_case)) {
            return level;
        }
    }
    return std::nullopt;
}

}  // namespace chatos::conformance
