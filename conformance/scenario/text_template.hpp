// Strings of scenarios with `{name}` in them; `{{` and `}}` are braces.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// Replaces each {name} by `value_of(name)`. An error (a brace that is not closed, a name for which there is no value)
/// is given to `refuse`, and nothing is returned.
[[nodiscard]] std::optional<std::string>
expand_template(std::string_view text, const std::function<std::optional<std::string>(std::string_view)>& value_of,
                const std::function<void(std::string)>& refuse);

}  // namespace chatos::conformance
