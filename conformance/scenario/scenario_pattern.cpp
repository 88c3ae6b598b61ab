#include "scenario/scenario_pattern.hpp"

#include "base/similar_word.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace chatos::conformance {
namespace {

std::vector<std::string> split_at_dots(std::string_view text) {
    std::vector<std::string> parts{""};
    for (const char character : text) {
        if (character == '.') {
            parts.emplace_back();
        } else {
            parts.back() += character;
        }
    }
    return parts;
}

/// The glob with its first words, which have no * or ?, corrected one after the other: each by those ids that the words
/// before it leave.
std::optional<std::string> similar_glob(std::string_view pattern, std::span<const std::string> ids) {
    std::vector<std::vector<std::string>> candidates;
    for (const std::string& id : ids) {
        candidates.push_back(split_at_dots(id));
    }
    std::string corrected;
    const std::vector<std::string> parts = split_at_dots(pattern);
    for (std::size_t index = 0; index < parts.size(); ++index) {
        std::string part = parts[index];
        std::erase_if(candidates, [&](const auto& candidate) { return candidate.size() <= index; });
        std::vector<std::string> words;
        for (const auto& candidate : candidates) {
            words.push_back(candidate[index]);
        }
        if (part.find_first_of("*?") == std::string::npos) {
            part = base::similar_word(part, words).value_or(part);
            std::erase_if(candidates, [&](const auto& candidate) { return candidate[index] != part; });
        }
        corrected += (index == 0 ? "" : ".") + part;
    }
    return matches_any(corrected, ids) ? std::optional{corrected} : std::nullopt;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
    // The usual two-pointer walk: on a mismatch go back to the last *, and let it take one character more.
    std::size_t at = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    for (std::size_t in_text = 0; in_text < text.size();) {
        if (at < pattern.size() && (pattern[at] == '?' || (pattern[at] == text[in_text] && pattern[at] != '*'))) {
            ++at;
            ++in_text;
        } else if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            star_text = in_text;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in_text = ++star_text;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*') {
        ++at;
    }
    return at == pattern.size();
}

bool matches_any(std::string_view pattern, std::span<const std::string> ids) noexcept {
    return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return glob_matches(pattern, id); });
}

std::string unknown_scenario(std::string_view pattern, std::span<const std::string> ids) {
    const bool is_glob = pattern.find_first_of("*?") != std::string_view::npos;
    const std::optional<std::string> meant = is_glob ? similar_glob(pattern, ids) : base::similar_word(pattern, ids);
    return "no scenario has this id; `chatos-conformance list` shows them" +
           (meant ? "; did you mean " + *meant + '?' : "");
}

}  // namespace chatos::conformance
