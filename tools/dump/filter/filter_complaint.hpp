// What is wrong with a filter, for a person: the place is pointed at.
#pragma once

#include "dump/filter/filter.hpp"

#include <string>
#include <string_view>

namespace chatos::dump {

/// Three lines, without an end of line behind the last: what was expected at which column, the text, and a mark under
/// the place. Safe to print; of a long text only what stands around the place is shown.
[[nodiscard]] std::string filter_complaint(std::string_view text, const filter_problem& problem);

}  // namespace chatos::dump
