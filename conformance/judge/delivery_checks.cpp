// What the server delivers must have a cause: a request that came before, of somebody with that pseudo, for this user.
#include "judge/court.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace chatos::conformance {
namespace {

struct cause_place {
    std::size_t messages{0};  ///< in the sender's requests: where the next cause of an SPM is looked for
    std::size_t offers{0};    ///< likewise of a PC, which may have waited for its turn (PC-7)
};

class delivery_checks {
public:
    explicit delivery_checks(court& before) : court_{before} {}

    void check(const heard_talk& to) {
        std::map<const heard_talk*, cause_place> places;
        for (const heard_delivery& one : to.deliveries) {
            check_one(to, *one.said, places);
        }
    }

    /// ALL-8: a message to all that had been processed for certain before its recipient registered.
    void check_latecomers() {
        for (const match& one : matches_) {
            if (one.cause->said->op == opcode::sma && one.cause->done_by < one.to->claimed &&
                one.from->sent.at(one.cause->said->message).size() == 1) {
                court_.broken("ALL-8", *one.to, *one.said,
                              "nothing: the SMA was processed before this client asked to be registered",
                              described(*one.said, speaker::server));
            } else if (one.cause->said->op == opcode::sma) {
                court_.kept("ALL-8");
            }
        }
    }

private:
    struct match {
        const heard_talk* to;
        const spoken* said;
        const heard_talk* from;
        const heard_request* cause;
    };

    void check_one(const heard_talk& to, const spoken& said, std::map<const heard_talk*, cause_place>& places) {
        const bool is_offer = said.op == opcode::pc;
        if (!has_claimed(to, said.frame)) {
            if (to.client().is_trusted()) {
                court_.broken(is_offer ? "PC-1" : "ALL-7", to, said,
                              "nothing: this client has not asked to be registered", described(said, speaker::server));
            }
            return;
        }
        if (!to.is_user() || said.frame < to.registered) {
            return;
        }
        const heard_talk* sender = sender_for_certain(to, said);
        if (sender != nullptr) {
            check_cause(to, said, *sender, places[sender]);
        } else if (has_any_cause(to, said)) {
            court_.kept(is_offer ? "PC-1" : "PM-3");
        } else if (court_.is_complete()) {
            blame(to, said, nullptr);
        } else {
            court_.undecided(is_offer ? "PC-1" : "PM-3", to, "who was " + quoted(said.pseudo) + " is not known");
        }
    }

    static bool has_claimed(const heard_talk& to, std::uint64_t before) {
        const auto& said = to.client().packets;
        return std::any_of(said.begin(), said.end(),
                           [&](const spoken& one) { return one.op == opcode::cr && one.frame < before; });
    }

    /// The only connection that can have caused a delivery under that pseudo: it was registered before the recipient
    /// asked to be, and was still there when the delivery came.
    [[nodiscard]] const heard_talk* sender_for_certain(const heard_talk& to, const spoken& said) const {
        for (const heard_talk* one : court_.users_named(said.pseudo)) {
            if (one == &to || (one->registered < to.claimed && one->known_until > said.frame)) {
                return one;
            }
        }
        return nullptr;
    }

    static bool is_for(const spoken& request, const heard_talk& to, const spoken& said) {
        if (said.op == opcode::pc) {
            return request.op == opcode::pc && request.pseudo == to.pseudo;
        }
        return request.message == said.message &&
               (request.op == opcode::sma || (request.op == opcode::spm && request.pseudo == to.pseudo));
    }

    /// A request that the rules let have this effect. `to` itself is reached by its own SPM alone (ALL-2, PC-6).
    static bool may_cause(const heard_talk& from, std::size_t index, const heard_talk& to, const spoken& said) {
        const spoken& request = *from.requests[index].said;
        if (request.frame > said.frame || !is_for(request, to, said)) {
            return false;
        }
        if (&from == &to && request.op != opcode::spm) {
            return false;
        }
        return request.op != opcode::spm || from.requests[index].may_have_asked;  // PM-5
    }

