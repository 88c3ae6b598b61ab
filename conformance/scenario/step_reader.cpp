#include "scenario/step_reader.hpp"

#include "rules/rule.hpp"
#include "scenario/action_reader.hpp"
#include "scenario/dialogue_reader.hpp"
#include "scenario/identifiers.hpp"

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

const std::vector<std::string> action_keys{"connect", "login", "send", "close", "reading", "tell", "relay", "expect"};

/// Steps by their ids. An `after` may name a later step of another actor, so references are resolved at the end.
struct step_ids {
    std::map<std::string, std::size_t> index_of;
    struct reference {
        std::size_t from;
        std::string id;
        json_place place;
    };
    std::vector<reference> references;
};

std::optional<std::string> only_action(const json_place& place, object_reader& reader) {
    std::vector<std::string> actions;
    for (const std::string& key : action_keys) {
        if (reader.has(key)) {
            actions.push_back(key);
        }
    }
    if (actions.size() == 1) {
        return actions.front();
    }
    reader.allow(action_keys);
    reader.allow({"split", "optional", "within_ms"});
    reader.finish();
    if (place.is(json_kind::object)) {
        place.refuse(actions.empty() ? "no action; expected one of " + quoted_choices(action_keys)
                                     : "expected one action, found " + quoted_choices(actions, "and"));
    }
    return std::nullopt;
}

std::size_t read_actor(const std::optional<json_place>& place, const scenario& scenario) {
    const auto name = place ? place->as_string() : std::nullopt;
    if (!name) {
        return 0;
    }
    const auto at = std::find(scenario.actors.begin(), scenario.actors.end(), *name);
    if (at == scenario.actors.end()) {
        place->refuse("unknown actor \"" + *name + "\"; expected " + quoted_choices(scenario.actors));
        return 0;
    }
    return static_cast<std::size_t>(at - scenario.actors.begin());
}

void read_true(const json_place& place) {
    const auto value = place.as_boolean();
    if (value && !*value) {
        place.refuse("expected true; omit the key otherwise");
    }
}

/// Appends the steps of a login: the runner sends a CR and expects its answer, or, for a client under test, expects a
/// CR and answers it.
void append_login(const json_place& place, const step& common, const scenario& scenario, std::vector<step>& steps) {
    std::string pseudo = "{" + scenario.actors[common.actor] + "}";
    if (place.is(json_kind::string)) {
        pseudo = place.value().string;
        check_text(place, pseudo, scenario);
        if (pseudo.empty()) {
            place.refuse("expected at least one character");
        }
    } else {
        read_true(place);
    }
    step first = common;
    step second = common;
    second.after.clear();
    if (common.rule.empty()) {
        first.rule = second.rule = scenario.role == test_role::server ? "CONN-1" : "CLI-1";
    }
    if (scenario.role == test_role::server) {
        packet_source request;
        request.op = opcode::cr;
        request.pseudo.text = pseudo;
        packet_pattern ok;
        ok.op = opcode::error;
        ok.code = {code_pattern::kind::in, {0}};
        first.action = send_action{{request}, split_mode::whole, {}};
        second.action = expect_action{ok, false, std::nullopt};
    } else {
        packet_pattern request;
        request.op = opcode::cr;
        request.pseudo.mode = text_pattern::kind::literal;
        request.pseudo.text = {pseudo, 1};
        first.action = expect_action{request, false, std::nullopt};
        second.action = send_action{{packet_source{}}, split_mode::whole, {}};  // ERROR 0
    }
    steps.push_back(std::move(first));
    steps.push_back(std::move(second));
}

