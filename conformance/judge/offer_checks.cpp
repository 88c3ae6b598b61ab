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
        } else if (holder != nullptr && holder->complete_until > context_.latest(answer.frame) &&
                   !may_have_pending_offer(*holder, pc, answer.frame) &&
                   !may_delay_delivery(context_, *holder, context_.earliest(pc.frame), context_.latest(answer.frame)) &&
                   !may_have_own_offer(request)) {
            context_.failed("PC-1", connection, answer,
                            "ERROR 0: " + peer + " is registered, and no offer to it or from " +
                                quoted(connection.pseudo) + " is undecided",
                            answer_text(answer.code));
        }
    }

private:
    /// PC-7: whether an offer to this peer may have been undecided before the frame.
    [[nodiscard]] bool may_have_pending_offer(const connection_trace& peer, const observed_packet& pc,
                                              std::uint64_t frame) const {
        if (!peer.deliveries.empty() && peer.deliveries.back().packet->frame > frame) {
            return true;
        }
        constexpr std::size_t offers_max = 32;  // to look through for each PC
        if (peer.received_offers.size() > offers_max) {
            return true;
        }
        return std::any_of(peer.received_offers.begin(), peer.received_offers.end(), [&](const auto& offers) {
            return offers.second.size() > offers_max || !is_decided(peer, offers.first, offers.second, pc.frame);
        });
    }

    /// Whether the asker got its second answers to so many offers before the frame.
    [[nodiscard]] bool is_decided(const connection_trace& peer, std::string_view asker,
                                  const connection_trace::index_list& offers, std::uint64_t frame) const {
        const connection_trace* const user =
            context_.find_latest_user(std::string{asker}, frame, [](const connection_trace*) { return true; });
        const auto own = user == nullptr ? connection_trace::index_list{} : own_offers(*user, peer.pseudo);
        if (own.size() > 2 * offers.size()) {
            return false;
        }
        const auto decided = static_cast<std::size_t>(std::count_if(own.begin(), own.end(), [&](std::size_t index) {
            const traced_request& request = user->requests[index];
            return request.second_answer != nullptr && request.second_answer->frame < frame &&
                   request.second_answer->code != code_unreachable;
        }));
        return decided == offers.size();
    }

    static connection_trace::index_list own_offers(const connection_trace& asker, const std::string& peer) {
        const auto list = asker.offers_by_recipient.find(peer);
        return list == asker.offers_by_recipient.end() ? connection_trace::index_list{} : list->second;
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
        if (holder == nullptr || holder->complete_until <= context_.latest(answer.frame) ||
            may_delay_delivery(context_, *holder, context_.earliest(pc.frame), context_.latest(answer.frame))) {
            return;
        }
        if (find_offers(*holder, connection.pseudo, context_.possibly_after(pc.frame)).is_empty()) {
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
        bool is_delivered_later = false;
        const auto has_decided = [&](const connection_trace* peer) {
            const matching_deliveries offers = find_offers(*peer, connection.pseudo, context_.possibly_after(pc.frame));
            is_delivered =
                is_delivered || (!offers.is_empty() && offers.front().packet->frame < context_.latest(answer.frame));
            is_delivered_later = is_delivered_later || !offers.is_empty();
            return has_answer_like(offers, answer, context_.latest(answer.frame));
        };
        if (context_.find_user(pc.pseudo, pc.frame, answer.frame, has_decided) != nullptr) {
            context_.passed("PC-1");
            context_.passed("PC-3");
            return;
        }
        const connection_trace* holder = context_.holder(pc.pseudo, pc.frame, answer.frame);
        if (answer.code == code_unreachable &&
            (holder == nullptr || owes_many(*holder, context_.latest(answer.frame)))) {
            context_.inconclusive("PC-4", connection, "it is not known whether the peer has left");
            return;
        }
        if (holder == nullptr && has_left_undecided(connection, pc)) {
            context_.failed("PC-4", connection, answer, "ERROR 4: the peer left without deciding",
                            answer_text(answer.code));
        } else if (holder == nullptr || holder->ambiguous_from != SIZE_MAX ||
                   (!is_delivered && holder->complete_until <= context_.latest(answer.frame))) {
            context_.inconclusive("PC-3", connection, "the peer's decision is not known");
        } else if (!is_delivered) {
            context_.failed(is_delivered_later ? "PC-3" : "PC-1", connection, answer,
                            "a PC from " + quoted(connection.pseudo) + " to " + holder->stream_name(),
                            answer_text(answer.code) + " as the second answer, and no PC was delivered");
        } else {
            context_.failed("PC-3", connection, answer, "the decision of " + holder->stream_name() + ", once made",
                            answer_text(answer.code));
        }
    }

    /// Whether the offer of this PC alone was delivered to a user who ended without answering it.
    [[nodiscard]] bool has_left_undecided(const connection_trace& connection, const observed_packet& pc) const {
        return own_offers(connection, pc.pseudo).size() == 1 &&
               context_.find_user(pc.pseudo, pc.frame, UINT64_MAX, [&](const connection_trace* peer) {
                   const matching_deliveries offers = find_offers(*peer, connection.pseudo, pc.frame);
                   return peer->registered_frame < context_.earliest(pc.frame) && offers.indexes.size() == 1 &&
                          peer->received_offers.at(connection.pseudo).size() == 1 && offers.has_certain_answers() &&
                          offers.front().answer == nullptr && peer->from_client().end == direction_end::fin &&
                          peer->from_client().is_trusted();
               }) != nullptr;
    }

    judge_context& context_;
};

}  // namespace

void check_pc(judge_context& context, const connection_trace& connection, const traced_request& request) {
    offer_checks{context}.check_pc(connection, request);
}

}  // namespace chatos::conformance
