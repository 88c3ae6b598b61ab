// Messages to all users: the answer to SMA (ALL).
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// The lowest code that a recipient's answer may count as (ALL-5): a late answer counts as 4.
std::uint8_t lowest_counted(std::uint8_t code) {
    return std::min(code, code_unreachable);
}

class broadcast_checks {
public:
    explicit broadcast_checks(judge_context& context) : context_{context} {}

    void check_sma(const connection_trace& connection, const traced_request& request) {
        const observed_packet& sma = *request.packet;
        const observed_packet& answer = *request.first_answer;
        if (answer.code != code_ok && (sma.message.empty() || sma.message.size() > message_bytes_safe)) {
            return;  // WIRE-10, WIRE-14
        }
        const message_key key{connection.pseudo, sma.message};
        bool is_conclusive = true;
        bool may_have_others = false;
        bool has_code = false;
        bool has_uncertain_end = false;
        const connection_trace* left_unanswered = nullptr;
        std::size_t certain_recipients = 0;
        const bool may_be_timeout = context_.may_be_timeout(sma, answer, false);
        const std::uint64_t from = context_.earliest(sma.frame);
        const std::uint64_t until = context_.latest(answer.frame);
        const auto check_other = [&](const connection_trace& other) {
            if (&other == &connection) {
                return;
            }
            const matching_deliveries deliveries = find_messages(other, key, context_.possibly_after(sma.frame));
            if (!(deliveries.is_empty() ? other.is_certain_user(from, until) : other.has_session(from, until))) {
                may_have_others = may_have_others || !other.is_user() || other.may_hold(other.pseudo, from, until);
                has_code = has_code || !other.unmatched_errors.empty() || has_answer_like(deliveries, answer, until);
                has_uncertain_end = true;
                if (deliveries.indexes.size() == 1 && deliveries.has_certain_answers() &&
                    deliveries.front().answer == nullptr && other.from_client().end != direction_end::open) {
                    left_unanswered = &other;
                }
                return;
            }
            ++certain_recipients;
            has_uncertain_end = has_uncertain_end || owes_many(other, until);
            if (!deliveries.has_certain_answers()) {
                context_.inconclusive("ALL-3", connection,
                                      "it is not known which delivery a recipient's ERROR answers");
                is_conclusive = false;
                has_code = true;
                return;
            }
            has_code = has_code || has_answer_like(deliveries, answer, until);
            is_conclusive = check_recipient(connection, deliveries, sma, answer, may_be_timeout) && is_conclusive;
        };
        context_.any_connection(sma.frame, answer.frame, [&](const connection_trace& other) {
            check_other(other);
            return false;
        });
        if (left_unanswered != nullptr && answer.code < code_unreachable) {
            const std::uint64_t processed = context_.latest(processed_before(context_, connection, request));
            if (left_unanswered->has_session(from, processed)) {
                context_.failed("ALL-5", connection, answer,
                                "a code of at least 4: " + left_unanswered->stream_name() + " left without an answer",
                                answer_text(answer.code));
                return;
            }
        }
        if (!is_conclusive) {
            return;
        }
        context_.passed("ALL-2");
        if (certain_recipients != 0) {
            context_.passed("ALL-1");
            context_.passed("ALL-3");
            context_.passed(answer.code == code_ok ? "ALL-4" : "ALL-5");
        }
        const bool has_recipients = certain_recipients != 0 || may_have_others;
        if (context_.is_complete() && !has_recipients && answer.code != code_ok) {
            context_.failed("ALL-6", connection, answer, "ERROR 0: no other user is registered",
                            answer_text(answer.code));
        } else if (context_.is_complete() && answer.code != code_ok && !has_code &&
                   (answer.code != code_unreachable || !(may_be_timeout || has_uncertain_end))) {
            context_.failed(
                answer.code == code_unreachable && are_all_ok(connection, key, sma, answer) ? "ALL-4" : "ALL-5",
                connection, answer, "the highest code that a recipient answered, or 4", answer_text(answer.code));
        } else if (certain_recipients == 0 && may_have_others) {
            context_.inconclusive("ALL-1", connection, "it is not known who was registered at that time");
        } else if (certain_recipients == 0 && answer.code == code_ok) {
            context_.passed("ALL-6");
        }
    }

private:
    /// The deliveries to one certain recipient; false if they show a violation.
    bool check_recipient(const connection_trace& connection, const matching_deliveries& deliveries,
                         const observed_packet& sma, const observed_packet& answer, bool may_be_timeout) {
        const std::string name = deliveries.recipient->stream_name();
        if (deliveries.is_empty()) {
            if (answer.code != code_ok &&
                may_delay_delivery(context_, *deliveries.recipient, context_.earliest(sma.frame),
                                   context_.latest(answer.frame))) {
                return true;  // FLOW-9: it may have timed out before it was sent
            }
            context_.failed("ALL-1", connection, answer, "an SPM to every other user, including " + name,
                            answer_text(answer.code) + ", and no delivery to " + name);
            return false;
        }
        const std::uint64_t until = context_.latest(answer.frame);
        const bool may_be_late = may_be_timeout || owes_many(*deliveries.recipient, until);
        const auto least = [&](const traced_delivery& delivery) {
            return may_be_late ? lowest_counted(delivery.answer->code) : delivery.answer->code;
        };
        const bool is_explained = deliveries.any([&](const traced_delivery& delivery) {
            return answer.code >= (delivery.is_answered_before(until) ? least(delivery) : code_unreachable);
        });
        if (is_explained) {
            return true;
        }
        const traced_delivery& first = deliveries.front();
        const bool is_answered = first.is_answered_before(until);
        context_.failed(is_answered ? "ALL-5" : "ALL-3", connection, answer,
                        is_answered ? "a code of at least " + std::to_string(least(first)) + ": " + name +
                                          " answered " + std::to_string(first.answer->code)
                                    : "no answer before " + name + " has answered, left or timed out",
                        answer_text(answer.code));
        return false;
    }