    /// The first request from `next` on that may have caused the delivery, as an index.
    static std::optional<std::size_t> find_cause(const heard_talk& from, std::size_t next, const heard_talk& to,
                                                 const spoken& said) {
        const bool is_offer = said.op == opcode::pc;
        const auto& lists = is_offer ? from.offered : from.sent;
        const auto list = lists.find(is_offer ? std::string_view{to.pseudo} : std::string_view{said.message});
        if (list == lists.end()) {
            return std::nullopt;
        }
        const auto first = std::lower_bound(list->second.begin(), list->second.end(), next);
        const auto found = std::find_if(first, list->second.end(),
                                        [&](std::size_t index) { return may_cause(from, index, to, said); });
        return found == list->second.end() ? std::nullopt : std::optional{*found};
    }

    void check_cause(const heard_talk& to, const spoken& said, const heard_talk& from, cause_place& place) {
        if (&from == &to && !to.client().is_trusted()) {
            return;
        }
        std::size_t& next = said.op == opcode::pc ? place.offers : place.messages;
        const std::optional<std::size_t> cause = find_cause(from, next, to, said);
        if (!cause) {
            blame(to, said, &from);
            return;
        }
        next = *cause + 1;
        const heard_request& request = from.requests[*cause];
        matches_.push_back({&to, &said, &from, &request});
        court_.kept(said.op == opcode::pc ? "PC-1" : request.said->op == opcode::sma ? "ALL-1" : "PM-3");
    }

    [[nodiscard]] bool has_any_cause(const heard_talk& to, const spoken& said) const {
        const auto& users = court_.users_named(said.pseudo);
        return std::any_of(users.begin(), users.end(),
                           [&](const heard_talk* one) { return find_cause(*one, 0, to, said).has_value(); });
    }

    /// Nothing explains it; which rule says so depends on what comes nearest.
    void blame(const heard_talk& to, const spoken& said, const heard_talk* from) {
        court_.broken(nearest_rule(to, said, from), to, said,
                      "a delivery that a request of " + quoted(said.pseudo) + " before it asked for",
                      described(said, speaker::server) + ", which nobody asked for");
    }

    [[nodiscard]] std::string_view nearest_rule(const heard_talk& to, const spoken& said,
                                                const heard_talk* from) const {
        const bool is_offer = said.op == opcode::pc;
        if (from == &to) {
            const bool is_own = std::any_of(to.requests.begin(), to.requests.end(), [&](const heard_request& one) {
                return one.said->frame < said.frame &&
                       (is_offer ? one.said->op == opcode::pc && one.said->pseudo == to.pseudo
                                 : one.said->op == opcode::sma && one.said->message == said.message);
            });
            if (is_own) {
                return is_offer ? "PC-6" : "ALL-2";
            }
        }
        bool was_to_all = false;
        bool was_without_rpm = false;
        bool is_garbled = false;
        for (const heard_talk& one : court_.talks()) {
            if (from != nullptr && from != &to && &one != from) {
                continue;
            }
            is_garbled = is_garbled ||
                         (one.client().broken && one.client().broken->frame < said.frame && one.pseudo == said.pseudo);
            for (std::size_t index = 0; index < one.requests.size(); ++index) {
                const spoken& request = *one.requests[index].said;
                if (request.frame > said.frame) {
                    continue;
                }
                was_to_all = was_to_all || (request.op == opcode::sma && !is_offer &&
                                            (from == &to ? request.message == said.message : !has_spm_to(one, to)));
                was_without_rpm = was_without_rpm || (request.op == opcode::spm && is_for(request, to, said) &&
                                                      !one.requests[index].may_have_asked);
            }
        }
        return is_garbled                       ? "ERR-1"
               : was_without_rpm && from != &to ? "PM-5"
               : is_offer                       ? "PC-1"
               : was_to_all                     ? "ALL-1"
                                                : "PM-3";
    }

    static bool has_spm_to(const heard_talk& from, const heard_talk& to) {
        return std::any_of(from.requests.begin(), from.requests.end(), [&](const heard_request& one) {
            return one.said->op == opcode::spm && one.said->pseudo == to.pseudo;
        });
    }

    court& court_;
    std::vector<match> matches_;
};

}  // namespace

void check_deliveries(court& before) {
    if (!before.settings().judges_server) {
        return;
    }
    delivery_checks checks{before};
    for (const heard_talk& one : before.talks()) {
        checks.check(one);
    }
    checks.check_latecomers();
}

}  // namespace chatos::conformance
