// What either side sent as bytes (WIRE), packets that a server never sends, and answers that nobody asked for.
#include "judge/court.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// Rules that what was lost, or could not be relied upon, might have shown kept or broken.
std::vector<std::string_view> rules_about(const spoken& one, speaker by) {
    if (by == speaker::server) {
        return one.op == opcode::error ? std::vector<std::string_view>{"FLOW-1"}
                                       : std::vector<std::string_view>{"PM-3"};
    }
    switch (one.op) {
    case opcode::cr: return {"CONN-1", "CONN-2"};
    case opcode::rpm: return {"PM-1", "PM-2"};
    case opcode::spm: return {"PM-3", "PM-4", "CLI-4"};
    case opcode::sma: return {"ALL-1", "ALL-3"};
    case opcode::pc: return {"PC-1", "PC-3"};
    case opcode::error: return {"FLOW-2", "CLI-2"};
    }
    return {};
}

class byte_checks {
public:
    explicit byte_checks(court& before) : court_{before} {}

    void check(const heard_talk& who) {
        check_side(who, speaker::client);
        check_side(who, speaker::server);
        if (court_.settings().judges_server && !who.is_tunnel) {
            check_directions(who);
        }
    }

private:
    void check_side(const heard_talk& who, speaker by) {
        const utterances& said = who.of->by(by);
        const bool is_judged =
            by == speaker::server ? court_.settings().judges_server : court_.settings().judges_clients;
        for (const spoken& one : said.packets) {
            const bool is_lost = one.offset + one.length > said.trusted_until;
            for (const std::string_view rule : is_lost ? rules_about(one, by) : std::vector<std::string_view>{}) {
                court_.undecided(rule, who, said.doubt);
            }
            if (!is_lost && is_judged) {
                keep_layout(one);
            }
        }
        if (!said.is_trusted()) {
            court_.undecided("FLOW-1", who, said.doubt);
        }
        if (!is_judged || !said.broken || who.is_tunnel) {
            return;
        }
        const broken_packet& broken = *said.broken;
        // A server, or the client that it passes on, may have higher limits than those we read with.
        if (broken.offset >= said.trusted_until || broken.rule == "WIRE-14") {
            court_.undecided(broken.rule, who,
                             broken.rule == "WIRE-14" ? "the limits of the server are not known" : said.doubt);
            return;
        }
        court_.blame({.rule = broken.rule,
                      .by = by,
                      .stream = who.of->stream,
                      .said_by = by,
                      .frame = broken.frame,
                      .time_ns = broken.time_ns,
                      .offset = broken.offset,
                      .expected = "a well-formed packet",
                      .came = std::string{broken.reason}});
    }

    void keep_layout(const spoken& one) {
        court_.kept("WIRE-1");
        switch (one.op) {
        case opcode::cr:
        case opcode::rpm:
        case opcode::pc: court_.kept("WIRE-2"); break;
        case opcode::spm: court_.kept("WIRE-3"); break;
        case opcode::sma: court_.kept("WIRE-4"); break;
        case opcode::error: court_.kept("WIRE-5"); break;
        }
        if (one.op != opcode::error) {
            court_.kept("WIRE-6");
            court_.kept("WIRE-8");
        }
        const auto is_not_ascii = [](char letter) { return static_cast<unsigned char>(letter) > 0x7F; };
        if (std::any_of(one.pseudo.begin(), one.pseudo.end(), is_not_ascii) ||
            std::any_of(one.message.begin(), one.message.end(), is_not_ascii)) {
            court_.kept("WIRE-7");
        }
    }

    /// No server sends a CR, an RPM or an SMA.
    void check_directions(const heard_talk& who) {
        for (const spoken& one : who.server().packets) {
            if (one.offset + one.length > who.server().trusted_until) {
                return;
            }
            const std::string_view rule = one.op == opcode::cr    ? "CONN-1"
                                          : one.op == opcode::rpm ? "PM-1"
                                          : one.op == opcode::sma ? "ALL-1"
                                                                  : "";
            if (!rule.empty()) {
                court_.broken(rule, who, one, "an SPM, PC or ERROR: a server sends nothing else",
                              described(one, speaker::client));
            }
        }
    }

    court& court_;
};

/// An ERROR that answered nothing was followed by a request that got its own answer.
bool ignored_stray(const heard_talk& who) {
    return !who.strays.empty() && std::any_of(who.requests.begin(), who.requests.end(), [&](const heard_request& one) {
        return one.first != nullptr && one.said->offset > who.strays.front()->offset && one.first->code != 5;
    });
}

/// The rule that says how often the request before an answer too many is answered.
std::string_view rule_of_count(const heard_talk& who) {
    if (who.client().broken && who.client().broken->frame < who.unasked->frame) {
        const bool is_last = who.server().packets.back().offset == who.unasked->offset;
        return is_last || who.unasked->code == 5 ? "ERR-2" : "ERR-1";
    }
    const heard_request* last = nullptr;
    for (const heard_request& one : who.requests) {
        last = one.first != nullptr ? &one : last;
    }
    const bool answers_stray = std::any_of(who.strays.begin(), who.strays.end(), [&](const spoken* one) {
        return one->frame < who.unasked->frame && (last == nullptr || one->offset > last->said->offset);
    });
    if (answers_stray || last == nullptr) {
        return answers_stray ? "FLOW-3" : "FLOW-1";
    }
    switch (last->said->op) {
    case opcode::cr: return "CONN-1";
    case opcode::rpm: return last->first->code == 0 ? "PM-1" : "PM-2";
    case opcode::spm: return "PM-4";
    case opcode::sma: return "ALL-3";
    case opcode::pc: return last->first->code == 0 ? "PC-3" : "PC-2";
    case opcode::error: break;
    }
    return "FLOW-1";
}

}  // namespace

void check_bytes(court& before) {
    byte_checks checks{before};
    for (const heard_talk& one : before.talks()) {
        checks.check(one);
    }
}

void check_answers_to(court& before) {
    if (!before.settings().judges_server) {
        return;
    }
    for (const heard_talk& one : before.talks()) {
        if (one.is_tunnel) {
            continue;
        }
        if (one.unasked == nullptr) {
            if (!one.requests.empty() && one.requests.front().first != nullptr) {
                before.kept("FLOW-1");
            }
            if (ignored_stray(one)) {
                before.kept("FLOW-3");
            }
        } else if (one.may_be_farewell(*one.unasked, one.is_user())) {
            before.kept("ERR-2");
        } else {
            before.broken(rule_of_count(one), one, *one.unasked, "no more answers than requests",
                          answer_text(one.unasked->code) + " that no request before it asked for");
        }
    }
}

}  // namespace chatos::conformance
