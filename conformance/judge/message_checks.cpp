// Personal messages: the answers to RPM and SPM (PM).
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// Whether the answer may be one to an ERROR that answered nothing.
bool may_answer_unmatched_error(const connection_trace& connection, const observed_packet& answer) {
    return answer.code == code_refused && !connection.unmatched_errors.empty() &&
           connection.unmatched_errors.front()->frame < answer.frame;
}

constexpr std::string_view unordered_frames = "frames of two connections may be in the wrong order";

class message_checks {
public:
    explicit message_checks(judge_context& context) : context_{context} {}

    void check_rpm(const connection_trace& connection, const traced_request& request) {
        const observed_packet& rpm = *request.packet;
        const observed_packet& answer = *request.first_answer;
        if (rpm.pseudo == connection.pseudo) {
            return;  // PM-9
        }
        const connection_trace* holder = context_.holder(rpm.pseudo, rpm.frame, answer.frame);
        const bool may_be_held = context_.may_be_held(rpm.pseudo, rpm.frame, answer.frame);
        const std::string recipient = quoted(rpm.pseudo);
        if (answer.code != code_ok && (holder != nullptr || answer.code != code_unreachable)) {
            const std::string_view rule = may_answer_unmatched_error(connection, answer) ? "FLOW-3"
                                          : may_be_held                                  ? "PM-1"
                                                                                         : "PM-2";
            context_.failed(rule, connection, answer,
                            holder != nullptr ? "ERROR 0: " + recipient + " is " + holder->stream_name()
                                              : "ERROR 0 if " + recipient + " is registered, otherwise ERROR 4",
                            answer_text(answer.code));
        } else if (answer.code == code_ok && may_be_held) {
            context_.passed("PM-1");
        } else if (answer.code == code_ok) {
            fail_if_complete(context_, "PM-2", connection, answer, "ERROR 4: nobody holds " + recipient);
        } else if (may_be_held) {
            context_.inconclusive("PM-1", connection, "it is not known whether " + recipient + " was still registered");
        } else {
            context_.passed("PM-2");
        }
    }

    void check_spm(const connection_trace& connection, const traced_request& request) {
        const observed_packet& spm = *request.packet;
        const observed_packet& answer = *request.first_answer;
        const traced_request* rpm = request.granted_rpm;
        if (rpm == nullptr) {
            check_without_permission(connection, spm, answer);
            return;
        }
        if (spm.pseudo == connection.pseudo) {
            return;  // PM-9
        }
        const connection_trace* holder = context_.holder(spm.pseudo, spm.frame, answer.frame);
        if (holder != nullptr && context_.earliest(holder->login_frame) > rpm->first_answer->frame &&
            answer.code == code_ok) {
            context_.failed("PM-10", connection, answer,
                            "a non-zero ERROR: the RPM was answered before " + holder->stream_name() + " became " +
                                quoted(spm.pseudo),
                            answer_text(answer.code));
            return;
        }
        const bool must_deliver =
            holder != nullptr && holder->registered_frame < context_.earliest(rpm->packet->frame) &&
            !spm.message.empty() && spm.message.size() <= message_bytes_safe && request.is_first_use;
        const std::uint64_t until = context_.latest(answer.frame);
        const bool may_be_timeout =
            answer.code == code_unreachable &&
            (context_.may_be_timeout(spm, answer, false) || (holder != nullptr && owes_many(*holder, until)));
        if (answer.code != code_ok && (!must_deliver || may_be_timeout)) {
            if (must_deliver && holder->complete_until > until &&
                !may_delay_delivery(context_, *holder, context_.earliest(spm.frame), until) &&
                find_messages(*holder, {connection.pseudo, spm.message}, context_.possibly_after(spm.frame))
                    .is_empty()) {
                context_.failed("PM-3", connection, answer, "a delivery to " + holder->stream_name(),
                                answer_text(answer.code) + ", and no delivery");
            } else if (may_be_timeout && has_left(spm.pseudo, spm.frame, answer.frame)) {
                context_.passed("PM-7");
            } else if (may_be_timeout) {
                context_.inconclusive("PM-8", connection, "the server's answer timeout is not known, or has passed");
            }
        } else if (holder == nullptr) {
            check_unknown_recipient(connection, spm, answer);
        } else {
            check_relayed(connection,
                          find_messages(*holder, {connection.pseudo, spm.message}, context_.possibly_after(spm.frame)),
                          answer);
        }
    }

private:
    void check_without_permission(const connection_trace& connection, const observed_packet& spm,
                                  const observed_packet& answer) {
        if (answer.code == code_ok && connection.source->settled.has_lost_permissions) {
            context_.inconclusive("PM-5", connection, "RPMs were dropped to bound memory");
        } else if (answer.code == code_ok) {
            context_.failed("PM-5", connection, answer,
                            "a non-zero ERROR: no RPM for " + quoted(spm.pseudo) + " was answered with 0",
                            answer_text(answer.code));
        } else {
            context_.passed("PM-5");
        }
    }

