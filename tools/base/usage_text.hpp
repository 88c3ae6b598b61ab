// What a program says of a command line that its parser refused. Knows what CLI11 calls things and does not include it:
// it is the heaviest header of all, and a caller has included it.
#pragma once

#include "base/shown_text.hpp"
#include "base/similar_word.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::base {

/// "-x", "--json", but neither "-" nor "-1".
[[nodiscard]] inline bool looks_like_flag(std::string_view word) noexcept {
    return word.size() > 1 && word.front() == '-' && (word[1] < '0' || word[1] > '9');
}

/// The name of a flag without dashes and value: two dashes too few are a slip like another.
[[nodiscard]] inline std::string_view bare_flag(std::string_view word) noexcept {
    word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
    return word.substr(0, word.find('='));
}

/// The flags that --help shows, as they are typed.
template <typename App>
[[nodiscard]] std::vector<std::string> long_flags_of(const App& app) {
    std::vector<std::string> flags;
    for (const auto* option : app.get_options()) {
        if (!option->get_group().empty()) {
            flags.insert(flags.end(), option->get_lnames().begin(), option->get_lnames().end());
        }
    }
    return flags;
}

template <typename App>
[[nodiscard]] std::string unknown_flag_text(const App& app, std::string_view word) {
    const std::vector<std::string> flags = long_flags_of(app);
    const std::string bare{bare_flag(word)};
    const bool only_lacks_a_dash = std::find(flags.begin(), flags.end(), bare) != flags.end();
    const auto meant = only_lacks_a_dash ? std::optional{bare} : similar_word(bare, flags);
    return "unknown flag '" + printable(word.substr(0, word.find('='))) + '\'' +
           (meant ? "; did you mean '--" + *meant + "'?" : "");
}

template <typename App>
[[nodiscard]] std::vector<std::string> commands_of(const App& app) {
    std::vector<std::string> names;
    for (const App* command : app.get_subcommands([](const App* /*any*/) { return true; })) {
        names.push_back(command->get_name());
    }
    return names;
}

[[nodiscard]] inline std::string unknown_command_text(const std::vector<std::string>& names, std::string_view word) {
    std::string text = "unknown command '" + printable(word) + '\'';
    if (const std::string meant = did_you_mean(word, names); !meant.empty()) {
        return text + meant;
    }
    for (const std::string& name : names) {
        text += (&name == &names.front() ? "; expected " : &name == &names.back() ? " or " : ", ") + name;
    }
    return text;
}

/// The message of a CLI::ParseError that `app`, a CLI::App, threw from parse(): words that the program does not know
/// are named, with the command or flag that was probably meant; everything else is what the parser says.
template <typename App, typename ParseError>
[[nodiscard]] std::string usage_text(const App& app, const ParseError& error) {
    const std::vector<std::string> unknown = app.remaining(true);
    if (unknown.empty()) {
        return error.what();
    }
    const App* command = &app;
    std::string prefix;
    for (const App* given : app.get_subcommands([](const App* each) { return each->parsed(); })) {
        command = given;
        prefix = given->get_name() + ": ";
    }
    const std::vector<std::string> commands = command == &app ? commands_of(app) : std::vector<std::string>{};
    for (const std::string& word : unknown) {
        if (looks_like_flag(word)) {
            return prefix + unknown_flag_text(*command, word);
        }
        if (!commands.empty()) {
            return unknown_command_text(commands, word);
        }
    }
    return prefix + "unexpected argument '" + printable(unknown.front()) + '\'';
}

}  // namespace chatos::base
