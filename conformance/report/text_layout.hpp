// Text for a terminal: colour where it is wanted, paragraphs of bounded width.
#pragma once

#include <string>
#include <string_view>

namespace chatos::conformance {

enum class colour : unsigned char { plain, bold, dim, red, green, yellow, cyan };

/// Paints or does not.
class painter {
public:
    explicit painter(bool colours) noexcept : colours_{colours} {}
    [[nodiscard]] std::string operator()(colour which, std::string_view text) const;

private:
    bool colours_;
};

/// True when `descriptor` is a terminal and NO_COLOR is not set.
[[nodiscard]] bool wants_colour(int descriptor) noexcept;

/// `text` broken between words so that lines have at most `width` columns; every line but the first starts with
/// `indent` spaces. Words longer than a line stay whole.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 110);

/// Columns of `text` on a terminal, near enough for padding: characters, not bytes.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;
[[nodiscard]] std::string padded(std::string text, std::size_t columns);

/// What came from a process or a file, safe to print: escaped, without quotes around it.
[[nodiscard]] std::string printable(std::string_view text);

/// A word of a command for a POSIX shell: in quotes where it needs them, without control characters.
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace chatos::conformance
