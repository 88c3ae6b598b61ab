// CLI: what clients did. A client is blamed only for what it sent before the capture had the server's words: later than
// that nobody knows what it had read.
#include "judge/court.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

class client_checks {
public:
    explicit client_checks(court& before) : court_{before} {}

    void check(const heard_talk& who) {
        if (who.is_tunnel) {
            return;
        }
        check_login(who);
        check_requests(who);
        check_answers(who);
        court_.undecided("CLI-7", who, "what a client has understood does not show in traffic");
        const auto& said = who.server().packets;
        const bool was_wrong = who.server().broken || std::any_of(said.begin(), said.end(), [](const spoken& one) {
                                   return one.op == opcode::cr || one.op == opcode::rpm || one.op == opcode::sma;
                               });
        if (was_wrong) {
            court_.undecided("CLI-8", who, "whether the client gave a clear message does not show in traffic");
        }
    }

private:
    /// CLI-1
    void check_login(const heard_talk& who) {
        const auto& said = who.client().packets;
        if (said.empty() || who.client().trusted_until < said.front().offset + said.front().length) {
            return;
        }
        if (said.front().op != opcode::cr) {
            court_.broken_by_client("CLI-1", who, said.front(), "a CR as its first packet",
                                    described(said.front(), speaker::client));
            return;
        }
        for (const spoken& one : said) {
            if (one.op == opcode::cr) {
                continue;
            }
            if (one.offset + one.length > who.client().trusted_until ||
                (!who.is_user() && !who.server().is_trusted())) {
                court_.undecided("CLI-1", who,
                                 one.offset + one.length > who.client().trusted_until ? who.client().doubt
                                                                                      : who.server().doubt);
            } else if (!who.is_user() || one.frame < who.registered) {
                court_.broken_by_client("CLI-1", who, one, "nothing but a CR before ERROR 0",
                                        described(one, speaker::client));
            } else {
                court_.kept("CLI-1");
            }
            return;
        }
    }

    /// CLI-4, CLI-5
    void check_requests(const heard_talk& who) {
        for (std::size_t index = 0; index < who.requests.size(); ++index) {
            const heard_request& asked = who.requests[index];
            if (index != 0) {
                check_pause(who, who.requests[index - 1], *asked.said);
            }
            if (asked.said->op == opcode::spm) {
                check_asked_before(who, index);
            }
        }
    }

    void check_pause(const heard_talk& who, const heard_request& before, const spoken& next) {
        const spoken* answer = before.last_answer();
        if (answer == nullptr && !who.server().is_trusted()) {
            court_.undecided("CLI-5", who, who.server().doubt);
        } else if (answer == nullptr || answer->frame > next.frame) {
            court_.broken_by_client("CLI-5", who, next,
                                    "its next request only after the answer to " +
                                        described(*before.said, speaker::client),
                                    described(next, speaker::client));
        } else {
            court_.kept("CLI-5");
        }
    }

    void check_asked_before(const heard_talk& who, std::size_t index) {
        const spoken& spm = *who.requests[index].said;
        const heard_request* rpm = who.requests[index].last_rpm;
        if (rpm != nullptr && rpm->first == nullptr && !who.server().is_trusted()) {
            court_.undecided("CLI-4", who, who.server().doubt);
            return;
        }
        if (rpm != nullptr && rpm->first != nullptr && rpm->first->frame < spm.frame && rpm->first->code == 0) {
            court_.kept("CLI-4");
            return;
        }
        court_.broken_by_client("CLI-4", who, spm,
                                "a favourable answer to an RPM for " + quoted(spm.pseudo) + " before it",
                                described(spm, speaker::client));
    }

    /// CLI-2, CLI-3
    void check_answers(const heard_talk& who) {
        for (const spoken* stray : who.strays) {
            court_.broken_by_client("CLI-2", who, *stray, "one ERROR for each delivery",
                                    "ERROR " + std::to_string(stray->code) + " when there was nothing to answer");
        }
        bool has_waited = false;
        std::size_t next = 0;
        std::uint64_t waits_until = 0;  // of the requests before `next`: the last frame at which one was unanswered
        for (std::size_t index = 0; index < std::min(who.deliveries.size(), who.attributed_deliveries); ++index) {
            const heard_delivery& one = who.deliveries[index];
            if (one.answer == nullptr) {
                continue;
            }
            if (one.said->op == opcode::spm) {
                court_.kept("CLI-2");
            } else if (one.answer->code == 0 || one.answer->code == 5) {
                court_.kept("CLI-3");
            } else {
                court_.broken_by_client("CLI-3", who, *one.answer, "ERROR 0 or ERROR 5 for a PC",
                                        answer_text(one.answer->code));
            }
            for (; next < who.requests.size() && who.requests[next].said->frame < one.answer->frame; ++next) {
                const spoken* answer = who.requests[next].last_answer();
                waits_until = std::max(waits_until, answer == nullptr ? UINT64_MAX : answer->frame);
            }
            has_waited = has_waited || waits_until > one.answer->frame;
        }
        if (has_waited) {
            court_.kept("CLI-6");
        }
    }

    court& court_;
};

}  // namespace

void check_clients(court& before) {
    if (!before.settings().judges_clients) {
        return;
    }
    client_checks checks{before};
    for (const heard_talk& one : before.talks()) {
        checks.check(one);
    }
}

}  // namespace chatos::conformance
