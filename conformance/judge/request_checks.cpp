// The answers to requests: CONN, PM, ALL, PC. Each check speaks of a request sent at frame `from` and answered at frame
// `until`: the server processed it at some time between the two, nobody knows when.
#include "judge/court.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::uint8_t ok = 0;
constexpr std::uint8_t taken = 1;
constexpr std::uint8_t full = 2;
constexpr std::uint8_t unreachable = 4;
constexpr std::uint8_t refused = 5;
constexpr std::size_t message_bytes_safe = 1'024;  // WIRE-14

/// The code that a recipient's answer counts as in an SMA, at least (ALL-5): who is late counts as 4.
std::uint8_t least_of(std::uint8_t code) {
    return std::min(code, unreachable);
}

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

class request_checks {
public:
    explicit request_checks(court& before) : court_{before} {}

    void check(const heard_talk& who) {
        for (std::size_t index = 0; index < who.requests.size(); ++index) {
            const heard_request& asked = who.requests[index];
            if (asked.first == nullptr) {
                break;
            }
            if (!who.may_be_farewell(*asked.first, asked.from_user)) {
                check_one(who, index);
            }
        }
    }

private:
    void check_one(const heard_talk& who, std::size_t index) {
        const heard_request& asked = who.requests[index];
        if (asked.said->op == opcode::cr) {
            asked.from_user ? check_second_login(who, asked) : check_login(who, asked);
        } else if (!asked.from_user) {
            check_early(who, asked);
        } else if (is_out_of_order(who, asked)) {
            court_.broken("ERR-2", who, *asked.first, "the answers that are settled first, ERROR 5 last",
                          answer_text(refused) + " before other answers");
        } else if (asked.said->op == opcode::rpm) {
            check_rpm(who, asked);
        } else if (asked.said->op == opcode::spm) {
            check_spm(who, index);
        } else if (asked.said->op == opcode::sma) {
            check_sma(who, asked);
        } else {
            check_pc(who, asked);
        }
    }

    /// A client that has sent garbage gets ERROR 5, last. An ERROR 5 that is not last, where only 0 and 4 may be.
    static bool is_out_of_order(const heard_talk& who, const heard_request& asked) {
        return asked.said->op == opcode::rpm && asked.first->code == refused && who.client().broken &&
               who.client().broken->frame < asked.first->frame && asked.said->pseudo != who.pseudo;
    }

    // CONN