    /// Whether a user of that name ended its side within the interval.
    [[nodiscard]] bool has_left(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const {
        return context_.find_user(pseudo, from, until, [&](const connection_trace* user) {
            const direction_trace& input = user->from_client();
            return input.end != direction_end::open && input.end_frame > from && input.end_frame < until;
        }) != nullptr;
    }

    /// PM-3, PM-4: the answer is the one that the recipient has given.
    void check_relayed(const connection_trace& connection, const matching_deliveries& deliveries,
                       const observed_packet& answer) {
        const std::uint64_t until = context_.latest(answer.frame);
        if (has_answer_like(deliveries, answer, answer.frame)) {
            context_.passed("PM-3");
            context_.passed("PM-4");
            context_.passed("FLOW-2");
            return;
        }
        if (has_answer_like(deliveries, answer, until)) {
            context_.inconclusive("PM-4", connection, unordered_frames);
            return;
        }
        const std::string name = deliveries.recipient->stream_name();
        const bool is_absent = deliveries.is_empty() || deliveries.front().packet->frame > until;
        if (is_absent && deliveries.recipient->complete_until <= until) {
            context_.inconclusive("PM-3", connection, "what the server sent to " + name + " is not known");
            return;
        }
        if (!deliveries.has_certain_answers()) {
            context_.inconclusive("PM-4", connection, name + " sent an ERROR that may or may not answer a delivery");
            return;
        }
        if (is_absent) {
            context_.failed(deliveries.is_empty() ? "PM-3" : "PM-4", connection, answer,
                            "a delivery to " + name + ", and its answer",
                            answer_text(answer.code) + ", and no delivery to it before");
            return;
        }
        const traced_delivery& first = deliveries.front();
        context_.failed(
            relays_wrong_answer(*deliveries.recipient, answer, first) ? "FLOW-2" : "PM-4", connection, answer,
            first.is_answered_before(until) ? answer_text(first.answer->code) + ", as " + name + " answered in frame " +
                                                  std::to_string(first.answer->frame)
                                            : "no answer before " + name + " has answered",
            answer_text(answer.code));
    }

    /// Whether the answer is the one that the recipient gave to another of its deliveries.
    static bool relays_wrong_answer(const connection_trace& recipient, const observed_packet& answer,
                                    const traced_delivery& own) {
        // Answers have the order of their deliveries.
        const auto first = std::partition_point(
            recipient.deliveries.begin(), recipient.deliveries.end(), [&](const traced_delivery& delivery) {
                return delivery.answer != nullptr && delivery.answer->frame <= own.packet->frame;
            });
        const auto last = std::partition_point(first, recipient.deliveries.end(), [&](const traced_delivery& delivery) {
            return delivery.is_answered_before(answer.frame);
        });
        return std::any_of(first, last, [&](const traced_delivery& delivery) {
            return &delivery != &own && has_answer_like(delivery, answer, answer.frame);
        });
    }

    /// It is not certain who held the pseudo.
    void check_unknown_recipient(const connection_trace& connection, const observed_packet& spm,
                                 const observed_packet& answer) {
        const bool is_checked =
            context_.find_user(spm.pseudo, spm.frame, answer.frame, [&](const connection_trace* user) {
                return check_possible_recipient(connection, *user, spm, answer);
            }) != nullptr;
        if (is_checked) {
            return;
        }
        if (context_.may_be_held(spm.pseudo, spm.frame, answer.frame)) {
            context_.inconclusive("PM-4", connection, "it is not known who held " + quoted(spm.pseudo));
        } else {
            fail_if_complete(context_, "PM-5", connection, answer,
                             "a non-zero ERROR: nobody holds " + quoted(spm.pseudo));
        }
    }

    /// Whether a delivery to this recipient decides the check.
    bool check_possible_recipient(const connection_trace& connection, const connection_trace& recipient,
                                  const observed_packet& spm, const observed_packet& answer) {
        const matching_deliveries deliveries =
            find_messages(recipient, {connection.pseudo, spm.message}, context_.possibly_after(spm.frame));
        if (has_answer_like(deliveries, answer, answer.frame)) {
            context_.passed("PM-3");
            context_.passed("PM-4");
            return true;
        }
        if (has_answer_like(deliveries, answer, context_.latest(answer.frame))) {
            context_.inconclusive("PM-4", connection, unordered_frames);
            return true;
        }
        if (deliveries.indexes.size() == 1 && deliveries.has_certain_answers() &&
            is_only_cause(connection, recipient, spm, answer, deliveries.front())) {
            check_left(connection, recipient, answer, deliveries.front());
            return true;
        }
        return false;
    }

    /// Whether only this request explains the delivery, or the server's OK cannot be right if another one does.
    [[nodiscard]] bool is_only_cause(const connection_trace& connection, const connection_trace& recipient,
                                     const observed_packet& spm, const observed_packet& answer,
                                     const traced_delivery& delivery) const {
        const bool is_for_this_session =  // an earlier session's permission would not serve (PM-10)
            recipient.registered_frame < context_.earliest(spm.frame) &&
            delivery.packet->frame > context_.latest(spm.frame);
        // Another cause is an earlier user of the sender's name. The recipient was there before, then, and this message
        // must have reached it as well.
        const bool is_for_whoever_sends =
            answer.code == code_ok && recipient.end_frame() > context_.latest(answer.frame);
        return (is_for_this_session || is_for_whoever_sends ||
                (connection.registered_frame < context_.earliest(recipient.login_frame) &&
                 connection.complete_until > context_.latest(delivery.packet->frame))) &&
               recipient.received_messages.at({connection.pseudo, spm.message}).size() == 1 &&
               connection.sent_by_message.at(spm.message).size() == 1;
    }

    /// PM-7: the recipient has ended its side, so all its answers are known, and this one is not among them.
    void check_left(const connection_trace& connection, const connection_trace& recipient,
                    const observed_packet& answer, const traced_delivery& delivery) {
        if (answer.code == code_unreachable) {
            if (delivery.answer == nullptr) {
                context_.passed("PM-7");
            } else {
                context_.inconclusive("PM-4", connection, "the recipient may have left before its answer was read");
            }
            return;
        }
        const bool has_ended =
            recipient.from_client().end != direction_end::open && recipient.from_client().is_trusted();
        const bool has_other_answer = delivery.answer != nullptr && delivery.answer->code != answer.code;
        if (!has_ended && !has_other_answer) {
            context_.inconclusive("PM-4", connection, "the answer of " + recipient.stream_name() + " is not known");
            return;
        }
        context_.failed(delivery.answer != nullptr ? "PM-4" : "PM-7", connection, answer,
                        delivery.answer != nullptr
                            ? answer_text(delivery.answer->code) + ", once the recipient has answered"
                            : "ERROR 4: the recipient left without answering",
                        answer_text(answer.code));
    }

    judge_context& context_;
};

}  // namespace

void check_rpm(judge_context& context, const connection_trace& connection, const traced_request& request) {
    message_checks{context}.check_rpm(connection, request);
}

void check_spm(judge_context& context, const connection_trace& connection, const traced_request& request) {
    message_checks{context}.check_spm(connection, request);
}

}  // namespace chatos::conformance
