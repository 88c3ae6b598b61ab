// How one talks with a client under test: what to write to its standard input, what its screen shows, with which codes
// it exits. A profile fills this in; scenarios name its entries.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// A command that a client may be given, or a text that its screen may show.
struct dialogue_word {
    std::string_view name;  ///< "msg"
    bool has_pseudo{false};
    bool has_text{false};
};

/// say, msg, private, private_text, accept, refuse, quit.
[[nodiscard]] std::span<const dialogue_word> all_commands() noexcept;
/// ready, message, offer, private_text, broken.
[[nodiscard]] std::span<const dialogue_word> all_screen_texts() noexcept;
/// quit, taken, full, broken.
[[nodiscard]] std::span<const std::string_view> all_exit_reasons() noexcept;
/// The one with this name, or nullptr.
[[nodiscard]] const dialogue_word* find_word(std::span<const dialogue_word> words, std::string_view name) noexcept;

struct client_dialogue {
    std::map<std::string, std::string> input;   ///< command to what is written, with {pseudo} and {text} in it
    std::map<std::string, std::string> screen;  ///< text to RE2, with {pseudo} and {text} in it
    std::map<std::string, int> exit_codes;      ///< reason to code
};

/// `pattern` with {pseudo} and {text} replaced; all other braces stay as they are.
[[nodiscard]] std::string fill_in(std::string_view pattern, std::string_view pseudo, std::string_view text);

/// Where the pattern (RE2 in which {pseudo} and {text} stand for themselves) ends in `shown`: the offset behind its
/// first match, or nothing.
[[nodiscard]] std::optional<std::size_t> find_on_screen(std::string_view pattern, std::string_view pseudo,
                                                        std::string_view text, std::string_view shown);
/// What is wrong with the pattern as a regular expression; nothing if it is one.
[[nodiscard]] std::optional<std::string> screen_pattern_error(std::string_view pattern);

}  // namespace chatos::conformance
