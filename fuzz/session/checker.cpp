#include "session/checker.hpp"

#include "base/hex.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace chatos::fuzz {

namespace {

decode_result packet_at(std::string_view wire) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span{wire});
    return decode(bytes, {.pseudo_bytes_max = 32'767, .message_bytes_max = 0x7fff'ffff});
}

std::string connection(party_number who) {
    return "connection " + std::to_string(who);
}

std::string shortened(std::string_view text) {
    std::string shown = "\"";
    for (const char letter : text.substr(0, 24)) {
        shown += letter >= ' ' && letter != 0x7f ? letter : '?';
    }
    return shown + (text.size() > 24 ? "...\"" : "\"");
}

std::string in_words(const promise& one) {
    std::string words = packet_in_words(one.wire);
    if (!one.is_answer()) {
        return words + " (request " + std::to_string(one.request) + " of connection " + std::to_string(one.sender) +
               ")";
    }
    return one.request == 0
               ? words + " (the last word of a server that closes)"
               : words + " (the answer to its " + one.request_name + ", request " + std::to_string(one.request) + ")";
}

failure broken(cause why, std::string_view property, std::string detail) {
    return {why == cause::time ? std::string_view{"time"} : property, std::move(detail)};
}

std::string_view property_of(const promise& one) {
    return one.is_answer() ? "answers" : "delivery";
}

verdict more_than_foretold(const party& one, std::string_view extra, cause why) {
    const decode_result seen = packet_at(extra);
    if (seen.status != decode_status::complete) {
        return failure{"wire", connection(one.number) + " was sent what is no packet: " + packet_in_words(extra)};
    }
    const std::string words = connection(one.number) + " was sent " + packet_in_words(extra) + " ";
    if (seen.packet.op != opcode::error) {
        return broken(why, "delivery", words + "that nobody sent to it");
    }
    if (one.asked.empty()) {
        return broken(why, "answers", words + "and has no request that waits for an answer");
    }
    const asked_request& oldest = one.asked.front();
    return broken(why, "answers",
                  words + "before its oldest request, " + oldest.name + " (request " + std::to_string(oldest.number) +
                      "), was answered by those who received it");
}

verdict other_than_foretold(const party& one, std::size_t place, std::string_view shown) {
    const promise& wanted = one.promised[place];
    const decode_result seen = packet_at(shown);
    if (seen.status == decode_status::malformed ||
        (seen.status == decode_status::complete && !layout_of(seen.packet.op).from_server)) {
        return failure{"wire", connection(one.number) + " was sent what no server sends: " + packet_in_words(shown)};
    }
    const std::string detail =
        connection(one.number) + " was sent " + packet_in_words(shown) + " and not " + in_words(wanted);
    if (seen.status == decode_status::incomplete) {
        return failure{property_of(wanted), detail};
    }
    const bool answer = seen.packet.op == opcode::error;
    const std::string_view sent = shown.substr(0, seen.consumed);
    const auto behind = one.promised.begin() + static_cast<std::ptrdiff_t>(place) + 1;
    const bool comes_later =
        std::any_of(behind, one.promised.end(), [&](const promise& later) { return later.wire == sent; });
    if (comes_later && (!answer || !wanted.is_answer())) {
        return failure{"order", detail + ", which comes first"};
    }
    return failure{answer ? "answers" : "delivery", detail};
}

// What stands behind all that is certain of a party in doubt: answers, not too many of them.
verdict check_doubtful(const party& one, std::string_view rest, bool all) {
    for (std::uint32_t count = 0; !rest.empty(); ++count) {
        const decode_result seen = packet_at(rest);
        if (seen.status == decode_status::incomplete && !all) {
            return {};
        }
        if (seen.status != decode_status::complete || seen.packet.op != opcode::error) {
            return failure{"delivery", connection(one.number) + " was closed and then sent " + packet_in_words(rest)};
        }
        if (count == one.doubtful_answers) {
            return failure{"answers", connection(one.number) + " was sent more answers than it had requests"};
        }
        rest.remove_prefix(seen.consumed);
    }
    return {};
}

}  // namespace

