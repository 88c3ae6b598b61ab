// A regular expression of a user's, in RE2's syntax: no input makes it slow.
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
    /// The expression. When it is none problem() says why.
    explicit text_pattern(std::string_view expression);

    /// Whether the expression matches anywhere in `text`. There must be no problem.
    [[nodiscard]] bool is_in(std::string_view text) const;
    /// Empty, or what is wrong, in words of RE2 that may quote the expression.
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
