// The frame that all HTML reports share: a page that needs nothing else, with style and script in it.
#pragma once

#include "scenario/catalog.hpp"

#include <ostream>
#include <string_view>
#include <vector>

namespace chatos::conformance {

/// page.css and page.js, compiled in.
[[nodiscard]] std::vector<builtin_file> page_files();
/// One of them; empty if there is none of that name.
[[nodiscard]] std::string_view page_file(std::string_view name);

/// Up to and including the opening of the body. `title` is plain text.
void begin_page(std::ostream& out, std::string_view title);

}  // namespace chatos::conformance
