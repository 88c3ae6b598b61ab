// Private connections: both answers to PC (PC).
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

class offer_checks {
public:
    explicit offer_checks(judge_context& context) : context_{context} {}

    void check_pc(const connection_trace& connection, const traced_request& request) {
        const observed_packet& pc = *request.packet;
        const observed_packet& answer = *request.first_answer;
        const std::string peer = quoted(pc.pseudo);
        if (pc.pseudo == connection.pseudo) {
            if (answer.code == code_refused) {
                context_.passed("PC-6");
            } else {
                context_.failed("PC-6", connection, answer, "ERROR 5: a PC to oneself", answer_text(answer.code));
            }
            return;
        }
        const connection_trace* holder = context_.holder(pc.pseudo, pc.frame, answer.frame);
        const bool may_be_held = context_.may_be_held(pc.pseudo, pc.frame, answer.frame);
        if (answer.code != code_ok && answer.code != code_unreachable && answer.code != code_refused) {
            context_.failed("PC-1", connection, answer, "ERROR 0, 4 or 5 for a PC", answer_text(answer.code));
        } else if (answer.code != code_unreachable && holder == nullptr && !may_be_held) {
            fail_if_complete(context_, "PC-2", connection, answer, "ERROR 4: nobody holds " + peer);
        } else if (answer.code == code_ok) {
            if (request.second_answer != nullptr) {
                check_decision(connection, request);
            }
        } else if (answer.code == code_unreachable) {
            if (holder != nullptr) {
                context_.failed("PC-1", connection, answer, "ERROR 0: " + peer + " is " + holder->stream_name(),
                                answer_text(answer.code));
            } else if (may_be_held) {
                context_.inconclusive("PC-1", connection, "it is not known whether " + peer + " was still registered");
            } else {
                context_.passed("PC-2");
            }
        } else if (holder != nullptr && holder->complete_until > answer.frame &&
                   !may_have_pending_offer(*holder, answer.frame) &&
                   !may_delay_delivery(*holder, pc.frame, answer.frame) && !may_have_own_offer(request)) {
            context_.failed("PC-1", connection, answer,
                            "ERROR 0: " + peer + " is registered, and no offer to it or from " +
                                quoted(connection.pseudo) + " is undecided",
                            answer_text(answer.code));
        }
    }

private:
    /// PC-7: whether an offer to this peer may have been undecided before the frame.
    static bool may_have_pending_offer(const connection_trace& peer, std::uint64_t frame) {
        return !peer.received_offers.empty() ||
               (!peer.deliveries.empty() && peer.deliveries.back().packet->frame > frame);
    }

    /// PC-8: whether an earlier offer of the requester may have been undecided when the server processed its PC.
    static bool may_have_own_offer(const traced_request& request) {
        const traced_request* const offer = request.earlier_offer;  // those before it were decided earlier
        return offer != nullptr &&
               (offer->second_answer == nullptr || offer->second_answer->frame > request.packet->frame);
    }

    /// PC-1: a peer with no earlier delivery to answer has received the offer, whatever came of it.
    void check_offered(const connection_trace& connection, const observed_packet& pc, const observed_packet& answer) {
        const connection_trace* holder = context_.holder(pc.pseudo, pc.frame, answer.frame);
        if (holder == nullptr || holder->complete_until <= answer.frame ||
            may_delay_delivery(*holder, pc.frame, answer.frame)) {
            return;
        }
        if (find_offers(*holder, connection.pseudo, pc.frame).is_empty()) {
            context_.failed("PC-1", connection, answer, "a PC to " + holder->stream_name(),
                            answer_text(answer.code) + " as the second answer, and no PC was delivered");
        }
    }

    /// PC-3: the second answer is the peer's decision, after the peer has made it.
    void check_decision(const connection_trace& connection, const traced_request& request) {
        const observed_packet& pc = *request.packet;
        const observed_packet& answer = *request.second_answer;
        if ((answer.code == code_unreachable && context_.may_be_timeout(pc, answer, true)) ||
            connection.may_be_final_error(answer, true)) {
            check_offered(connection, pc, answer);
            return;  // PC-4, PC-5
        }
        bool is_delivered = false;
        const auto has_decided = [&](const connection_trace* peer) {
            const matching_deliveries offers = find_offers(*peer, connection.pseudo, pc.frame);
            is_delivered = is_delivered || (!offers.is_empty() && offers.front().packet->frame < answer.frame);
            return has_answer_like(offers, answer);
        };
        if (context_.find_user(pc.pseudo, pc.frame, answer.frame, has_decided) != nullptr) {
            context_.passed("PC-1");
            context_.passed("PC-3");
            return;
        }
        const connection_trace* holder = context_.holder(pc.pseudo, pc.frame, answer.frame);
        if (holder == nullptr || holder->ambiguous_from != SIZE_MAX ||
            (!is_delivered && holder->complete_until <= answer.frame)) {
            context_.inconclusive("PC-3", connection, "the peer's decision is not known");
        } else if (!is_delivered) {
            context_.failed("PC-1", connection, answer,
                            "a PC from " + quoted(connection.pseudo) + " to " + holder->stream_name(),
                            answer_text(answer.code) + " as the second answer, and no PC was delivered");
        } else {
            context_.failed("PC-3", connection, answer, "the decision of " + holder->stream_name() + ", once made",
                            answer_text(answer.code));
        }
    }

    judge_context& context_;
};

}  // namespace

void check_pc(judge_context& context, const connection_trace& connection, const traced_request& request) {
    offer_checks{context}.check_pc(connection, request);
}

}  // namespace chatos::conformance
