#include "scenario/dialogue_reader.hpp"

#include "profile/client_dialogue.hpp"
#include "scenario/action_reader.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

void check_role(const json_place& place, const char* key, const scenario& scenario) {
    if (scenario.role != test_role::client) {
        place.refuse(std::string{key} + " belongs to scenarios with \"role\": \"client\": a server has no " +
                     "commands and no screen");
    }
}

std::vector<std::string> names_of(std::span<const dialogue_word> words) {
    std::vector<std::string> names;
    for (const dialogue_word& word : words) {
        names.emplace_back(word.name);
    }
    return names;
}

constexpr std::size_t line_bytes_max = 4'096;

/// Each line is a command, and a user types only short ones.
void check_one_line(const json_place& place, const text_source& source) {
    if (source.text.size() * source.times > line_bytes_max) {
        place.refuse("expected at most 4096 bytes: the text must be one line");
    }
    if (std::any_of(source.text.begin(), source.text.end(), [](char c) { return c >= 0 && c < ' '; })) {
        place.refuse("expected no control characters: the text must be one line");
    }
}

struct filled_word {
    std::string name;
    text_source pseudo;
    text_source text;
    bool if_known{false};
};

/// `key` names the word; "pseudo" and "text" fill it in, as far as it has places for them.
filled_word read_word(const json_place& place, const char* key, std::span<const dialogue_word> words,
                      const scenario& scenario) {
    object_reader reader{place};
    filled_word filled;
    const auto name = reader.require(key);
    filled.name = name ? name->as_string().value_or("") : "";
    const dialogue_word* word = find_word(words, filled.name);
    if (word == nullptr) {
        if (name && name->is(json_kind::string)) {
            name->refuse("unknown name \"" + filled.name + "\"; expected " + quoted_choices(names_of(words)));
        }
        reader.allow({"pseudo", "text", "if_known"});
        reader.finish();
        return filled;
    }
    const auto read_place = [&](const char* part, bool has_it, text_source& into) {
        if (!has_it) {
            if (const auto given = reader.find(part)) {
                given->refuse("\"" + filled.name + "\" has no " + part);
            }
        } else if (const auto given = reader.require(part)) {
            into = read_text(*given, scenario);
            check_one_line(*given, into);
        }
    };
    read_place("pseudo", word->has_pseudo, filled.pseudo);
    read_place("text", word->has_text, filled.text);
    if (const auto if_known = reader.find("if_known")) {
        filled.if_known = if_known->as_boolean().value_or(false);
    }
    reader.finish();
    return filled;
}

}  // namespace

stdin_action read_tell(const json_place& place, const scenario& scenario) {
    check_role(place, "\"tell\"", scenario);
    filled_word filled = read_word(place, "command", all_commands(), scenario);
    return {std::move(filled.name), std::move(filled.pseudo), std::move(filled.text), filled.if_known};
}

screen_pattern read_screen(const json_place& place, const scenario& scenario) {
    check_role(place, "\"screen\"", scenario);
    filled_word filled = read_word(place, "screen", all_screen_texts(), scenario);
    return {std::move(filled.name), std::move(filled.pseudo), std::move(filled.text), filled.if_known};
}

exit_pattern read_exit(const json_place& place, const scenario& scenario) {
    check_role(place, "\"exit\"", scenario);
    const std::string reason = place.as_string().value_or("");
    std::vector<std::string> reasons{"any"};
    for (const std::string_view known_reason : all_exit_reasons()) {
        reasons.emplace_back(known_reason);
    }
    if (place.is(json_kind::string) && std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
        place.refuse("unknown exit reason \"" + reason + "\"; expected " + quoted_choices(reasons));
    }
    return {reason};
}

}  // namespace chatos::conformance
