#include "profile/client_dialogue.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace chatos::conformance {
namespace {

constexpr std::array<dialogue_word, 7> commands{{
    {"say", false, true},
    {"msg", true, true},
    {"private", true, false},
    {"private_text", true, true},
    {"accept", true, false},
    {"refuse", true, false},
    {"quit", false, false},
}};

constexpr std::array<dialogue_word, 5> screen_texts{{
    {"ready", false, false},
    {"message", true, true},
    {"offer", true, false},
    {"private_text", true, true},
    {"broken", false, false},
}};

constexpr std::array<std::string_view, 4> exit_reasons{"quit", "taken", "full", "broken"};

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

std::span<const dialogue_word> all_commands() noexcept {
    return commands;
}
std::span<const dialogue_word> all_screen_texts() noexcept {
    return screen_texts;
}
std::span<const std::string_view> all_exit_reasons() noexcept {
    return exit_reasons;
}

const dialogue_word* find_word(std::span<const dialogue_word> words, std::string_view name) noexcept {
    const auto match =
        std::find_if(words.begin(), words.end(), [&](const dialogue_word& word) { return word.name == name; });
    return match == words.end() ? nullptr : &*match;
}

std::string fill_in(std::string_view pattern, std::string_view pseudo, std::string_view text) {
    constexpr std::string_view pseudo_place = "{pseudo}";
    constexpr std::string_view text_place = "{text}";
    std::string filled;
    while (!pattern.empty()) {
        const bool is_pseudo = pattern.starts_with(pseudo_place);
        const bool is_text = pattern.starts_with(text_place);
        filled += is_pseudo ? pseudo : is_text ? text : pattern.substr(0, 1);
        pattern.remove_prefix(is_pseudo ? pseudo_place.size() : is_text ? text_place.size() : 1);
    }
    return filled;
}

std::optional<std::size_t> find_on_screen(std::string_view pattern, std::string_view pseudo, std::string_view text,
                                          std::string_view shown) {
    const std::string filled = fill_in(pattern, re2::RE2::QuoteMeta(piece(pseudo)), re2::RE2::QuoteMeta(piece(text)));
    const re2::RE2 compiled{"(?m)" + filled, re2::RE2::Quiet};
    re2::StringPiece match;
    if (!compiled.ok() || !compiled.Match(piece(shown), 0, shown.size(), re2::RE2::UNANCHORED, &match, 1)) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(match.data() - shown.data()) + match.size();
}

std::optional<std::string> screen_pattern_error(std::string_view pattern) {
    const re2::RE2 compiled{"(?m)" + fill_in(pattern, "x", "x"), re2::RE2::Quiet};
    return compiled.ok() ? std::nullopt : std::optional{compiled.error()};
}

}  // namespace chatos::conformance
