// The scenario as a whole: its keys, its steps, and the checks that need all of it.
#include "scenario/load.hpp"

#include "rules/rule.hpp"
#include "scenario/identifiers.hpp"
#include "scenario/step_reader.hpp"
#include "scenario/suite_version.hpp"

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

constexpr std::size_t actors_max = 64;
constexpr std::size_t steps_max = 10'000;
constexpr std::int64_t option_max = 1'000'000'000;

std::string read_id(const std::optional<json_place>& place) {
    const std::optional<std::string> id = place ? place->as_string() : std::nullopt;
    if (id && !is_scenario_id(*id)) {
        place->refuse("\"" + *id +
                      "\" is not a valid id; expected lower-case words and digits joined by . and -, at most 80 bytes");
    }
    return id.value_or("");
}

test_role read_role(const std::optional<json_place>& place) {
    const auto role = place ? place->as_string() : std::nullopt;
    if (role && *role != "server" && *role != "client") {
        place->refuse("expected \"server\" or \"client\"");
    }
    return role == "client" ? test_role::client : test_role::server;
}

std::vector<std::string> read_names(const std::optional<json_place>& place, std::size_t size_min) {
    std::vector<std::string> names;
    if (!place) {
        return names;
    }
    for (const json_place& item : place->as_array(size_min)) {
        const std::optional<std::string> name = item.as_string();
        if (!name) {
            continue;
        }
        if (!is_name(*name) || *name == "run") {
            item.refuse("\"" + *name +
                        "\" is not a valid name; expected a lower-case letter, then letters, digits and -, at most 12 "
                        "bytes, and not \"run\"");
        } else if (std::find(names.begin(), names.end(), *name) != names.end()) {
            item.refuse("duplicate name \"" + *name + "\"");
        }
        names.push_back(*name);
    }
    return names;
}

std::vector<std::string> read_rules(const std::optional<json_place>& place) {
    std::vector<std::string> rules;
    if (!place) {
        return rules;
    }
    for (const json_place& item : place->as_array(1)) {
        const std::optional<std::string> id = item.as_string();
        if (id && find_rule(*id) == nullptr) {
            item.refuse(unknown_rule(*id));
        } else if (id && std::find(rules.begin(), rules.end(), *id) != rules.end()) {
            item.refuse("duplicate rule \"" + *id + "\"");
        }
        rules.push_back(id.value_or(""));
    }
    return rules;
}

/// Names of faults, which need not exist.
std::vector<std::string> read_kills(const std::optional<json_place>& place) {
    std::vector<std::string> kills;
    if (!place) {
        return kills;
    }
    for (const json_place& item : place->as_array(1)) {
        const std::optional<std::string> name = item.as_string();
        if (name && !is_label(*name)) {
            item.refuse("\"" + *name +
                        "\" is not a valid fault name; expected lower-case words and digits joined by -");
        } else if (name && std::find(kills.begin(), kills.end(), *name) != kills.end()) {
            item.refuse("duplicate fault \"" + *name + "\"");
        }
        kills.push_back(name.value_or(""));
    }
    return kills;
}

std::map<std::string, std::int64_t> read_needs(const std::optional<json_place>& place) {
    std::map<std::string, std::int64_t> needs;
    if (!place) {
        return needs;
    }
    object_reader reader{*place};
    for (const char* option :
         {"capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms", "tunnel_timeout_ms"}) {
        if (const auto value = reader.find(option)) {
            needs[option] = value->as_integer(1, option_max).value_or(1);
        }
    }
    if (place->is(json_kind::object) && place->value().keys.empty()) {
        place->refuse("expected at least one option; omit the key otherwise");
    }
    reader.finish();
    return needs;
}

/// Which actors are further connections of whose client.
void read_tunnel_ends(const json_place& place, scenario& scenario) {
    object_reader reader{place};
    const auto index_of = [&](const std::string& name) {
        return static_cast<std::size_t>(std::find(scenario.actors.begin(), scenario.actors.end(), name) -
                                        scenario.actors.begin());
    };
    for (std::size_t end = 0; end < scenario.actors.size(); ++end) {
        const auto value = reader.find(scenario.actors[end]);
        const auto name = value ? value->as_string() : std::nullopt;
        if (!name) {
            continue;
        }
        const std::size_t owner = index_of(*name);
        if (owner == scenario.actors.size() || owner == end || reader.has(*name)) {
            value->refuse("expected an actor that is a client, and no tunnel end itself");
        } else {
            scenario.tunnel_ends[end] = owner;
        }
    }
    reader.finish();
    if (scenario.role == test_role::server) {
        place.refuse("these are connections of clients under test, and this scenario judges a server");
    }
}