std::string packet_in_words(std::string_view wire) {
    const decode_result seen = packet_at(wire);
    if (seen.status != decode_status::complete) {
        return "bytes " + base::to_hex(wire.substr(0, 12), " ") + (wire.size() > 12 ? " ..." : "");
    }
    std::string words{packet_name(seen.packet.op)};
    if (seen.packet.op == opcode::error) {
        return words + " " + std::to_string(static_cast<int>(seen.packet.code));
    }
    if (!seen.packet.pseudo.empty()) {
        words.append(" ").append(seen.packet.pseudo);
    }
    if (seen.packet.op == opcode::spm || seen.packet.op == opcode::sma) {
        words += " " + shortened(seen.packet.message);
    }
    return words;
}

verdict check_output(const witness& expected, party_number who, std::string_view shown, bool all, cause why) {
    const party& one = expected.look(who);
    if (one.doubtful && shown.empty()) {
        return {};  // perhaps its time for taking what was left has run out as well
    }
    std::size_t written = one.front_written;
    for (std::size_t place = 0; place < one.promised.size(); ++place, written = 0) {
        const promise& next = one.promised[place];
        const std::string_view wanted = std::string_view{next.wire}.substr(written);
        if (shown.starts_with(wanted)) {
            shown.remove_prefix(wanted.size());
            continue;
        }
        if (wanted.starts_with(shown) && !all) {
            return {};
        }
        if (shown.empty()) {
            return broken(why, property_of(next), connection(who) + " was not sent " + in_words(next));
        }
        const std::string whole = next.wire.substr(0, written).append(shown);
        return other_than_foretold(one, place, whole);
    }
    if (one.doubtful) {
        return check_doubtful(one, shown, all);
    }
    return shown.empty() ? verdict{} : more_than_foretold(one, shown, why);
}

verdict check_wants_input(const witness& expected, party_number who, bool wanted, cause why) {
    const party& one = expected.look(who);
    if (one.doubtful || wanted == expected.wants_input(who)) {
        return {};
    }
    const std::string detail = connection(who) + (wanted ? " is read" : " is not read") + " with " +
                               std::to_string(one.answers_coming()) + " answers to come and " +
                               std::to_string(one.bytes_left().size()) + " bytes not acted on";
    return broken(why, one.is_open() ? "bounds" : "closing", detail);
}

verdict check_close_action(const witness& expected, party_number who, core::close_action seen, bool output_left,
                           cause why) {
    constexpr std::array<std::string_view, 3> names{"to stay", "to be shut down", "to be closed"};
    const party& one = expected.look(who);
    if (one.doubtful) {
        if (!output_left && seen == core::close_action::none) {
            return broken(why, "closing",
                          connection(who) + " is on its way out and has no output, and yet it is to stay");
        }
        return {};
    }
    const core::close_action wanted = expected.close_action_of(who);
    if (seen == wanted) {
        return {};
    }
    return broken(why, "closing",
                  connection(who) + " is " + std::string{names[static_cast<std::size_t>(seen)]} + " and not " +
                      std::string{names[static_cast<std::size_t>(wanted)]});
}

verdict check_accepts(const witness& expected, bool accepts) {
    if (accepts == expected.accepts_connections()) {
        return {};
    }
    return failure{"bounds", std::string{accepts ? "new connections are accepted" : "no connection is accepted"} +
                                 " while there are " + std::to_string(expected.present().size()) + ", " +
                                 std::to_string(expected.counts().users) + " of them users"};
}