    /// Whether all answers to the message were 0.
    [[nodiscard]] bool are_all_ok(const connection_trace& connection, const message_key& key,
                                  const observed_packet& sma, const observed_packet& answer) const {
        return !context_.any_connection(sma.frame, answer.frame, [&](const connection_trace& other) {
            return &other != &connection &&
                   find_messages(other, key, sma.frame).any([](const traced_delivery& delivery) {
                       return delivery.answer != nullptr && delivery.answer->code != code_ok;
                   });
        });
    }

    judge_context& context_;
};

}  // namespace

std::uint64_t processed_before(const judge_context& context, const connection_trace& sender,
                               const traced_request& request) {
    std::uint64_t result = request.processed_by;
    const observed_packet& sma = *request.packet;
    const observed_packet* const answer = request.first_answer;
    // An earlier holder of the sender's pseudo may have sent the same message. But each recipient that stayed has
    // answered the one of this SMA, unless it ran out of time.
    if (answer == nullptr || sender.sent_by_message.at(sma.message).size() != 1 ||
        sender.source->settled.owing_until >= sma.frame ||
        (answer->code >= code_unreachable && context.may_be_timeout(sma, *answer, false))) {
        return result;
    }
    const std::uint64_t until = context.latest(answer->frame);
    (void)context.any_connection(sma.frame, answer->frame, [&](const connection_trace& other) {
        if (&other == &sender || !other.has_session(context.earliest(sma.frame), until) || owes_many(other, until)) {
            return false;
        }
        const matching_deliveries deliveries =
            find_messages(other, {sender.pseudo, sma.message}, context.possibly_after(sma.frame));
        if (deliveries.indexes.size() == 1 && deliveries.has_certain_answers() &&
            deliveries.front().is_answered_before(until)) {
            result = std::min(result, deliveries.front().packet->frame);
        }
        return false;
    });
    return result;
}

void check_sma(judge_context& context, const connection_trace& connection, const traced_request& request) {
    broadcast_checks{context}.check_sma(connection, request);
}

}  // namespace chatos::conformance