    void check_login(const heard_talk& who, const heard_request& asked) {
        const spoken& cr = *asked.said;
        const spoken& answer = *asked.first;
        const heard_talk* other = court_.holder(cr.pseudo, cr.frame, answer.frame);
        if (answer.code == ok && other != nullptr) {
            court_.broken("CONN-2", who, answer,
                          "ERROR 1: stream " + std::to_string(other->of->stream) + " holds " + quoted(cr.pseudo),
                          answer_text(answer.code));
            return;
        }
        if (answer.code == ok) {
            court_.kept("CONN-1");
        } else if (answer.code == taken) {
            check_taken(who, cr, answer);
        } else if (answer.code != full) {
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
        const bool is_right =
            is_held ? answer.code == taken : answer.code == refused || (answer.code == taken && may_be_held);
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
        if (asked.first->code == refused) {
            court_.kept("CONN-8");
        } else {
            court_.broken("CONN-8", who, *asked.first, "ERROR 5: the client is not registered",
                          answer_text(asked.first->code));
        }
    }

    // PM

    void check_rpm(const heard_talk& who, const heard_request& asked) {
        const spoken& rpm = *asked.said;
        const spoken& answer = *asked.first;
        if (rpm.pseudo == who.pseudo) {
            return;  // PM-9
        }
        const heard_talk* holder = court_.holder(rpm.pseudo, rpm.frame, answer.frame);
        const bool may_be_held = court_.may_be_held(rpm.pseudo, rpm.frame, answer.frame);
        const std::string whom = quoted(rpm.pseudo);
        if (answer.code != ok && (holder != nullptr || answer.code != unreachable)) {
            court_.broken(follows_stray(who, asked) ? "FLOW-3"
                          : may_be_held             ? "PM-1"
                                                    : "PM-2",
                          who, answer,
                          holder != nullptr ? "ERROR 0: " + whom + " is stream " + std::to_string(holder->of->stream)
                                            : "ERROR 0 if " + whom + " is there, else ERROR 4",
                          answer_text(answer.code));
        } else if (answer.code == ok) {
            if (may_be_held) {
                court_.kept("PM-1");
            } else {
                missing_user("PM-2", who, answer, "ERROR 4: nobody holds " + whom);
            }
        } else if (may_be_held) {
            court_.undecided("PM-1", who, "whether " + whom + " was still there is not known");
        } else {
            court_.kept("PM-2");
        }
    }

    /// Whether the answer may be one to an ERROR that answered nothing.
    static bool follows_stray(const heard_talk& who, const heard_request& asked) {
        return asked.first->code == refused &&
               std::any_of(who.strays.begin(), who.strays.end(),
                           [&](const spoken* one) { return one->frame < asked.first->frame; });
    }

    /// Nobody who was seen explains an answer. Is there anybody else?
    void missing_user(std::string_view rule, const heard_talk& who, const spoken& answer, std::string expected) {
        if (court_.is_complete()) {
            court_.broken(rule, who, answer, std::move(expected), answer_text(answer.code));
        } else {
            court_.undecided(rule, who, "somebody who is not in the capture may explain it");
        }
    }

    void check_spm(const heard_talk& who, std::size_t index) {
        const heard_request& asked = who.requests[index];
        const spoken& spm = *asked.said;
        const spoken& answer = *asked.first;
        const heard_request* rpm = asked.favourable_rpm;
        if (rpm == nullptr) {
            if (answer.code == ok) {
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
        if (holder != nullptr && holder->claimed > rpm->first->frame && answer.code == ok) {
            court_.broken("PM-10", who, answer,
                          "a non-zero ERROR: the RPM was answered before stream " + std::to_string(holder->of->stream) +
                              " became " + quoted(spm.pseudo),
                          answer_text(answer.code));
            return;
        }
        const bool must_reach = holder != nullptr && holder->registered < rpm->said->frame && !spm.message.empty() &&
                                spm.message.size() <= message_bytes_safe && asked.is_first_since_rpm;
        const bool may_be_late = answer.code == unreachable && court_.may_be_timeout(spm, answer, false);
        if (answer.code != ok && (!must_reach || may_be_late)) {
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

    using message_key = std::pair<std::string_view, std::string_view>;  // sender and message

    /// Deliveries of a message to somebody after a frame.
    struct found_deliveries {
        const heard_talk* to;
        std::span<const std::size_t> indexes;

        [[nodiscard]] bool are_attributed() const {
            return indexes.empty() || indexes.back() < to->attributed_deliveries;
        }
        [[nodiscard]] const heard_delivery& front() const { return to->deliveries[indexes.front()]; }
        template <typename Test>
        [[nodiscard]] bool any(Test test) const {
            return std::any_of(indexes.begin(), indexes.end(),
                               [&](std::size_t index) { return test(to->deliveries[index]); });
        }
    };

    static found_deliveries deliveries_of(const heard_talk& to, const message_key& what, std::uint64_t from) {
        const auto all = to.received.find(what);
        return {&to, all == to.received.end() ? std::span<const std::size_t>{} : to.after(all->second, from)};
    }

    static bool is_answered(const heard_delivery& one, std::uint8_t code, std::uint64_t before) {
        return one.answer != nullptr && one.answer->frame < before && one.answer->code == code;
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
            missing_user("PM-5", who, answer, "a non-zero ERROR: nobody holds " + quoted(spm.pseudo));
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

    // ALL

    void check_sma(const heard_talk& who, const heard_request& asked) {
        const spoken& sma = *asked.said;
        const spoken& answer = *asked.first;
        if (answer.code != ok && (sma.message.empty() || sma.message.size() > message_bytes_safe)) {
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
            court_.kept(answer.code == ok ? "ALL-4" : "ALL-5");
        }
        if (court_.is_complete() && certain == 0 && !may_have_others && answer.code != ok) {
            court_.broken("ALL-6", who, answer, "ERROR 0: nobody else is registered", answer_text(answer.code));
        } else if (court_.is_complete() && answer.code != ok && answer.code != unreachable && !has_code) {
            court_.broken("ALL-5", who, answer, "the highest code that a recipient answered, or 4",
                          answer_text(answer.code));
        } else if (certain == 0 && may_have_others) {
            court_.undecided("ALL-1", who, "who was registered at that time is not known");
        } else if (certain == 0 && answer.code == ok) {
            court_.kept("ALL-6");
        }
    }

    static bool has_given(const found_deliveries& found, const spoken& answer) {
        return found.any([&](const heard_delivery& one) { return is_answered(one, answer.code, answer.frame); });
    }

    /// One recipient for certain; false when it shows a violation.
    bool check_recipient(const heard_talk& who, const heard_talk& to, const found_deliveries& found, const spoken& sma,
                         const spoken& answer) {
        const std::string name = "stream " + std::to_string(to.of->stream);
        if (found.indexes.empty()) {
            if (answer.code != ok && owes_something(to, sma.frame, answer.frame)) {
                return true;  // FLOW-9: it may have run out of time before it was sent
            }
            court_.broken("ALL-1", who, answer, "an SPM to every other user, " + name + " among them",
                          answer_text(answer.code) + ", and nothing was delivered to " + name);
            return false;
        }
        if (found.any([&](const heard_delivery& one) {
                const bool has_come = one.answer != nullptr && one.answer->frame < answer.frame;
                return answer.code >= (has_come ? least_of(one.answer->code) : unreachable);
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

    /// FLOW-9: whether a delivery made between the two frames may have had to wait behind another. It has not where the
    /// client asked something after its last answer, and got the server's word for it in time.
    static bool owes_something(const heard_talk& to, std::uint64_t from, std::uint64_t until) {
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

    // PC

    void check_pc(const heard_talk& who, const heard_request& asked) {
        const spoken& pc = *asked.said;
        const spoken& answer = *asked.first;
        if (pc.pseudo == who.pseudo) {
            if (answer.code == refused) {
                court_.kept("PC-6");
            } else {
                court_.broken("PC-6", who, answer, "ERROR 5: a PC to oneself", answer_text(answer.code));
            }
            return;
        }
        const heard_talk* holder = court_.holder(pc.pseudo, pc.frame, answer.frame);
        const bool may_be_held = court_.may_be_held(pc.pseudo, pc.frame, answer.frame);
        if (answer.code == ok) {
            if (holder == nullptr && !may_be_held) {
                missing_user("PC-2", who, answer, "ERROR 4: nobody holds " + quoted(pc.pseudo));
            } else if (asked.second != nullptr) {
                check_decision(who, asked);
            }
        } else if (answer.code == unreachable) {
            if (holder != nullptr) {
                court_.broken("PC-1", who, answer,
                              "ERROR 0: " + quoted(pc.pseudo) + " is stream " + std::to_string(holder->of->stream),
                              answer_text(answer.code));
            } else if (may_be_held) {
                court_.undecided("PC-1", who, "whether " + quoted(pc.pseudo) + " was still there is not known");
            } else {
                court_.kept("PC-2");
            }
        } else if (answer.code != refused) {
            court_.broken("PC-1", who, answer, "ERROR 0, 4 or 5 for a PC", answer_text(answer.code));
        } else if (holder == nullptr && !may_be_held) {
            missing_user("PC-2", who, answer, "ERROR 4: nobody holds " + quoted(pc.pseudo));
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
        if ((answer.code == unreachable && court_.may_be_timeout(pc, answer, true)) ||
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

void check_requests(court& before) {
    if (!before.settings().judges_server) {
        return;
    }
    request_checks checks{before};
    for (const heard_talk& one : before.talks()) {
        checks.check(one);
    }
}

}  // namespace chatos::conformance
