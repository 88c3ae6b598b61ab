#include "judge/heard_talk.hpp"

#include "judge/request_checks.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

// Anybody accepts so much (WIRE-14); more may be malformed to a server with low limits.
constexpr std::size_t pseudo_bytes_safe = 32;
constexpr std::size_t favourable_safe = 1'024;  // PM-6: at least so many are remembered

bool has_empty_message(const spoken& one) {
    return one.message.empty() && (one.op == opcode::spm || one.op == opcode::sma);
}

bool is_trusted(const utterances& by, const spoken& one) {
    return one.offset + one.length <= by.trusted_until;
}

/// Requests and answers meet in order (FLOW-1).
class answer_reader {
public:
    explicit answer_reader(heard_talk& into) : into_{into} {}

    void read() {
        for (const spoken& one : into_.client().packets) {
            if (is_trusted(into_.client(), one) && one.op != opcode::error) {
                into_.requests.push_back({.said = &one});
            }
        }
        for (const spoken& one : into_.server().packets) {
            if (!is_trusted(into_.server(), one)) {
                break;
            }
            if (one.op == opcode::error && !take(one)) {
                break;
            }
        }
        for (std::size_t index = next_; index < into_.requests.size(); ++index) {
            into_.requests[index].from_user = into_.is_user();
        }
    }

private:
    bool take(const spoken& answer) {
        if (next_ == into_.requests.size() || into_.requests[next_].said->frame > answer.frame) {
            // Where a request may be hidden this may be its answer.
            if (next_ != into_.requests.size() || into_.client().is_trusted()) {
                into_.unasked = &answer;
            }
            return false;
        }
        heard_request& asked = into_.requests[next_];
        if (asked.first != nullptr) {
            asked.second = &answer;
            ++next_;
            return true;
        }
        asked.first = &answer;
        asked.from_user = into_.is_user();
        asked.done_by = answer.frame;
        if (asked.from_user && answer.code != code_refused) {
            into_.known_until = std::max(into_.known_until, asked.said->frame);
        }
        if (asked.said->op == opcode::cr && answer.code == code_ok && !into_.is_user()) {
            into_.pseudo = asked.said->pseudo;
            into_.claimed = asked.said->frame;
            into_.registered = answer.frame;
        }
        next_ += asked.wants_second() ? 0 : 1;
        return true;
    }

    heard_talk& into_;
    std::size_t next_{0};
};

/// What the checks look up.
void index_requests(heard_talk& into) {
    struct asked_about {
        const heard_request* last{nullptr};
        const heard_request* favourable{nullptr};
        std::size_t favourable_at{0};
        bool may_have{false};
        bool is_used{false};
    };
    std::map<std::string_view, asked_about> asked;
    for (std::size_t index = 0; index < into.requests.size(); ++index) {
        heard_request& one = into.requests[index];
        if (one.said->op == opcode::rpm) {
            asked_about& about = asked[one.said->pseudo];
            const bool is_favourable = one.first != nullptr && one.first->code == code_ok;
            about.last = &one;
            about.may_have = about.may_have || is_favourable || one.first == nullptr;
            if (is_favourable) {
                about.favourable = &one;
                about.favourable_at = index;
                about.is_used = false;
            }
        } else if (one.said->op == opcode::spm) {
            asked_about& about = asked[one.said->pseudo];
            one.last_rpm = about.last;
            one.favourable_rpm = about.favourable;
            one.may_have_asked = about.may_have;
            one.is_first_since_rpm =
                about.favourable != nullptr && !about.is_used && index - about.favourable_at < favourable_safe;
            about.is_used = true;
        }
        if (one.said->op == opcode::spm || one.said->op == opcode::sma) {
            into.sent[one.said->message].push_back(index);
        } else if (one.said->op == opcode::pc) {
            into.offered[one.said->pseudo].push_back(index);
        }
    }
    if (into.is_user()) {
        return;
    }
    std::size_t next = 0;
    for (const spoken& one : into.client().packets) {
        while (next < into.requests.size() && into.requests[next].said->offset < one.offset) {
            ++next;
        }
        const bool is_answered =
            next < into.requests.size() && into.requests[next].said == &one && into.requests[next].first != nullptr;
        if (one.op == opcode::cr && !is_answered) {
            into.open_claims.emplace_back(one.pseudo, one.frame);
        }
    }
}

