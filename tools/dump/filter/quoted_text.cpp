#include "dump/filter/quoted_text.hpp"

#include "base/shown_text.hpp"

namespace chatos::dump {

std::variant<std::string, value_problem> read_quoted_text(std::string_view raw) {
    std::string text;
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (raw[at] != '\\') {
            text += raw[at];
            continue;
        }
        const std::size_t size = base::read_escape(raw.substr(at + 1), text);
        if (size == 0) {
            return value_problem{at, 2, R"(an escape: \", \\, \n, \r, \t, \x1b or \u{20ac})"};
        }
        at += size;
    }
    return text;
}

}  // namespace chatos::dump
