#include "dump/filter/filter_error_text.hpp"

#include "base/shown_text.hpp"
#include "dump/text/caret_text.hpp"

#include <algorithm>

namespace chatos::dump {

std::string filter_error_text(std::string_view text, const filter_problem& problem) {
    constexpr std::size_t found_bytes_max = 40;
    const std::size_t position = std::min(problem.position, text.size());
    const std::string offending = base::printable(text.substr(position, std::min(problem.size, found_bytes_max)));
    return "bad filter: at column " + std::to_string(column_at(text, position)) + " " +
           (position == text.size() ? "the filter ends" : "'" + offending + "' is wrong") + "; expected " +
           base::printable(problem.expected) + caret_text(text, position, problem.size);
}

}  // namespace chatos::dump
