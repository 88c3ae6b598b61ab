#include "client/terminal/completion.hpp"

#include "base/utf8_text.hpp"
#include "client/command.hpp"
#include "client/name_text.hpp"

#include <algorithm>

namespace chatos::client {
namespace {

/// Where the word begins that the cursor stands at the end of. A quote that is still open belongs to it, blanks and
/// all.
std::size_t word_start(std::string_view before) {
    std::size_t start = 0;
    bool is_quoted = false;
    for (std::size_t at = 0; at < before.size(); ++at) {
        if (is_quoted) {
            if (before[at] == '\\') {
                ++at;
            } else if (before[at] == '"') {
                is_quoted = false;
            }
        } else if (before[at] == ' ' || before[at] == '\t') {
            start = at + 1;
        } else if (before[at] == '"' && at == start) {
            is_quoted = true;
        }
    }
    return start;
}

std::vector<std::string> candidates(bool is_command, const std::vector<std::string>& names) {
    std::vector<std::string> all;
    if (is_command) {
        for (const command_row& row : commands) {
            all.emplace_back(row.word);
        }
    } else {
        for (const std::string& name : names) {
            all.push_back(shown_name(name));
        }
    }
    return all;
}

}  // namespace

completion complete(std::string_view before, const std::vector<std::string>& names) {
    const std::size_t start = word_start(before);
    const std::string_view word = before.substr(start);
    std::vector<std::string> fitting = candidates(start == 0 && word.starts_with('/'), names);
    std::erase_if(fitting, [word](const std::string& choice) { return !choice.starts_with(word); });
    std::sort(fitting.begin(), fitting.end());
    if (fitting.empty()) {
        return {};
    }
    if (fitting.size() == 1) {
        return {.insert = fitting[0].substr(word.size()) + " "};
    }
    // Sorted, so what the first and the last have in common is common to all.
    const auto [left, right] =
        std::mismatch(fitting.front().begin(), fitting.front().end(), fitting.back().begin(), fitting.back().end());
    std::size_t common = static_cast<std::size_t>(left - fitting.front().begin());
    while (common > word.size() && base::is_utf8_tail(fitting.front()[common])) {
        --common;  // not within a character
    }
    if (common > word.size()) {
        return {.insert = fitting.front().substr(word.size(), common - word.size())};
    }
    return {.choices = std::move(fitting)};
}

}  // namespace chatos::client
