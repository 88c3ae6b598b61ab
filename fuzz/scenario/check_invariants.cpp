#include "scenario/check_invariants.hpp"

#include "properties/shown_text.hpp"
#include "rules/rule.hpp"
#include "runner/unit_bytes.hpp"

#include <algorithm>
#include <string>

namespace chatos::fuzz {

namespace {

using conformance::received_event;
using conformance::step;

/// Finds out whether the steps of one actor can have used up its events and writes. There is a choice where an optional
/// step may have been passed over, or a send did nothing because the connection had ended.
class actor_account {
public:
    actor_account(const simulated_actor& played, const conformance::scenario& scenario)
        : observed_{played}, has_fence_{scenario.closing_fence}, judges_client_{scenario.role ==
                                                                                conformance::test_role::client} {
        has_ended_ = std::ranges::any_of(played.events, [](const received_event& event) {
            return event.type == received_event::kind::fin || event.type == received_event::kind::reset;
        });
    }

    bool is_balanced(const std::vector<const step*>& program) {
        // Bytes come in any pieces, each an event: there is nothing to count.
        return std::ranges::any_of(program, expects_bytes) || goes(program, 0, {});
    }

private:
    struct used {
        std::size_t events{0};
        std::size_t writes{0};
        bool closed{false};
    };

    static bool expects_bytes(const step* step) {
        const auto* expect = std::get_if<conformance::expect_action>(&step->action);
        return expect != nullptr && std::holds_alternative<conformance::bytes_pattern>(expect->event);
    }

    /// After so many tries no answer is looked for any more.
    static constexpr int tries_max = 5'000;

    [[nodiscard]] bool fits(const conformance::event_pattern& pattern, std::size_t at) const {
        if (at >= observed_.events.size()) {
            return false;
        }
        const auto* closed = std::get_if<conformance::closed_pattern>(&pattern);
        return closed != nullptr ? conformance::matches(*closed, observed_.events[at])
                                 : fits_packet(std::get<conformance::packet_pattern>(pattern), at);
    }

    /// Whether a text is the one that was remembered is left out.
    [[nodiscard]] bool fits_packet(conformance::packet_pattern pattern, std::size_t at) const {
        using kind = conformance::text_pattern::kind;
        for (conformance::text_pattern* text : {&pattern.pseudo, &pattern.message}) {
            text->mode = text->mode == kind::same ? kind::anything : text->mode;
        }
        conformance::bindings bound;
        return at < observed_.events.size() && conformance::matches(pattern, observed_.events[at], names_, bound);
    }

    bool goes(const std::vector<const step*>& program, std::size_t at, used so_far) {
        for (;; ++at) {
            if (++tries_ > tries_max) {
                return true;
            }
            if (at == program.size()) {
                return ends_well(so_far);
            }
            const auto& action = program[at]->action;
            if (const auto* expect = std::get_if<conformance::expect_action>(&action)) {
                return goes_on_from(program, at, *expect, so_far);
            }
            if (const auto* send = std::get_if<conformance::send_action>(&action)) {
                const bool may_be_lost = has_ended_ || so_far.closed;
                const bool is_sent = so_far.writes < observed_.writes.size() &&
                                     observed_.writes[so_far.writes] == conformance::bytes_of(*send, names_).bytes;
                if (!is_sent && !may_be_lost) {
                    return false;
                }
                if (is_sent && may_be_lost && goes(program, at + 1, so_far)) {
                    return true;
                }
                so_far.writes += is_sent ? 1 : 0;
            } else if (const auto* close = std::get_if<conformance::close_action>(&action)) {
                so_far.closed = so_far.closed || close->how != conformance::close_how::fin;
            }
        }
    }

    bool goes_on_from(const std::vector<const step*>& program, std::size_t at, const conformance::expect_action& expect,
                      used so_far) {
        // Screens and ends of processes are no events of the connection.
        if (std::holds_alternative<conformance::silence_pattern>(expect.event) ||
            std::holds_alternative<conformance::screen_pattern>(expect.event) ||
            std::holds_alternative<conformance::exit_pattern>(expect.event)) {
            return goes(program, at + 1, so_far);
        }
        if (const auto* unordered = std::get_if<conformance::unordered_pattern>(&expect.event)) {
            return takes_unordered(unordered->packets, so_far) && goes(program, at + 1, so_far);
        }
        if (const auto* one_of = std::get_if<conformance::one_of_pattern>(&expect.event)) {
            return std::ranges::any_of(one_of->alternatives, [&](const conformance::alternative& alternative) {
                std::vector<const step*> spliced;
                for (const step& nested : alternative.steps) {
                    spliced.push_back(&nested);
                }
                spliced.insert(spliced.end(), program.begin() + static_cast<std::ptrdiff_t>(at) + 1, program.end());
                return goes(spliced, 0, so_far);
            });
        }
        if (expect.optional && goes(program, at + 1, so_far)) {
            return true;
        }
        if (!fits(expect.event, so_far.events)) {
            return false;
        }
        ++so_far.events;
        return goes(program, at + 1, so_far);
    }