/// The rule that applies to steps without one must be one that can be violated.
void check_default_blame(const scenario& scenario, const std::optional<json_place>& rules_place) {
    if (!scenario.rules.empty() && scenario.unexpected.empty()) {
        const rule* first = find_rule(scenario.rules.front());
        const bool all_choices = std::all_of(scenario.rules.begin(), scenario.rules.end(), [](const std::string& id) {
            const rule* rule = find_rule(id);
            return rule != nullptr && rule->level == rule_level::choice;
        });
        if (first != nullptr && first->level == rule_level::choice && !all_choices) {
            rules_place->refuse("the first rule applies to steps that name none, so it must not be the CHOICE " +
                                scenario.rules.front() + " when others are listed; put another rule first");
        }
    }
}

}  // namespace

std::variant<scenario, std::vector<problem>> load_scenario(std::string_view json, const std::string& source) {
    problem_list problems{source};
    const std::variant<json_value, json_error> parsed = parse_json(json);
    if (const auto* error = std::get_if<json_error>(&parsed)) {
        problems.add(error->line, "", "column " + std::to_string(error->column) + ": invalid JSON: " + error->message);
        return problems.take();
    }
    scenario result;
    result.source = source;
    object_reader reader{json_place{std::get<json_value>(parsed), problems}};
    if (const auto schema = reader.require("schema")) {
        const auto version = schema->as_integer(0, option_max);
        if (version && *version != 1) {
            schema->refuse("unsupported scenario format " + std::to_string(*version) + "; expected 1");
            return problems.take();
        }
    }
    result.id = read_id(reader.require("id"));
    result.role = read_role(reader.find("role"));
    if (const auto title = reader.require("title")) {
        result.title = title->as_string().value_or("");
        if (title->is(json_kind::string) && (result.title.empty() || result.title.size() > 160)) {
            title->refuse("expected 1 to 160 bytes");
        }
    }
    if (const auto since = reader.find("since")) {
        result.since = since->as_string().value_or(result.since);
        if (const auto error = unknown_version(result.since)) {
            since->refuse(*error);
        }
    }
    const auto rules_place = reader.require("rules");
    result.rules = read_rules(rules_place);
    result.kills = read_kills(reader.find("kills"));
    const auto needs_place = reader.find("needs");
    result.needs = read_needs(needs_place);
    if (needs_place && result.role == test_role::client) {
        needs_place->refuse("these are options of a server, and this scenario judges a client");
    }
    if (const auto extension = reader.find("extension")) {
        result.extension = extension->as_string().value_or("");
        if (extension->is(json_kind::string) && result.extension != "tunnel") {
            extension->refuse("unknown extension \"" + result.extension + "\"; expected \"tunnel\"");
        }
    }
    if (const auto control = reader.find("control")) {
        result.control = read_id(control);
        if (result.control == result.id) {
            control->refuse("a scenario cannot be its own control");
        }
    }
    if (const auto unexpected = reader.find("unexpected")) {
        result.unexpected = read_blamed_rule(*unexpected);
    }
    check_default_blame(result, rules_place);
    if (result.unexpected.empty() && !result.rules.empty()) {
        result.unexpected = result.rules.front();
    }
    const auto actors_place = reader.require("actors");
    result.actors = read_names(actors_place, 1);
    if (result.actors.size() > actors_max) {
        actors_place->refuse("more than 64 actors");
    }
    if (const auto ends = reader.find("tunnel_ends")) {
        read_tunnel_ends(*ends, result);
    }
    result.names = read_names(reader.find("names"), 0);
    if (const auto fence = reader.find("closing_fence")) {
        result.closing_fence = fence->as_boolean().value_or(true);
    }
    if (const auto steps = reader.require("steps")) {
        if (steps->value().items.size() > steps_max) {
            steps->refuse("more than 10,000 steps");
        } else {
            read_steps(*steps, result);
        }
    }
    reader.finish();
    if (!problems.empty()) {
        return problems.take();
    }
    return result;
}

}  // namespace chatos::conformance
