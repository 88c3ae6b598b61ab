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

std::string connection(client_number number) {
    return "connection " + std::to_string(number);
}

std::string shortened(std::string_view text) {
    std::string shown = "\"";
    for (const char letter : text.substr(0, 24)) {
        shown += letter >= ' ' && letter != 0x7f ? letter : '?';
    }
    return shown + (text.size() > 24 ? "...\"" : "\"");
}

std::string in_words(const expected_output& output) {
    std::string words = packet_in_words(output.wire);
    if (!output.is_answer()) {
        return words + " (request " + std::to_string(output.request) + " of connection " +
               std::to_string(output.sender) + ")";
    }
    return output.request == 0 ? words + " (the last word of a server that closes)"
                               : words + " (the answer to its " + output.request_name + ", request " +
                                     std::to_string(output.request) + ")";
}

failure broken(cause why, std::string_view property, std::string detail) {
    return {why == cause::time ? std::string_view{"time"} : property, std::move(detail)};
}

std::string_view property_of(const expected_output& output) {
    return output.is_answer() ? "answers" : "delivery";
}

verdict more_than_predicted(const client_state& client, std::string_view extra, cause why) {
    const decode_result result = packet_at(extra);
    if (result.status != decode_status::complete) {
        return failure{"wire", connection(client.number) + " was sent what is no packet: " + packet_in_words(extra)};
    }
    const std::string words = connection(client.number) + " was sent " + packet_in_words(extra) + " ";
    if (result.packet.op != opcode::error) {
        return broken(why, "delivery", words + "that nobody sent to it");
    }
    if (client.asked.empty()) {
        return broken(why, "answers", words + "and has no request that waits for an answer");
    }
    const asked_request& oldest = client.asked.front();
    return broken(why, "answers",
                  words + "before its oldest request, " + oldest.name + " (request " + std::to_string(oldest.number) +
                      "), was answered by those who received it");
}

verdict other_than_predicted(const client_state& client, std::size_t place, std::string_view shown) {
    const expected_output& wanted = client.expected[place];
    const decode_result result = packet_at(shown);
    if (result.status == decode_status::malformed ||
        (result.status == decode_status::complete && !layout_of(result.packet.op).from_server)) {
        return failure{"wire", connection(client.number) + " was sent what no server sends: " + packet_in_words(shown)};
    }
    const std::string detail =
        connection(client.number) + " was sent " + packet_in_words(shown) + " and not " + in_words(wanted);
    if (result.status == decode_status::incomplete) {
        return failure{property_of(wanted), detail};
    }
    const bool answer = result.packet.op == opcode::error;
    const std::string_view sent = shown.substr(0, result.consumed);
    const auto following = client.expected.begin() + static_cast<std::ptrdiff_t>(place) + 1;
    const bool comes_later =
        std::any_of(following, client.expected.end(), [&](const expected_output& later) { return later.wire == sent; });
    if (comes_later && (!answer || !wanted.is_answer())) {
        return failure{"order", detail + ", which comes first"};
    }
    return failure{answer ? "answers" : "delivery", detail};
}

// What follows the certain output of a client in doubt: answers, not too many of them.
verdict check_doubtful(const client_state& client, std::string_view remaining, bool all) {
    for (std::uint32_t count = 0; !remaining.empty(); ++count) {
        const decode_result result = packet_at(remaining);
        if (result.status == decode_status::incomplete && !all) {
            return {};
        }
        if (result.status != decode_status::complete || result.packet.op != opcode::error) {
            return failure{"delivery",
                           connection(client.number) + " was closed and then sent " + packet_in_words(remaining)};
        }
        if (count == client.doubtful_answers) {
            return failure{"answers", connection(client.number) + " was sent more answers than it had requests"};
        }
        remaining.remove_prefix(result.consumed);
    }
    return {};
}

}  // namespace

std::string packet_in_words(std::string_view wire) {
    const decode_result result = packet_at(wire);
    if (result.status != decode_status::complete) {
        return "bytes " + base::to_hex(wire.substr(0, 12), " ") + (wire.size() > 12 ? " ..." : "");
    }
    std::string words{packet_name(result.packet.op)};
    if (result.packet.op == opcode::error) {
        return words + " " + std::to_string(static_cast<int>(result.packet.code));
    }
    if (!result.packet.pseudo.empty()) {
        words.append(" ").append(result.packet.pseudo);
    }
    if (result.packet.op == opcode::spm || result.packet.op == opcode::sma) {
        words += " " + shortened(result.packet.message);
    }
    return words;
}