void append_action(const std::string& action, const json_place& place, object_reader& reader, step common,
                   const scenario& scenario, std::vector<step>& steps) {
    if (action == "login") {
        append_login(place, common, scenario, steps);
        return;
    }
    if (action == "connect") {
        read_true(place);
        common.action = connect_action{};
    } else if (action == "send") {
        common.action = read_send(place, reader.find("split"), scenario);
    } else if (action == "close") {
        common.action = read_close(place);
    } else if (action == "reading") {
        common.action = reading_action{place.as_boolean().value_or(true)};
    } else if (action == "relay") {
        common.action = relay_action{read_actor(place, scenario)};
    } else if (action == "tell") {
        common.action = read_tell(place, scenario);
    } else {
        // In this order problems list the keys.
        const auto optional = reader.find("optional");
        const auto within = reader.find("within_ms");
        common.action =
            read_expect(place, optional, within, scenario, [&](const json_place& nested, std::vector<step>& into) {
                read_nested_step(nested, common.actor, scenario, into);
            });
    }
    steps.push_back(std::move(common));
}

void read_common(object_reader& reader, const json_place& place, step& common) {
    common.pointer = place.pointer();
    if (const auto rule = reader.find("rule")) {
        common.rule = read_blamed_rule(*rule);
    }
    if (const auto note = reader.find("note")) {
        common.note = note->as_string().value_or("");
    }
}

void read_step(const json_place& place, scenario& scenario, step_ids& ids) {
    object_reader reader{place};
    step common;
    common.actor = read_actor(reader.require("actor"), scenario);
    read_common(reader, place, common);
    const std::size_t first = scenario.steps.size();
    if (const auto after = reader.find("after")) {
        for (const json_place& item : after->as_array(1)) {
            if (const auto id = item.as_string()) {
                ids.references.push_back({first, *id, item});
            }
        }
    }
    const auto id = reader.find("id");
    const auto action = only_action(place, reader);
    if (action) {
        const auto action_place = reader.find(*action);
        append_action(*action, *action_place, reader, std::move(common), scenario, scenario.steps);
    }
    if (id) {
        const auto name = id->as_string();
        if (name && !is_label(*name)) {
            id->refuse("\"" + *name + "\" is not a valid step id; expected lower-case words and digits joined by -");
        } else if (name && !scenario.steps.empty()) {
            if (!ids.index_of.emplace(*name, scenario.steps.size() - 1).second) {
                id->refuse("duplicate step id \"" + *name + "\"");
            }
        }
    }
    if (action) {
        for (const char* dependent : {"split", "optional", "within_ms"}) {
            const bool belongs = *action == (dependent == std::string_view{"split"} ? "send" : "expect");
            if (!belongs && reader.has(dependent)) {
                reader.find(dependent)->refuse("\"" + std::string{dependent} + "\" does not go with \"" + *action +
                                               "\"");
            }
        }
        reader.finish();
    }
}

void resolve_references(scenario& scenario, const step_ids& ids) {
    for (const auto& reference : ids.references) {
        const auto target = ids.index_of.find(reference.id);
        if (target == ids.index_of.end()) {
            reference.place.refuse("no step has the id \"" + reference.id + "\"");
        } else if (reference.from < scenario.steps.size()) {
            scenario.steps[reference.from].after.push_back(target->second);
        }
    }
}

/// Finds steps that wait for each other in a circle, by running every step that can run.
void check_order(const json_place& place, const scenario& scenario) {
    std::vector<bool> done(scenario.steps.size(), false);
    std::size_t left = scenario.steps.size();
    for (bool progress = true; progress && left != 0;) {
        progress = false;
        std::set<std::size_t> blocked_actors;
        for (std::size_t index = 0; index < scenario.steps.size(); ++index) {
            const step& step = scenario.steps[index];
            if (done[index] || blocked_actors.contains(step.actor)) {
                continue;
            }
            if (std::all_of(step.after.begin(), step.after.end(), [&](std::size_t before) { return done[before]; })) {
                done[index] = true;
                --left;
                progress = true;
            } else {
                blocked_actors.insert(step.actor);
            }
        }
    }
    for (std::size_t index = 0; left != 0 && index < scenario.steps.size(); ++index) {
        if (!done[index]) {
            place.refuse("the step at " + scenario.steps[index].pointer +
                         " can never run: by \"after\" it waits for a step that waits for it");
            return;
        }
    }
}

