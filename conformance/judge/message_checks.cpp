// Personal messages: the answers to RPM and SPM (PM).
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

class message_checks {
public:
    explicit message_checks(court& before) : court_{before} {}

    void check_rpm(const heard_talk& who, const heard_request& asked) {
        const spoken& rpm = *asked.said;
        const spoken& answer = *asked.first;
        if (rpm.pseudo == who.pseudo) {
            return;  // PM-9
        }
        const heard_talk* holder = court_.holder(rpm.pseudo, rpm.frame, answer.frame);
        const bool may_be_held = court_.may_be_held(rpm.pseudo, rpm.frame, answer.frame);
        const std::string whom = quoted(rpm.pseudo);
        if (answer.code != code_ok && (holder != nullptr || answer.code != code_unreachable)) {
            court_.broken(follows_stray(who, asked) ? "FLOW-3"
                          : may_be_held             ? "PM-1"
                                                    : "PM-2",
                          who, answer,
                          holder != nullptr ? "ERROR 0: " + whom + " is stream " + std::to_string(holder->of->stream)
                                            : "ERROR 0 if " + whom + " is there, else ERROR 4",
                          answer_text(answer.code));
        } else if (answer.code == code_ok) {
            if (may_be_held) {
                court_.kept("PM-1");
            } else {
                blame_unless_unseen(court_, "PM-2", who, answer, "ERROR 4: nobody holds " + whom);
            }
        } else if (may_be_held) {
            court_.undecided("PM-1", who, "whether " + whom + " was still there is not known");
        } else {
            court_.kept("PM-2");
        }
    }

    /// Whether the answer may be one to an ERROR that answered nothing.
    static bool follows_stray(const heard_talk& who, const heard_request& asked) {
        return asked.first->code == code_refused &&
               std::any_of(who.strays.begin(), who.strays.end(),
                           [&](const spoken* one) { return one->frame < asked.first->frame; });
    }

    void check_spm(const heard_talk& who, const heard_request& asked) {
        const spoken& spm = *asked.said;
        const spoken& answer = *asked.first;
        const heard_request* rpm = asked.favourable_rpm;
        if (rpm == nullptr) {
            if (answer.code == code_ok) {
                court_.broken("PM-5", who, answer,
                              "a non-zero ERROR: no RPM for " + quoted(spm.pseudo) + " was answered with 0",
                              answer_text(answer.code));
            } else {
                court_.kept("PM-5");
            }
            return;
        }
        if (spm.pseudo == who.pseudo) {
            return;  // PM-9
        }
        const heard_talk* holder = court_.holder(spm.pseudo, spm.frame, answer.frame);
        if (holder != nullptr && holder->claimed > rpm->first->frame && answer.code == code_ok) {
            court_.broken("PM-10", who, answer,
                          "a non-zero ERROR: the RPM was answered before stream " + std::to_string(holder->of->stream) +
                              " became " + quoted(spm.pseudo),
                          answer_text(answer.code));
            return;
        }
        const bool must_reach = holder != nullptr && holder->registered < rpm->said->frame && !spm.message.empty() &&
                                spm.message.size() <= message_bytes_safe && asked.is_first_since_rpm;
        const bool may_be_late = answer.code == code_unreachable && court_.may_be_timeout(spm, answer, false);
        if (answer.code != code_ok && (!must_reach || may_be_late)) {
            if (must_reach && !owes_something(*holder, spm.frame, answer.frame) &&
                deliveries_of(*holder, {who.pseudo, spm.message}, spm.frame).indexes.empty()) {
                court_.broken("PM-3", who, answer,
                              "the message delivered to stream " + std::to_string(holder->of->stream),
                              answer_text(answer.code) + ", and nothing was delivered");
            } else if (may_be_late && has_left(spm.pseudo, spm.frame, answer.frame)) {
                court_.kept("PM-7");
            } else if (may_be_late) {
                court_.undecided("PM-8", who, "the server's limit of time is not known, or has passed");
            }
            return;
        }
        if (holder == nullptr) {
            check_spm_to_unknown(who, spm, answer);
        } else {
            check_relayed(who, *holder, {who.pseudo, spm.message}, spm, answer);
        }
    }