verdict check_output(const oracle& expected, client_number number, std::string_view shown, bool all, cause why) {
    const client_state& client = expected.look(number);
    if (client.doubtful && shown.empty()) {
        return {};  // perhaps its time for taking what was left has run out as well
    }
    std::size_t written = client.front_written;
    for (std::size_t place = 0; place < client.expected.size(); ++place, written = 0) {
        const expected_output& next = client.expected[place];
        const std::string_view wanted = std::string_view{next.wire}.substr(written);
        if (shown.starts_with(wanted)) {
            shown.remove_prefix(wanted.size());
            continue;
        }
        if (wanted.starts_with(shown) && !all) {
            return {};
        }
        if (shown.empty()) {
            return broken(why, property_of(next), connection(number) + " was not sent " + in_words(next));
        }
        const std::string whole = next.wire.substr(0, written).append(shown);
        return other_than_predicted(client, place, whole);
    }
    if (client.doubtful) {
        return check_doubtful(client, shown, all);
    }
    return shown.empty() ? verdict{} : more_than_predicted(client, shown, why);
}

verdict check_wants_input(const oracle& expected, client_number number, bool wanted, cause why) {
    const client_state& client = expected.look(number);
    if (client.doubtful || wanted == expected.wants_input(number)) {
        return {};
    }
    const std::string detail = connection(number) + (wanted ? " is read" : " is not read") + " with " +
                               std::to_string(client.answers_coming()) + " answers to come and " +
                               std::to_string(client.bytes_left().size()) + " bytes not acted on";
    return broken(why, client.is_open() ? "bounds" : "closing", detail);
}

verdict check_close_action(const oracle& expected, client_number number, core::close_action actual, bool output_left,
                           cause why) {
    constexpr std::array<std::string_view, 3> names{"to stay", "to be shut down", "to be closed"};
    const client_state& client = expected.look(number);
    if (client.doubtful) {
        if (!output_left && actual == core::close_action::none) {
            return broken(why, "closing",
                          connection(number) + " is on its way out and has no output, and yet it is to stay");
        }
        return {};
    }
    const core::close_action wanted = expected.close_action_of(number);
    if (actual == wanted) {
        return {};
    }
    return broken(why, "closing",
                  connection(number) + " is " + std::string{names[static_cast<std::size_t>(actual)]} + " and not " +
                      std::string{names[static_cast<std::size_t>(wanted)]});
}

verdict check_accepts(const oracle& expected, bool accepts) {
    if (accepts == expected.accepts_connections()) {
        return {};
    }
    return failure{"bounds", std::string{accepts ? "new connections are accepted" : "no connection is accepted"} +
                                 " while there are " + std::to_string(expected.present().size()) + ", " +
                                 std::to_string(expected.counts().users) + " of them users"};
}

verdict check_counts(const oracle& expected, const core::statistics& actual) {
    if (actual.requests_accepted != actual.requests_answered + actual.requests_abandoned + actual.requests_pending) {
        return failure{"ledger", "requests accepted are not answered + abandoned + pending"};
    }
    if (actual.deliveries_made != actual.deliveries_answered + actual.deliveries_timed_out +
                                      actual.deliveries_recipient_left + actual.deliveries_waiting) {
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
    for (const named_count& count : counts) {
        const std::uint64_t value = actual.*count.count;
        const std::uint64_t wanted = expected.counts().*count.count;
        if (value != wanted && (expected.counts_are_exact() || !count.may_be_in_doubt)) {
            return failure{count.property, std::string{count.name} + " are " + std::to_string(value) + " and not " +
                                               std::to_string(wanted)};
        }
    }
    if (actual.packets_by_opcode != expected.counts().packets_by_opcode ||
        actual.refused_by_violation != expected.counts().refused_by_violation) {
        return failure{"ledger", "other packets were counted than came"};
    }
    return {};
}

verdict check_deadline(const oracle& expected, std::optional<moment> actual, moment now) {
    if (actual && *actual <= now) {
        return failure{"time", "the next deadline lies in the past"};
    }
    const auto wanted = expected.next_deadline();
    if (wanted && (!actual || *actual > *wanted)) {
        return failure{"time",
                       "the next deadline is announced " +
                           (actual ? std::to_string((*actual - *wanted).count()) + " ns too late" : "not at all")};
    }
    return {};
}

verdict check_rest(const oracle& expected, const core::statistics& actual, std::size_t connections) {
    if (actual.requests_pending != 0 || actual.deliveries_waiting != 0) {
        return failure{"rest", std::to_string(actual.requests_pending) + " requests and " +
                                   std::to_string(actual.deliveries_waiting) +
                                   " deliveries wait though all limits have run out"};
    }
    if (connections != expected.present().size()) {
        return failure{"rest", std::to_string(connections) + " connections are kept and not " +
                                   std::to_string(expected.present().size())};
    }
    for (const client_number number : expected.present()) {
        if (!expected.look(number).is_open()) {
            return failure{"rest", connection(number) + " should be gone by now"};
        }
    }
    return {};
}

verdict check_nothing_is_left(const core::statistics& actual, std::size_t connections, bool has_deadline) {
    if (connections != 0 || actual.users != 0 || has_deadline) {
        return failure{"rest", "when all have gone, " + std::to_string(connections) + " connections, " +
                                   std::to_string(actual.users) + " users and " + (has_deadline ? "a" : "no") +
                                   " deadline are left"};
    }
    return {};
}

}  // namespace chatos::fuzz
