// A message to everybody: the answer to SMA (ALL).
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// The code that a recipient's answer counts as in an SMA, at least (ALL-5): who is late counts as 4.
std::uint8_t least_of(std::uint8_t code) {
    return std::min(code, code_unreachable);
}

class broadcast_checks {
public:
    explicit broadcast_checks(court& before) : court_{before} {}

    void check_sma(const heard_talk& who, const heard_request& asked) {
        const spoken& sma = *asked.said;
        const spoken& answer = *asked.first;
        if (answer.code != code_ok && (sma.message.empty() || sma.message.size() > message_bytes_safe)) {
            return;  // WIRE-10, WIRE-14
        }
        const message_key what{who.pseudo, sma.message};
        bool is_clean = true;
        bool may_have_others = false;
        bool has_code = false;
        std::size_t certain = 0;
        for (const heard_talk& one : court_.talks()) {
            if (&one == &who) {
                continue;
            }
            if (!one.is_certain(sma.frame, answer.frame)) {
                may_have_others = may_have_others || !one.is_user() || one.may_be(one.pseudo, sma.frame, answer.frame);
                has_code = has_code || !one.strays.empty() || has_given(deliveries_of(one, what, sma.frame), answer);
                continue;
            }
            ++certain;
            const found_deliveries found = deliveries_of(one, what, sma.frame);
            if (!found.are_attributed()) {
                court_.undecided("ALL-3", who, "which delivery a recipient's ERROR answers is not known");
                is_clean = false;
                has_code = true;
                continue;
            }
            has_code = has_code || has_given(found, answer);
            is_clean = check_recipient(who, one, found, sma, answer) && is_clean;
        }
        if (!is_clean) {
            return;
        }
        court_.kept("ALL-2");
        if (certain != 0) {
            court_.kept("ALL-1");
            court_.kept("ALL-3");
            court_.kept(answer.code == code_ok ? "ALL-4" : "ALL-5");
        }
        if (court_.is_complete() && certain == 0 && !may_have_others && answer.code != code_ok) {
            court_.broken("ALL-6", who, answer, "ERROR 0: nobody else is registered", answer_text(answer.code));
        } else if (court_.is_complete() && answer.code != code_ok && answer.code != code_unreachable && !has_code) {
            court_.broken("ALL-5", who, answer, "the highest code that a recipient answered, or 4",
                          answer_text(answer.code));
        } else if (certain == 0 && may_have_others) {
            court_.undecided("ALL-1", who, "who was registered at that time is not known");
        } else if (certain == 0 && answer.code == code_ok) {
            court_.kept("ALL-6");
        }
    }

    /// One recipient for certain; false when it shows a violation.
    bool check_recipient(const heard_talk& who, const heard_talk& to, const found_deliveries& found, const spoken& sma,
                         const spoken& answer) {
        const std::string name = "stream " + std::to_string(to.of->stream);
        if (found.indexes.empty()) {
            if (answer.code != code_ok && owes_something(to, sma.frame, answer.frame)) {
                return true;  // FLOW-9: it may have run out of time before it was sent
            }
            court_.broken("ALL-1", who, answer, "an SPM to every other user, " + name + " among them",
                          answer_text(answer.code) + ", and nothing was delivered to " + name);
            return false;
        }
        if (found.any([&](const heard_delivery& one) {
                const bool has_come = one.answer != nullptr && one.answer->frame < answer.frame;
                return answer.code >= (has_come ? least_of(one.answer->code) : code_unreachable);
            })) {
            return true;
        }
        const heard_delivery& first = found.front();
        const bool is_given = first.answer != nullptr && first.answer->frame < answer.frame;
        court_.broken(is_given ? "ALL-5" : "ALL-3", who, answer,
                      is_given ? "a code not below " + std::to_string(least_of(first.answer->code)) + ": " + name +
                                     " answered " + std::to_string(first.answer->code)
                               : "nothing before " + name + " has answered, left or run out of time",
                      answer_text(answer.code));
        return false;
    }

    court& court_;
};

}  // namespace

void check_sma(court& before, const heard_talk& who, const heard_request& asked) {
    broadcast_checks{before}.check_sma(who, asked);
}

}  // namespace chatos::conformance