    /// Whether a user of that name was seen to end its side between the two frames.
    [[nodiscard]] bool has_left(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const {
        const auto& users = court_.users_named(pseudo);
        return std::any_of(users.begin(), users.end(), [&](const heard_talk* one) {
            const utterances& said = one->client();
            return said.end != ending::open && said.end_frame > from && said.end_frame < until;
        });
    }

    /// PM-3, PM-4: the answer is that of the recipient, who has given it.
    void check_relayed(const heard_talk& who, const heard_talk& recipient, const message_key& what, const spoken& spm,
                       const spoken& answer) {
        const found_deliveries found = deliveries_of(recipient, what, spm.frame);
        if (found.any([&](const heard_delivery& one) { return is_answered(one, answer.code, answer.frame); })) {
            court_.kept("PM-3");
            court_.kept("PM-4");
            court_.kept("FLOW-2");
            return;
        }
        const std::string to = "stream " + std::to_string(recipient.of->stream);
        if (!found.are_attributed()) {
            court_.undecided("PM-4", who, to + " sent an ERROR that may answer a delivery or none");
            return;
        }
        if (found.indexes.empty() || found.front().said->frame > answer.frame) {
            court_.broken("PM-3", who, answer, "the message delivered to " + to + ", and its answer",
                          answer_text(answer.code) + ", and nothing was delivered there before");
            return;
        }
        const heard_delivery& first = found.front();
        const spoken* given = first.answer;
        const bool is_given = given != nullptr && given->frame < answer.frame;
        court_.broken(blames_order(recipient, answer, first) ? "FLOW-2" : "PM-4", who, answer,
                      is_given ? answer_text(given->code) + ", as " + to + " answered in frame " +
                                     std::to_string(given->frame)
                               : "nothing before " + to + " has answered",
                      answer_text(answer.code));
    }

    /// The recipient had several deliveries to answer, and the answer that was relayed is that of another one.
    static bool blames_order(const heard_talk& recipient, const spoken& answer, const heard_delivery& own) {
        return std::any_of(recipient.deliveries.begin(), recipient.deliveries.end(), [&](const heard_delivery& one) {
            return &one != &own && is_answered(one, answer.code, answer.frame) && one.answer->frame > own.said->frame;
        });
    }

    /// Who held the pseudo is not known for certain.
    void check_spm_to_unknown(const heard_talk& who, const spoken& spm, const spoken& answer) {
        for (const heard_talk* one : court_.users_named(spm.pseudo)) {
            const found_deliveries found = deliveries_of(*one, {who.pseudo, spm.message}, spm.frame);
            if (found.any([&](const heard_delivery& each) { return is_answered(each, answer.code, answer.frame); })) {
                court_.kept("PM-3");
                court_.kept("PM-4");
                return;
            }
            if (found.indexes.size() == 1 && found.are_attributed() && is_only_cause(who, *one, spm, found.front())) {
                check_left(who, *one, answer, found.front());
                return;
            }
        }
        const bool may_be_held = court_.may_be_held(spm.pseudo, spm.frame, answer.frame);
        if (may_be_held) {
            court_.undecided("PM-4", who, "who held " + quoted(spm.pseudo) + " is not known");
        } else {
            blame_unless_unseen(court_, "PM-5", who, answer, "a non-zero ERROR: nobody holds " + quoted(spm.pseudo));
        }
    }

    /// Whether nothing but this request explains the delivery.
    static bool is_only_cause(const heard_talk& who, const heard_talk& recipient, const spoken& spm,
                              const heard_delivery& delivered) {
        if (who.registered >= recipient.claimed || who.known_until <= delivered.said->frame ||
            recipient.received.at({who.pseudo, spm.message}).size() != 1) {
            return false;
        }
        return who.sent.at(spm.message).size() == 1;
    }

    /// PM-7: the recipient, of whom everything is known because it has ended its side, has not answered so.
    void check_left(const heard_talk& who, const heard_talk& recipient, const spoken& answer,
                    const heard_delivery& delivered) {
        const bool has_ended = recipient.client().end != ending::open && recipient.client().is_trusted();
        if (!has_ended) {
            court_.undecided("PM-4", who,
                             "what stream " + std::to_string(recipient.of->stream) + " answered is not known");
            return;
        }
        court_.broken(delivered.answer != nullptr ? "PM-4" : "PM-7", who, answer,
                      delivered.answer != nullptr
                          ? answer_text(delivered.answer->code) + ", once the recipient has given it"
                          : "ERROR 4: the recipient left without an answer",
                      answer_text(answer.code));
    }

    court& court_;
};

}  // namespace

void check_rpm(court& before, const heard_talk& who, const heard_request& asked) {
    message_checks{before}.check_rpm(who, asked);
}

void check_spm(court& before, const heard_talk& who, const heard_request& asked) {
    message_checks{before}.check_spm(who, asked);
}

}  // namespace chatos::conformance
