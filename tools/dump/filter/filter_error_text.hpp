// The message about an invalid filter: a caret marks the place.
#pragma once

#include "dump/filter/filter.hpp"

#include <string>
#include <string_view>

namespace chatos::dump {

/// Three lines, the last one without a line end: the column and what was expected there, the text, and a caret under
/// the place. Safe to print; a long text is shown only around the place.
[[nodiscard]] std::string filter_error_text(std::string_view text, const filter_problem& problem);

}  // namespace chatos::dump
