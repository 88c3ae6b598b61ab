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
        std::size_t certain_recipients = 0;
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
                return;
            }
            ++certain_recipients;
            if (!deliveries.has_certain_answers()) {
                context_.inconclusive("ALL-3", connection,
                                      "it is not known which delivery a recipient's ERROR answers");
                is_conclusive = false;
                has_code = true;
                return;
            }
            has_code = has_code || has_answer_like(deliveries, answer, until);
            is_conclusive = check_recipient(connection, deliveries, sma, answer) && is_conclusive;
        };
        context_.any_connection(sma.frame, answer.frame, [&](const connection_trace& other) {
            check_other(other);
            return false;
        });
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
        } else if (context_.is_complete() && answer.code != code_ok && answer.code != code_unreachable && !has_code) {
            context_.failed("ALL-5", connection, answer, "the highest code that a recipient answered, or 4",
                            answer_text(answer.code));
        } else if (certain_recipients == 0 && may_have_others) {
            context_.inconclusive("ALL-1", connection, "it is not known who was registered at that time");
        } else if (certain_recipients == 0 && answer.code == code_ok) {
            context_.passed("ALL-6");
        }
    }

private:
    /// The deliveries to one certain recipient; false if they show a violation.
    bool check_recipient(const connection_trace& connection, const matching_deliveries& deliveries,
                         const observed_packet& sma, const observed_packet& answer) {
        const std::string name = deliveries.recipient->stream_name();
        if (deliveries.is_empty()) {
            if (answer.code != code_ok && may_delay_delivery(*deliveries.recipient, context_.earliest(sma.frame),
                                                             context_.latest(answer.frame))) {
                return true;  // FLOW-9: it may have timed out before it was sent
            }
            context_.failed("ALL-1", connection, answer, "an SPM to every other user, including " + name,
                            answer_text(answer.code) + ", and no delivery to " + name);
            return false;
        }
        const std::uint64_t until = context_.latest(answer.frame);
        const bool is_explained = deliveries.any([&](const traced_delivery& delivery) {
            return answer.code >=
                   (delivery.is_answered_before(until) ? lowest_counted(delivery.answer->code) : code_unreachable);
        });
        if (is_explained) {
            return true;
        }
        const traced_delivery& first = deliveries.front();
        const bool is_answered = first.is_answered_before(until);
        context_.failed(is_answered ? "ALL-5" : "ALL-3", connection, answer,
                        is_answered ? "a code of at least " + std::to_string(lowest_counted(first.answer->code)) +
                                          ": " + name + " answered " + std::to_string(first.answer->code)
                                    : "no answer before " + name + " has answered, left or timed out",
                        answer_text(answer.code));
        return false;
    }

    judge_context& context_;
};

}  // namespace

void check_sma(judge_context& context, const connection_trace& connection, const traced_request& request) {
    broadcast_checks{context}.check_sma(connection, request);
}

}  // namespace chatos::conformance
