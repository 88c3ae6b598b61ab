#include "profile/profile.hpp"

#include "rules/rule.hpp"
#include "scenario/identifiers.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

std::vector<std::string> read_words(const json_place& place, std::size_t size_min) {
    std::vector<std::string> words;
    for (const json_place& item : place.as_array(size_min)) {
        words.push_back(item.as_string().value_or(""));
    }
    return words;
}

bool mentions(const std::vector<std::string>& words, std::string_view text) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return word.find(text) != std::string::npos; });
}

void read_options(const json_place& place, profile& profile) {
    object_reader reader{place};
    for (const char* name :
         {"capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms", "tunnel_timeout_ms"}) {
        if (const auto option = reader.find(name)) {
            profile.options[name] = read_words(*option, 1);
            if (!profile.options[name].empty() && !mentions(profile.options[name], "{value}")) {
                option->refuse("no word contains {value}, so the option cannot be set");
            }
        }
    }
    reader.finish();
}

void read_limits(const json_place& place, profile& profile) {
    object_reader reader{place};
    if (const auto pseudo = reader.find("pseudo_bytes")) {
        profile.pseudo_bytes = static_cast<std::uint32_t>(pseudo->as_integer(32, 32'767).value_or(255));
    }
    if (const auto message = reader.find("message_bytes")) {
        profile.message_bytes = static_cast<std::uint32_t>(message->as_integer(1'024, 2'147'483'647).value_or(65'536));
    }
    reader.finish();
}

std::string read_reason(object_reader& reader, const std::string& of_what) {
    const auto place = reader.require("reason");
    const std::string reason = place ? place->as_string().value_or("") : "";
    if (place && place->is(json_kind::string) && reason.empty()) {
        place->refuse(of_what + " needs a reason");
    }
    return reason;
}

std::string read_pattern(const json_place& place) {
    const std::string pattern = place.as_string().value_or("");
    if (place.is(json_kind::string) && !is_scenario_pattern(pattern)) {
        place.refuse("\"" + pattern +
                     "\" is not a valid pattern; expected the id of a scenario, in which * stands for any characters "
                     "and ? for one");
    }
    return pattern;
}

void read_known_failures(const json_place& place, profile& profile) {
    for (const json_place& item : place.as_array()) {
        object_reader reader{item};
        known_failure known;
        known.place = item.text();
        const auto id = reader.find("rule");
        const auto scenario = reader.find("scenario");
        if (id) {
            known.rule = id->as_string().value_or("");
            if (id->is(json_kind::string) && find_rule(known.rule) == nullptr) {
                id->refuse(unknown_rule(known.rule));
            }
        }
        if (scenario) {
            known.scenario = read_pattern(*scenario);
        }
        if (!id && !scenario && item.is(json_kind::object)) {
            item.refuse("the key \"scenario\" or \"rule\" is missing");
        }
        known.reason = read_reason(reader, "a known failure");
        reader.finish();
        profile.known_failures.push_back(std::move(known));
    }
}

void read_skips(const json_place& place, profile& profile) {
    for (const json_place& item : place.as_array()) {
        object_reader reader{item};
        skip_entry skip;
        skip.place = item.text();
        if (const auto scenario = reader.require("scenario")) {
            skip.scenario = read_pattern(*scenario);
        }
        skip.reason = read_reason(reader, "a scenario that is skipped");
        reader.finish();
        profile.skips.push_back(std::move(skip));
    }
}

void read_extensions(const json_place& place, profile& profile) {
    for (const json_place& item : place.as_array()) {
        const auto extension = item.as_string();
        if (extension && *extension != "tunnel") {
            item.refuse("unknown extension \"" + *extension + "\"; expected \"tunnel\"");
        }
        profile.extensions.push_back(extension.value_or(""));
    }
}

void read_command(const json_place& place, profile& profile) {
    profile.command = read_words(place, 1);
    const bool is_client = profile.role == test_role::client;
    if (!profile.command.empty() && !mentions(profile.command, "{port}")) {
        place.refuse(is_client ? "no word contains {port}, so the client cannot be told where to connect"
                               : "no word contains {port}, so the server cannot be told where to listen");
    }
    if (!profile.command.empty() && is_client && !mentions(profile.command, "{pseudo}")) {
        place.refuse("no word contains {pseudo}, so the client cannot be told its name");
    }
}

void check_places(const json_place& place, const std::string& text, const dialogue_word& word, bool needs_pseudo) {
    if (word.has_text && text.find("{text}") == std::string::npos) {
        place.refuse("{text} is missing");
    }
    if (needs_pseudo && word.has_pseudo && text.find("{pseudo}") == std::string::npos) {
        place.refuse("{pseudo} is missing");
    }
}

void read_input(const json_place& place, client_dialogue& dialogue) {
    object_reader reader{place};
    for (const dialogue_word& word : all_commands()) {
        const auto given = reader.find(word.name);
        if (!given) {
            continue;
        }
        const std::string text = given->as_string().value_or("");
        // /accept and /refuse may omit the pseudo if only one offer can be open.
        const bool needs_pseudo = word.name == "msg" || word.name == "private";
        if (given->is(json_kind::string)) {
            check_places(*given, text, word, needs_pseudo);
        }
        dialogue.input[std::string{word.name}] = text;
    }
    reader.finish();
}

void read_screen(const json_place& place, client_dialogue& dialogue) {
    object_reader reader{place};
    for (const dialogue_word& word : all_screen_texts()) {
        const auto given = reader.find(word.name);
        if (!given) {
            continue;
        }
        const std::string pattern = given->as_string().value_or("");
        if (given->is(json_kind::string)) {
            check_places(*given, pattern, word, false);
            if (const auto error = screen_pattern_error(pattern)) {
                given->refuse("invalid regular expression (RE2): " + *error);
            } else if (pattern.empty()) {
                given->refuse("an empty pattern matches every screen");
            }
        }
        dialogue.screen[std::string{word.name}] = pattern;
    }
    reader.finish();
}

void read_exit_codes(const json_place& place, client_dialogue& dialogue) {
    object_reader reader{place};
    for (const std::string_view reason : all_exit_reasons()) {
        if (const auto code = reader.find(reason)) {
            dialogue.exit_codes[std::string{reason}] = static_cast<int>(code->as_integer(0, 255).value_or(0));
        }
    }
    reader.finish();
}

void read_dialogue(object_reader& reader, profile& profile) {
    const auto read = [&](const char* key, const auto& read_value) {
        auto place = reader.find(key);
        if (place && profile.role == test_role::server) {
            place->refuse("servers have no \"" + std::string{key} + "\"; it requires \"role\": \"client\"");
        }
        if (place) {
            read_value(*place, profile.dialogue);
        }
        return place;
    };
    const auto input = read("stdin", read_input);
    read("screen", read_screen);
    read("exit", read_exit_codes);
    const bool decides = profile.dialogue.input.contains("accept") || profile.dialogue.input.contains("refuse");
    if (input && decides && !profile.dialogue.screen.contains("offer")) {
        input->refuse(
            "\"accept\" and \"refuse\" need the pattern \"offer\" under \"screen\": a decision needs a visible offer");
    }
}

}  // namespace

std::variant<profile, std::vector<problem>> load_profile(std::string_view json, const std::string& source) {
    problem_list problems{source};
    const std::variant<json_value, json_error> parsed = parse_json(json);
    if (const auto* error = std::get_if<json_error>(&parsed)) {
        problems.add(error->line, "", "column " + std::to_string(error->column) + ": invalid JSON: " + error->message);
        return problems.take();
    }
    profile result;
    object_reader reader{json_place{std::get<json_value>(parsed), problems}};
    if (const auto schema = reader.require("schema")) {
        const auto version = schema->as_integer(0, 1'000'000'000);
        if (version && *version != 1) {
            schema->refuse("unsupported profile format " + std::to_string(*version) + "; expected 1");
            return problems.take();
        }
    }
    if (const auto name = reader.require("name")) {
        result.name = name->as_string().value_or("");
    }
    if (const auto role = reader.find("role")) {
        const auto word = role->as_string();
        result.role = word == "client" ? test_role::client : test_role::server;
        if (word && *word != "server" && *word != "client") {
            role->refuse("expected \"server\" or \"client\"");
        }
    }
    const bool is_client = result.role == test_role::client;
    if (const auto command = is_client ? reader.require("command") : reader.find("command")) {
        read_command(*command, result);
    }
    if (const auto options = reader.find("options")) {
        read_options(*options, result);
        if (is_client) {
            options->refuse("only servers have options; omit the key for a client");
        }
    }
    read_dialogue(reader, result);
    if (const auto sizes = reader.find("limits")) {
        read_limits(*sizes, result);
    }
    if (const auto extensions = reader.find("extensions")) {
        read_extensions(*extensions, result);
    }
    if (const auto known = reader.find("known_failures")) {
        read_known_failures(*known, result);
    }
    if (const auto skips = reader.find("skip")) {
        read_skips(*skips, result);
    }
    reader.finish();
    if (!problems.empty()) {
        return problems.take();
    }
    return result;
}

}  // namespace chatos::conformance
