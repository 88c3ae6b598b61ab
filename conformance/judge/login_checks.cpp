// Becoming a user, and what those get who are none (CONN).
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// Whether a server that compares pseudos in a way of its own may take one for the other.
bool looks_alike(const std::string& left, const std::string& right) {
    const auto folded = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(),
                       [](char one) { return one >= 'A' && one <= 'Z' ? static_cast<char>(one + ('a' - 'A')) : one; });
        return text;
    };
    const auto is_ascii = [](const std::string& text) {
        return std::none_of(text.begin(), text.end(), [](char one) { return static_cast<unsigned char>(one) > 0x7F; });
    };
    return folded(left) == folded(right) || left.starts_with(right) || right.starts_with(left) || !is_ascii(left) ||
           !is_ascii(right);
}

class login_checks {
public:
    explicit login_checks(court& before) : court_{before} {}

    void check_login(const heard_talk& who, const heard_request& asked) {
        const spoken& cr = *asked.said;
        const spoken& answer = *asked.first;
        const heard_talk* other = court_.holder(cr.pseudo, cr.frame, answer.frame);
        if (answer.code == code_ok && other != nullptr) {
            court_.broken("CONN-2", who, answer,
                          "ERROR 1: stream " + std::to_string(other->of->stream) + " holds " + quoted(cr.pseudo),
                          answer_text(answer.code));
            return;
        }
        if (answer.code == code_ok) {
            court_.kept("CONN-1");
        } else if (answer.code == code_taken) {
            check_taken(who, cr, answer);
        } else if (answer.code != code_full) {
            court_.broken(other != nullptr ? "CONN-2" : "CONN-1", who, answer, "ERROR 0, 1 or 2 for a CR",
                          answer_text(answer.code));
        } else {
            court_.undecided("CONN-4", who, "how many users the server has room for is not known");
        }
    }

    void check_taken(const heard_talk& who, const spoken& cr, const spoken& answer) {
        if (court_.may_be_held(cr.pseudo, cr.frame, answer.frame)) {
            court_.kept("CONN-2");
            return;
        }
        const bool was_held = !court_.users_named(cr.pseudo).empty();
        const auto& all = court_.talks();
        const bool is_like = std::any_of(all.begin(), all.end(), [&](const heard_talk& one) {
            return one.is_user() && one.may_be(one.pseudo, cr.frame, answer.frame) &&
                   looks_alike(one.pseudo, cr.pseudo);
        });
        const std::string_view rule = is_like ? "CONN-5" : was_held ? "CONN-6" : "CONN-1";
        if (court_.is_complete()) {
            court_.broken(rule, who, answer, "ERROR 0: nobody holds " + quoted(cr.pseudo), answer_text(answer.code));
        } else {
            court_.undecided(rule, who, "somebody who is not in the capture may hold " + quoted(cr.pseudo));
        }
    }

    void check_second_login(const heard_talk& who, const heard_request& asked) {
        const spoken& cr = *asked.said;
        const spoken& answer = *asked.first;
        const bool is_held = cr.pseudo == who.pseudo || court_.holder(cr.pseudo, cr.frame, answer.frame) != nullptr;
        const bool may_be_held =
            is_held || !court_.is_complete() || court_.may_be_held(cr.pseudo, cr.frame, answer.frame);
        const bool is_right = is_held ? answer.code == code_taken
                                      : answer.code == code_refused || (answer.code == code_taken && may_be_held);
        if (is_right) {
            court_.kept("CONN-7");
        } else {
            court_.broken("CONN-7", who, answer,
                          is_held       ? "ERROR 1: that pseudo is held"
                          : may_be_held ? "ERROR 5, or 1 if that pseudo is held"
                                        : "ERROR 5",
                          answer_text(answer.code));
        }
    }

    void check_early(const heard_talk& who, const heard_request& asked) {
        if (asked.first->code == code_refused) {
            court_.kept("CONN-8");
        } else {
            court_.broken("CONN-8", who, *asked.first, "ERROR 5: the client is not registered",
                          answer_text(asked.first->code));
        }
    }

    court& court_;
};

}  // namespace

void check_login(court& before, const heard_talk& who, const heard_request& asked) {
    login_checks{before}.check_login(who, asked);
}

void check_second_login(court& before, const heard_talk& who, const heard_request& asked) {
    login_checks{before}.check_second_login(who, asked);
}

void check_early_request(court& before, const heard_talk& who, const heard_request& asked) {
    login_checks{before}.check_early(who, asked);
}

}  // namespace chatos::conformance
