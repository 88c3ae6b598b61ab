#include "report/markup.hpp"

#include "report/text_layout.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

/// One line. Its printable form holds no control character and is UTF-8.
std::string marked_line(std::string_view line) {
    std::string made;
    const std::string shown = printable(line);
    for (std::size_t at = 0; at < shown.size(); ++at) {
        const std::string_view rest = std::string_view{shown}.substr(at);
        if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
            made += rest[2] == '\xBE' ? "\\u{fffe}" : "\\u{ffff}";
            at += 2;
            continue;
        }
        switch (shown[at]) {
        case '&': made += "&amp;"; break;
        case '<': made += "&lt;"; break;
        case '>': made += "&gt;"; break;
        case '"': made += "&quot;"; break;
        case '\'': made += "&#39;"; break;
        default: made += shown[at];
        }
    }
    return made;
}

}  // namespace

std::string markup_text(std::string_view text) {
    std::string made;
    for (;;) {
        const std::size_t end = text.find('\n');
        made += marked_line(text.substr(0, end));
        if (end == std::string_view::npos) {
            return made;
        }
        made += '\n';
        text.remove_prefix(end + 1);
    }
}

}  // namespace chatos::conformance