/// Deliveries and the client's ERRORs meet in order (FLOW-2).
void read_deliveries(heard_talk& into) {
    for (const spoken& one : into.server().packets) {
        if (!is_trusted(into.server(), one)) {
            break;
        }
        if (one.op == opcode::spm) {
            into.received[{one.pseudo, one.message}].push_back(into.deliveries.size());
            into.deliveries.push_back({.said = &one});
        } else if (one.op == opcode::pc) {
            into.offers[one.pseudo].push_back(into.deliveries.size());
            into.deliveries.push_back({.said = &one});
        }
    }
    std::size_t next = 0;
    for (const spoken& one : into.client().packets) {
        if (!is_trusted(into.client(), one)) {
            break;
        }
        if (one.op != opcode::error) {
            continue;
        }
        if (next < into.deliveries.size() && into.deliveries[next].said->frame < one.frame) {
            into.deliveries[next++].answer = &one;
        } else if (next == into.deliveries.size() && !into.server().is_trusted()) {
            break;
        } else {
            into.strays.push_back(&one);
        }
    }
}

/// An ERROR that was sent when nothing was to be answered may have crossed a delivery on the way. It has not where the
/// server answered a later request of that client before it sent the delivery.
void judge_strays(heard_talk& into) {
    for (const spoken* stray : into.strays) {
        const auto next = std::find_if(into.deliveries.begin(), into.deliveries.end(),
                                       [&](const heard_delivery& one) { return one.said->frame > stray->frame; });
        if (next == into.deliveries.end()) {
            continue;
        }
        const bool is_over = std::any_of(into.requests.begin(), into.requests.end(), [&](const heard_request& one) {
            return one.said->offset > stray->offset && one.first != nullptr && one.first->offset < next->said->offset;
        });
        if (!is_over) {
            into.attributed_deliveries =
                std::min(into.attributed_deliveries, static_cast<std::size_t>(next - into.deliveries.begin()));
        }
    }
}

}  // namespace

bool heard_talk::may_be(const std::string& name, std::uint64_t from, std::uint64_t until) const noexcept {
    if (server().end != ending::open && server().end_frame < from) {
        return false;
    }
    if (is_user()) {
        return pseudo == name && claimed < until;
    }
    return std::any_of(open_claims.begin(), open_claims.end(),
                       [&](const auto& one) { return one.first == name && one.second < until; });
}

std::span<const std::size_t> heard_talk::after(const index_list& list, std::uint64_t frame) const noexcept {
    const auto first = std::partition_point(list.begin(), list.end(),
                                            [&](std::size_t index) { return deliveries[index].said->frame <= frame; });
    return {first, list.end()};
}

bool heard_talk::may_be_farewell(const spoken& answer, bool from_user) const noexcept {
    const bool is_last = server().packets.empty() || server().packets.back().offset == answer.offset;
    if (answer.code != code_refused || !is_last) {
        return false;
    }
    const utterances& said = client();
    const bool is_known =
        from_user && said.is_trusted() && server().is_trusted() && !said.broken && said.cut_short.empty();
    return !is_known || std::any_of(said.packets.begin(), said.packets.end(), [&](const spoken& one) {
        return one.frame > answer.frame || one.pseudo.size() > pseudo_bytes_safe ||
               one.message.size() > message_bytes_safe || has_empty_message(one);  // WIRE-10
    }) || std::any_of(deliveries.begin(), deliveries.end(), [&](const heard_delivery& one) {
        return one.said->frame < answer.frame && (one.answer == nullptr || one.answer->frame > answer.frame);
    });
}

heard_talk understand(const talk& one) {
    heard_talk made;
    made.of = &one;
    const auto& packets = one.by(speaker::client).packets;
    made.is_tunnel = !packets.empty() && packets.front().op == opcode::pc;
    if (made.is_tunnel) {
        return made;
    }
    answer_reader{made}.read();
    index_requests(made);
    read_deliveries(made);
    judge_strays(made);
    return made;
}

}  // namespace chatos::conformance
