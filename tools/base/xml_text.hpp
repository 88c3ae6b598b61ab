// Text inside XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace chatos::base {

/// For element content and for attributes in double quotes. Markup characters become entities; what XML 1.0 forbids
/// (controls, ill-formed UTF-8, U+FFFE, U+FFFF) and what could move a cursor or turn a line around is shown as an
/// escape such as `\x1b`. Line breaks stay.
[[nodiscard]] std::string xml_text(std::string_view text);

/// ` name="value"`, the value as xml_text() has it.
[[nodiscard]] std::string xml_attribute(std::string_view name, std::string_view value);

}  // namespace chatos::base
