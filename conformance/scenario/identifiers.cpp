#include "scenario/identifiers.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

bool is_letter(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
bool is_letter_or_digit(char c) noexcept {
    return is_letter(c) || (c >= '0' && c <= '9');
}

/// Words, one separator between two of them.
bool is_joined(std::string_view text, std::string_view separators) noexcept {
    if (text.empty() || !is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) {
        return false;
    }
    for (std::size_t at = 1; at < text.size(); ++at) {
        const bool separates = separators.find(text[at]) != std::string_view::npos;
        if (!is_letter_or_digit(text[at]) && !(separates && is_letter_or_digit(text[at - 1]))) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool is_scenario_id(std::string_view text) noexcept {
    return text.size() <= 80 && is_joined(text, ".-");
}

bool is_scenario_pattern(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter_or_digit(c) || c == '.' || c == '-' || c == '*' || c == '?';
    });
}

bool is_label(std::string_view text) noexcept {
    return is_joined(text, "-");
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 12 && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace chatos::conformance
