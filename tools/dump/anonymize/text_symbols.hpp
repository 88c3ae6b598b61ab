// A text as symbols, each one of a small alphabet: what an anonymous text keeps of it are the alphabets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

/// How much of a text stays: the later ones leave more choice, for texts that could otherwise not be told apart from
/// themselves.
enum class likeness : std::uint8_t {
    kind,     ///< letters, digits, punctuation, spaces
    common,   ///< letters; digits, punctuation and spaces are one alphabet
    letters,  ///< the same, and small and capital letters are one alphabet
    ascii,    ///< printable characters
};

/// A character, or a byte that is part of none.
struct text_symbol {
    std::uint32_t value{0};     ///< below the alphabet's size
    std::uint32_t size{1};      ///< of the alphabet
    std::uint32_t alphabet{0};  ///< symbols of the same alphabet may replace each other
    std::uint8_t bytes{1};
    bool is_capital{false};
};

/// The symbols of any bytes. Characters keep their length in UTF-8 and, as far as code points are ordered by scripts,
/// their script; bytes that are ill-formed stay ill-formed in the same way.
[[nodiscard]] std::vector<text_symbol> symbols_of(std::string_view text, likeness how);
/// The text of symbols that may have other values than those that symbols_of() gave.
[[nodiscard]] std::string text_of(const std::vector<text_symbol>& symbols);

}  // namespace chatos::dump
