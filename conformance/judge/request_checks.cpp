// The answers to requests, each to the check of its family.
#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// A client that has sent garbage gets ERROR 5, last. An ERROR 5 that is not last, where only 0 and 4 may be.
bool is_out_of_order(const heard_talk& who, const heard_request& asked) {
    return asked.said->op == opcode::rpm && asked.first->code == code_refused && who.client().broken &&
           who.client().broken->frame < asked.first->frame && asked.said->pseudo != who.pseudo;
}

void check_one(court& before, const heard_talk& who, const heard_request& asked) {
    if (asked.said->op == opcode::cr) {
        (asked.from_user ? check_second_login : check_login)(before, who, asked);
    } else if (!asked.from_user) {
        check_early_request(before, who, asked);
    } else if (is_out_of_order(who, asked)) {
        before.broken("ERR-2", who, *asked.first, "the answers that are settled first, ERROR 5 last",
                      answer_text(code_refused) + " before other answers");
    } else if (asked.said->op == opcode::rpm) {
        check_rpm(before, who, asked);
    } else if (asked.said->op == opcode::spm) {
        check_spm(before, who, asked);
    } else if (asked.said->op == opcode::sma) {
        check_sma(before, who, asked);
    } else {
        check_pc(before, who, asked);
    }
}

}  // namespace

bool owes_something(const heard_talk& to, std::uint64_t from, std::uint64_t until) {
    const auto later = std::partition_point(to.deliveries.begin(), to.deliveries.end(),
                                            [&](const heard_delivery& one) { return one.said->frame < until; });
    // One that came later may have been sent before, unless the server's word for something asked later came first.
    const bool is_later =
        later == to.deliveries.end() ||
        std::any_of(to.requests.begin(), to.requests.end(), [&](const heard_request& one) {
            return one.first != nullptr && one.said->frame > until && one.first->offset < later->said->offset;
        });
    if (!is_later || later == to.deliveries.begin()) {
        return !is_later;
    }
    const spoken* answer = std::prev(later)->answer;
    if (answer == nullptr || to.attributed_deliveries != SIZE_MAX) {
        return true;
    }
    const auto asked = std::find_if(to.requests.begin(), to.requests.end(),
                                    [&](const heard_request& one) { return one.said->offset > answer->offset; });
    return asked == to.requests.end() || asked->first == nullptr || asked->first->frame > from;
}

void blame_unless_unseen(court& before, std::string_view rule, const heard_talk& who, const spoken& answer,
                         std::string expected) {
    if (before.is_complete()) {
        before.broken(rule, who, answer, std::move(expected), answer_text(answer.code));
    } else {
        before.undecided(rule, who, "somebody who is not in the capture may explain it");
    }
}

void check_requests(court& before) {
    if (!before.settings().judges_server) {
        return;
    }
    for (const heard_talk& one : before.talks()) {
        for (const heard_request& asked : one.requests) {
            if (asked.first == nullptr) {
                break;
            }
            if (!one.may_be_farewell(*asked.first, asked.from_user)) {
                check_one(before, one, asked);
            }
        }
    }
}

}  // namespace chatos::conformance
