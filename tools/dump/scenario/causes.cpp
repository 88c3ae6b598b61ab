#include "dump/scenario/causes.hpp"

#include <algorithm>

namespace chatos::dump {

using conformance::ending;
using conformance::heard_delivery;
using conformance::heard_request;
using conformance::heard_talk;
using conformance::spoken;

causes::causes(const conformance::conversation& heard) {
    talks_.reserve(heard.talks.size());
    for (const conformance::talk& one : heard.talks) {
        talks_.push_back(conformance::understand(one));
    }
    for (const heard_talk& one : talks_) {
        std::set<std::string_view>& claimed = claimed_.emplace_back();
        for (const heard_request& asked : one.requests) {
            if (asked.said->op == opcode::cr) {
                claimed.insert(asked.said->pseudo);
            }
            for (const spoken* answer : {asked.first, asked.second}) {
                if (answer != nullptr) {
                    asked_.emplace(answer, &asked);
                }
            }
        }
    }
    match_deliveries();
}

void causes::match_deliveries() {
    for (std::size_t actor = 0; actor < talks_.size(); ++actor) {
        for (const heard_delivery& one : talks_[actor].deliveries) {
            if (const heard_request* cause = find_cause(actor, *one.said)) {
                caused_.emplace(one.said, cause);
                deliveries_[cause].push_back({actor, &one});
            }
        }
    }
}

/// The first request that fits and has not had this effect on this client yet.
const heard_request* causes::find_cause(std::size_t to, const spoken& delivered) const {
    for (const heard_talk& from : talks_) {
        if (from.pseudo != delivered.pseudo || !from.is_user()) {
            continue;
        }
        for (const heard_request& asked : from.requests) {
            const spoken& said = *asked.said;
            const bool is_named = said.pseudo == talks_[to].pseudo;
            const bool fits = delivered.op == opcode::pc
                                  ? said.op == opcode::pc && is_named
                                  : said.message == delivered.message &&
                                        (said.op == opcode::sma || (said.op == opcode::spm && is_named));
            if (!fits || said.frame > delivered.frame) {
                continue;
            }
            const auto had = deliveries_.find(&asked);
            const bool is_used =
                had != deliveries_.end() && std::any_of(had->second.begin(), had->second.end(),
                                                        [&](const delivery_place& one) { return one.actor == to; });
            if (!is_used) {
                return &asked;
            }
        }
    }
    return nullptr;
}

const heard_request* causes::request_of(std::size_t, const spoken& answer) const {
    const auto found = asked_.find(&answer);
    return found == asked_.end() ? nullptr : found->second;
}

std::vector<const spoken*> causes::triggers_of(std::size_t actor, const spoken& received) const {
    if (received.op != opcode::error) {
        const auto cause = caused_.find(&received);
        return cause == caused_.end() ? std::vector<const spoken*>{} : std::vector<const spoken*>{cause->second->said};
    }
    const heard_request* asked = request_of(actor, received);
    if (asked == nullptr) {
        return {};
    }
    std::vector<const spoken*> found;
    const auto had = deliveries_.find(asked);
    const bool waits = asked->said->op == opcode::pc ? &received == asked->second : had != deliveries_.end();
    if (waits && had != deliveries_.end()) {
        for (const delivery_place& one : had->second) {
            if (one.delivery->answer != nullptr && one.delivery->answer->frame < received.frame) {
                found.push_back(one.delivery->answer);
            }
        }
    }
    return found.empty() && !waits ? std::vector<const spoken*>{asked->said} : found;
}

std::vector<std::size_t> causes::leavers_before(std::size_t actor, const spoken& answer) const {
    std::vector<std::size_t> found;
    const heard_request* asked = answer.op == opcode::error ? request_of(actor, answer) : nullptr;
    if (asked == nullptr) {
        return found;
    }
    const auto had = deliveries_.find(asked);
    if (had == deliveries_.end() || (asked->said->op == opcode::pc && &answer != asked->second)) {
        return found;
    }
    for (const delivery_place& one : had->second) {
        const conformance::utterances& said = talks_[one.actor].client();
        const bool is_silent = one.delivery->answer == nullptr || one.delivery->answer->frame > answer.frame;
        if (is_silent && said.end != ending::open && said.end_frame < answer.frame) {
            found.push_back(one.actor);
        }
    }
    return found;
}

bool causes::claims(std::size_t actor, const std::string& pseudo) const {
    return claimed_[actor].contains(pseudo);
}

std::string_view causes::rule_of(std::size_t actor, const spoken& received) const {
    if (received.op == opcode::pc) {
        return "PC-1";
    }
    if (received.op == opcode::spm) {
        const auto cause = caused_.find(&received);
        return cause != caused_.end() && cause->second->said->op == opcode::sma ? "ALL-1" : "PM-3";
    }
    const heard_request* asked = request_of(actor, received);
    if (asked == nullptr) {
        return "ERR-2";
    }
    if (asked->said->op == opcode::cr) {
        return asked->from_user ? "CONN-7" : received.code == 0 ? "CONN-1" : received.code == 1 ? "CONN-2" : "CONN-4";
    }
    if (!asked->from_user) {
        return "CONN-8";
    }
    switch (asked->said->op) {
    case opcode::rpm: return received.code == 0 ? "PM-1" : "PM-2";
    case opcode::spm: return deliveries_.contains(asked) ? "PM-4" : "PM-5";
    case opcode::sma: return deliveries_.contains(asked) ? "ALL-3" : "ALL-6";
    case opcode::pc:
        return &received == asked->second ? "PC-3" : received.code == 0 ? "PC-1" : received.code == 4 ? "PC-2" : "PC-6";
    default: return "FLOW-1";
    }
}

}  // namespace chatos::dump
