// Private connections: both answers to PC (PC).
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

class offer_checks {
public:
    explicit offer_checks(court& before) : court_{before} {}

    void check_pc(const heard_talk& who, const heard_request& asked) {
        const spoken& pc = *asked.said;
        const spoken& answer = *asked.first;
        if (pc.pseudo == who.pseudo) {
            if (answer.code == code_refused) {
                court_.kept("PC-6");
            } else {
                court_.broken("PC-6", who, answer, "ERROR 5: a PC to oneself", answer_text(answer.code));
            }
            return;
        }
        const heard_talk* holder = court_.holder(pc.pseudo, pc.frame, answer.frame);
        const bool may_be_held = court_.may_be_held(pc.pseudo, pc.frame, answer.frame);
        if (answer.code == code_ok) {
            if (holder == nullptr && !may_be_held) {
                blame_unless_unseen(court_, "PC-2", who, answer, "ERROR 4: nobody holds " + quoted(pc.pseudo));
            } else if (asked.second != nullptr) {
                check_decision(who, asked);
            }
        } else if (answer.code == code_unreachable) {
            if (holder != nullptr) {
                court_.broken("PC-1", who, answer,
                              "ERROR 0: " + quoted(pc.pseudo) + " is stream " + std::to_string(holder->of->stream),
                              answer_text(answer.code));
            } else if (may_be_held) {
                court_.undecided("PC-1", who, "whether " + quoted(pc.pseudo) + " was still there is not known");
            } else {
                court_.kept("PC-2");
            }
        } else if (answer.code != code_refused) {
            court_.broken("PC-1", who, answer, "ERROR 0, 4 or 5 for a PC", answer_text(answer.code));
        } else if (holder == nullptr && !may_be_held) {
            blame_unless_unseen(court_, "PC-2", who, answer, "ERROR 4: nobody holds " + quoted(pc.pseudo));
        } else if (holder != nullptr && !has_offers(*holder, answer.frame) &&
                   !owes_something(*holder, pc.frame, answer.frame)) {
            court_.broken("PC-1", who, answer, "ERROR 0: " + quoted(pc.pseudo) + " is there and has nothing to decide",
                          answer_text(answer.code));
        }
    }

    /// PC-7: whether an offer to this peer may have been undecided before the frame.
    static bool has_offers(const heard_talk& peer, std::uint64_t before) {
        return std::any_of(peer.deliveries.begin(), peer.deliveries.end(), [&](const heard_delivery& one) {
            return one.said->op == opcode::pc || one.said->frame > before;
        });
    }

    /// PC-1: whatever became of it, a peer that had nothing else to answer has got the offer.
    void check_offered(const heard_talk& who, const spoken& pc, const spoken& answer) {
        const heard_talk* holder = court_.holder(pc.pseudo, pc.frame, answer.frame);
        if (holder == nullptr || owes_something(*holder, pc.frame, answer.frame)) {
            return;
        }
        const auto all = holder->offers.find(who.pseudo);
        if (all == holder->offers.end() || holder->after(all->second, pc.frame).empty()) {
            court_.broken("PC-1", who, answer, "a PC to stream " + std::to_string(holder->of->stream),
                          answer_text(answer.code) + " as its second answer, and no PC was delivered");
        }
    }

    /// PC-3: the second answer is the peer's, who has given it.
    void check_decision(const heard_talk& who, const heard_request& asked) {
        const spoken& pc = *asked.said;
        const spoken& answer = *asked.second;
        if ((answer.code == code_unreachable && court_.may_be_timeout(pc, answer, true)) ||
            who.may_be_farewell(answer, true)) {
            check_offered(who, pc, answer);
            return;  // PC-4, PC-5
        }
        bool is_seen = false;
        for (const heard_talk* peer : court_.users_named(pc.pseudo)) {
            const auto all = peer->offers.find(who.pseudo);
            const found_deliveries found{peer, all == peer->offers.end() ? std::span<const std::size_t>{}
                                                                         : peer->after(all->second, pc.frame)};
            is_seen = is_seen || (!found.indexes.empty() && found.front().said->frame < answer.frame);
            if (has_given(found, answer)) {
                court_.kept("PC-1");
                court_.kept("PC-3");
                return;
            }
        }
        const heard_talk* holder = court_.holder(pc.pseudo, pc.frame, answer.frame);
        if (holder == nullptr || holder->attributed_deliveries != SIZE_MAX) {
            court_.undecided("PC-3", who, "what the peer decided is not known");
        } else if (!is_seen) {
            court_.broken("PC-1", who, answer,
                          "a PC from " + quoted(who.pseudo) + " to stream " + std::to_string(holder->of->stream),
                          answer_text(answer.code) + " as its second answer, and no PC was delivered");
        } else {
            court_.broken("PC-3", who, answer,
                          "the decision of stream " + std::to_string(holder->of->stream) + ", once it has come",
                          answer_text(answer.code));
        }
    }

    court& court_;
};

}  // namespace

void check_pc(court& before, const heard_talk& who, const heard_request& asked) {
    offer_checks{before}.check_pc(who, asked);
}

}  // namespace chatos::conformance
