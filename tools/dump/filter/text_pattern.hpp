// A regular expression in RE2's syntax: its run time is linear in the text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace chatos::dump {

class text_pattern {
public:
    /// Compiles the expression; problem() says whether that failed.
    explicit text_pattern(std::string_view expression);

    /// Whether the expression matches anywhere in `text`. There must be no problem.
    [[nodiscard]] bool is_in(std::string_view text) const;
    /// RE2's error message, which may quote the expression; empty if the expression is valid.
    [[nodiscard]] std::string problem() const;
    /// As it was given.
    [[nodiscard]] const std::string& expression() const;

    friend bool operator==(const text_pattern& left, const text_pattern& right) {
        return left.expression() == right.expression();
    }

private:
    std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace chatos::dump