/// It must be known in advance after how many packets a connection's bytes begin.
void check_bytes(const json_place& place, const scenario& scenario) {
    for (std::size_t actor = 0; actor < scenario.actors.size(); ++actor) {
        const step* unclear = nullptr;
        for (const step& step : scenario.steps) {
            const expect_action* expect = step.actor == actor ? std::get_if<expect_action>(&step.action) : nullptr;
            if (expect == nullptr) {
                continue;
            }
            if (std::holds_alternative<bytes_pattern>(expect->event) && unclear != nullptr) {
                place.refuse(
                    "the step at " + step.pointer +
                    " expects bytes, so earlier steps of its actor may only expect single packets that are not optional; the one at " +
                    unclear->pointer + " does not");
            }
            const bool is_plain = std::holds_alternative<packet_pattern>(expect->event) && !expect->optional;
            const bool is_bytes = std::holds_alternative<bytes_pattern>(expect->event);
            unclear = unclear == nullptr && !is_plain && !is_bytes ? &step : unclear;
        }
    }
}

/// Collects all patterns that remember a text ("bind") or compare with one ("same"); no other object has such keys.
void collect(const json_place& place, std::string_view key, std::vector<json_place>& places) {
    const json_value& value = place.value();
    for (std::size_t index = 0; index < value.items.size(); ++index) {
        const bool is_member = place.is(json_kind::object);
        const json_place inner = place.child(value.items[index]);
        if (is_member && value.keys[index] == key && inner.is(json_kind::string)) {
            places.push_back(inner);
        } else {
            collect(inner, key, places);
        }
    }
}

void check_comparisons(const json_place& place) {
    std::vector<json_place> binds;
    std::vector<json_place> comparisons;
    collect(place, "bind", binds);
    collect(place, "same", comparisons);
    for (const json_place& same : comparisons) {
        const std::string& name = same.value().string;
        if (std::none_of(binds.begin(), binds.end(),
                         [&](const json_place& bind) { return bind.value().string == name; })) {
            same.refuse("no \"bind\" of this scenario has the name \"" + name + "\"");
        }
    }
}

}  // namespace

std::string read_blamed_rule(const json_place& place) {
    const auto id = place.as_string();
    if (!id) {
        return "";
    }
    const rule* rule = find_rule(*id);
    if (rule == nullptr) {
        place.refuse(unknown_rule(*id));
        return "";
    }
    if (rule->level == rule_level::choice) {
        place.refuse(*id + " is a CHOICE and cannot be violated; use \"one_of\" with \"choice\" to record it");
        return "";
    }
    return *id;
}

void read_nested_step(const json_place& place, std::size_t actor, const scenario& scenario, std::vector<step>& into) {
    object_reader reader{place};
    for (const char* key : {"actor", "id", "after"}) {
        if (reader.has(key)) {
            reader.find(key)->refuse("a step of an alternative has no \"" + std::string{key} +
                                     "\": it belongs to the actor of its one_of and runs in its place");
        }
    }
    step common;
    common.actor = actor;
    read_common(reader, place, common);
    if (const auto action = only_action(place, reader)) {
        const auto action_place = reader.find(*action);
        append_action(*action, *action_place, reader, std::move(common), scenario, into);
        const auto* expect = into.empty() ? nullptr : std::get_if<expect_action>(&into.back().action);
        if (expect != nullptr && std::holds_alternative<bytes_pattern>(expect->event)) {
            action_place->refuse(
                "an alternative cannot expect bytes: the packets before them must be known in advance");
        }
        reader.finish();
    }
}

void read_steps(const json_place& place, scenario& scenario) {
    if (scenario.actors.empty()) {
        return;  // refused already
    }
    step_ids ids;
    for (const json_place& item : place.as_array(1)) {
        read_step(item, scenario, ids);
    }
    resolve_references(scenario, ids);
    check_order(place, scenario);
    check_bytes(place, scenario);
    check_comparisons(place);
}

}  // namespace chatos::conformance