verdict check_counts(const witness& expected, const core::statistics& seen) {
    if (seen.requests_accepted != seen.requests_answered + seen.requests_abandoned + seen.requests_pending) {
        return failure{"ledger", "requests accepted are not answered + abandoned + pending"};
    }
    if (seen.deliveries_made != seen.deliveries_answered + seen.deliveries_timed_out + seen.deliveries_recipient_left +
                                    seen.deliveries_waiting) {
        return failure{"ledger", "deliveries made are not answered + timed out + left + waiting"};
    }
    using core::statistics;
    struct named_count {
        std::string_view name;
        std::uint64_t statistics::*count;
        std::string_view property;
        bool may_be_in_doubt;
    };
    static constexpr std::array counts{
        named_count{"connections opened", &statistics::connections_opened, "ledger", false},
        named_count{"connections open", &statistics::connections_open, "ledger", false},
        named_count{"users", &statistics::users, "ledger", false},
        named_count{"requests accepted", &statistics::requests_accepted, "ledger", false},
        named_count{"requests answered", &statistics::requests_answered, "ledger", true},
        named_count{"requests abandoned", &statistics::requests_abandoned, "ledger", true},
        named_count{"requests pending", &statistics::requests_pending, "ledger", false},
        named_count{"deliveries made", &statistics::deliveries_made, "ledger", false},
        named_count{"deliveries answered", &statistics::deliveries_answered, "ledger", false},
        named_count{"deliveries timed out", &statistics::deliveries_timed_out, "ledger", true},
        named_count{"deliveries whose recipient left", &statistics::deliveries_recipient_left, "ledger", true},
        named_count{"deliveries waiting", &statistics::deliveries_waiting, "ledger", false},
        named_count{"deliveries without room", &statistics::deliveries_without_room, "bounds", false},
        named_count{"late answers", &statistics::answers_late, "ledger", false},
        named_count{"answers that nobody asked for", &statistics::answers_unasked, "ledger", false},
        named_count{"requests ignored", &statistics::requests_ignored, "ledger", false},
        named_count{"connections closed for a slow login", &statistics::closed_slow_login, "ledger", true},
        named_count{"connections closed for a slow packet", &statistics::closed_slow_packet, "ledger", true},
        named_count{"connections closed for time-outs in a row", &statistics::closed_unresponsive, "bounds", true},
        named_count{"connections closed for want of room", &statistics::closed_without_room, "bounds", false},
    };
    for (const named_count& one : counts) {
        const std::uint64_t found = seen.*one.count;
        const std::uint64_t wanted = expected.counts().*one.count;
        if (found != wanted && (expected.counts_are_exact() || !one.may_be_in_doubt)) {
            return failure{one.property, std::string{one.name} + " are " + std::to_string(found) + " and not " +
                                             std::to_string(wanted)};
        }
    }
    if (seen.packets_by_opcode != expected.counts().packets_by_opcode ||
        seen.refused_by_violation != expected.counts().refused_by_violation) {
        return failure{"ledger", "other packets were counted than came"};
    }
    return {};
}

verdict check_deadline(const witness& expected, std::optional<moment> seen, moment now) {
    if (seen && *seen <= now) {
        return failure{"time", "the next deadline lies in the past"};
    }
    const auto wanted = expected.next_deadline();
    if (wanted && (!seen || *seen > *wanted)) {
        return failure{"time", "the next deadline is announced " +
                                   (seen ? std::to_string((*seen - *wanted).count()) + " ns too late" : "not at all")};
    }
    return {};
}

verdict check_rest(const witness& expected, const core::statistics& seen, std::size_t connections) {
    if (seen.requests_pending != 0 || seen.deliveries_waiting != 0) {
        return failure{"rest", std::to_string(seen.requests_pending) + " requests and " +
                                   std::to_string(seen.deliveries_waiting) +
                                   " deliveries wait though all limits have run out"};
    }
    if (connections != expected.present().size()) {
        return failure{"rest", std::to_string(connections) + " connections are kept and not " +
                                   std::to_string(expected.present().size())};
    }
    for (const party_number who : expected.present()) {
        if (!expected.look(who).is_open()) {
            return failure{"rest", connection(who) + " should be gone by now"};
        }
    }
    return {};
}

verdict check_nothing_is_left(const core::statistics& seen, std::size_t connections, bool has_deadline) {
    if (connections != 0 || seen.users != 0 || has_deadline) {
        return failure{"rest", "when all have gone, " + std::to_string(connections) + " connections, " +
                                   std::to_string(seen.users) + " users and " + (has_deadline ? "a" : "no") +
                                   " deadline are left"};
    }
    return {};
}

}  // namespace chatos::fuzz