    bool takes_unordered(std::vector<conformance::packet_pattern> packets, used& so_far) const {
        while (!packets.empty()) {
            const auto position = std::ranges::find_if(packets, [&](const conformance::packet_pattern& pattern) {
                return fits_packet(pattern, so_far.events);
            });
            if (position == packets.end()) {
                return false;
            }
            packets.erase(position);
            ++so_far.events;
        }
        return true;
    }

    [[nodiscard]] bool ends_well(used so_far) const {
        if (!has_fence_) {
            return so_far.writes == observed_.writes.size();
        }
        if (so_far.writes + 1 == observed_.writes.size()) {
            const std::string fence = "fence-" + std::string{run_name};
            std::string question{judges_client_ ? "\x03\0" : "\x02\0", 2};
            question += static_cast<char>(fence.size());
            question += fence;
            question += judges_client_ ? std::string{"\0\0\0\7the end", 11} : "";
            const bool is_fence =
                std::ranges::equal(observed_.writes[so_far.writes], std::as_bytes(std::span{question}));
            const bool is_answered = so_far.events < observed_.events.size() &&
                                     observed_.events[so_far.events].type == received_event::kind::packet &&
                                     observed_.events[so_far.events].packet.op == opcode::error;
            if (!is_fence || !is_answered) {
                return false;
            }
            ++so_far.writes;
            ++so_far.events;
        }
        return so_far.writes == observed_.writes.size() &&
               std::all_of(observed_.events.begin() + static_cast<std::ptrdiff_t>(so_far.events),
                           observed_.events.end(), conformance::is_whole_end);
    }

    const simulated_actor& observed_;
    bool has_fence_;
    bool judges_client_;
    bool has_ended_{false};
    conformance::pseudonyms names_{std::string{run_name}};
    int tries_{0};
};

/// All places at which a scenario has steps, those of alternatives too, and the names of the alternatives.
void collect(const std::vector<step>& steps, std::vector<std::string>& pointers, std::vector<std::string>& names) {
    for (const step& step : steps) {
        pointers.push_back(step.pointer);
        const auto* expect = std::get_if<conformance::expect_action>(&step.action);
        const auto* one_of = expect == nullptr ? nullptr : std::get_if<conformance::one_of_pattern>(&expect->event);
        if (one_of != nullptr) {
            for (const conformance::alternative& each : one_of->alternatives) {
                names.push_back(each.name);
                collect(each.steps, pointers, names);
            }
        }
    }
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool is_printable(std::string_view text) {
    std::string words{text};
    std::ranges::replace(words, '\\', '/');
    return untrue_shown_text(words, words).empty();
}

verdict check_events_explained(const conformance::scenario& scenario, const std::vector<simulated_actor>& actors) {
    for (std::size_t index = 0; index < actors.size(); ++index) {
        std::vector<const step*> program;
        for (const step& step : scenario.steps) {
            if (step.actor == index) {
                program.push_back(&step);
            }
        }
        if (!actor_account{actors[index], scenario}.is_balanced(program)) {
            return failure{"accounted",
                           "the steps of " + scenario.actors[index] + " do not use up what came and was sent"};
        }
    }
    return {};
}

verdict check_outcome(const conformance::scenario& scenario, const conformance::outcome& outcome) {
    std::vector<std::string> pointers{""};
    std::vector<std::string> names;
    collect(scenario.steps, pointers, names);
    if (outcome.failure) {
        const conformance::step_failure& wrong = *outcome.failure;
        if (conformance::find_rule(wrong.rule) == nullptr) {
            return failure{"verdict", "a failure blames the rule '" + wrong.rule + "', which there is not"};
        }
        if (!contains(pointers, wrong.pointer)) {
            return failure{"verdict", "a failure is at " + wrong.pointer + ", where no step is"};
        }
        if (wrong.expected.empty() || wrong.observed.empty() || !is_printable(wrong.expected) ||
            !is_printable(wrong.observed)) {
            return failure{"verdict", "a failure does not say in printable words what was expected and seen"};
        }
    }
    for (const auto& [rule, name] : outcome.choices) {
        if (!contains(scenario.rules, rule) || !contains(names, name)) {
            return failure{"verdict", "a choice that the scenario does not have: " + rule};
        }
    }
    constexpr std::size_t exchange_entries_max = 200;
    const bool is_told =
        outcome.exchange.size() <= exchange_entries_max &&
        std::ranges::all_of(outcome.exchange, [&](const conformance::exchange_entry& entry) {
            return entry.actor < scenario.actors.size() && !entry.text.empty() && is_printable(entry.text);
        });
    return is_told ? verdict{} : failure{"verdict", "the exchange is too long, or not printable"};
}

verdict check_end(const conformance::scenario& scenario, const std::vector<simulated_actor>& actors,
                  const conformance::outcome& outcome, bool must_pass) {
    if (verdict broken = check_outcome(scenario, outcome)) {
        return broken;
    }
    if (outcome.failure && must_pass) {
        return failure{"conforms", "a peer that does what the scenario wants fails: expected " +
                                       outcome.failure->expected + ", seen " + outcome.failure->observed};
    }
    return outcome.failure ? verdict{} : check_events_explained(scenario, actors);
}

}  // namespace chatos::fuzz
