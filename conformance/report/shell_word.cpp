#include "report/shell_word.hpp"

#include "base/shown_text.hpp"

namespace chatos::conformance {

std::string shell_word(std::string_view word) {
    constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,=+@%[]";
    if (!word.empty() && word.find_first_not_of(harmless) == std::string_view::npos) {
        return std::string{word};
    }
    std::string quoted = "'";
    for (const char character : base::printable(word)) {
        quoted += character == '\'' ? "'\\''" : std::string(1, character);
    }
    return quoted + "'";
}

}  // namespace chatos::conformance
