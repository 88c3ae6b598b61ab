// What the words in scenario files may look like. The JSON Schema says the same in its patterns.
#pragma once

#include <string_view>

namespace chatos::conformance {

/// "server.pm.relay-code": lower-case words and digits joined by . and -, at most 80 bytes.
[[nodiscard]] bool is_scenario_id(std::string_view text) noexcept;
/// What an id may be made of, and * and ? for parts of it: 1 to 80 bytes.
[[nodiscard]] bool is_scenario_pattern(std::string_view text) noexcept;
/// "bob-answers": lower-case words and digits joined by -.
[[nodiscard]] bool is_label(std::string_view text) noexcept;
/// "bob": a lower-case letter, then letters, digits and -, at most 12 bytes.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

}  // namespace chatos::conformance
