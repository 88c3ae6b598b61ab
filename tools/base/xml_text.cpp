#include "base/xml_text.hpp"

#include "base/shown_text.hpp"

namespace chatos::base {
namespace {

/// One line. Its printable form holds no control character, no U+FFFE, no U+FFFF, and is UTF-8.
std::string xml_line(std::string_view line) {
    std::string xml;
    const std::string shown = printable(line);
    for (const char letter : shown) {
        switch (letter) {
        case '&': xml += "&amp;"; break;
        case '<': xml += "&lt;"; break;
        case '>': xml += "&gt;"; break;
        case '"': xml += "&quot;"; break;
        case '\'': xml += "&#39;"; break;
        default: xml += letter;
        }
    }
    return xml;
}

}  // namespace

std::string xml_text(std::string_view text) {
    std::string xml;
    for (;;) {
        const std::size_t end = text.find('\n');
        xml += xml_line(text.substr(0, end));
        if (end == std::string_view::npos) {
            return xml;
        }
        xml += '\n';
        text.remove_prefix(end + 1);
    }
}

std::string xml_attribute(std::string_view name, std::string_view value) {
    return std::string{" "}.append(name).append("=\"").append(xml_text(value)).append("\"");
}

}  // namespace chatos::base
