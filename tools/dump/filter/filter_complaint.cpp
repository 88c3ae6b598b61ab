#include "dump/filter/filter_complaint.hpp"

#include "base/shown_text.hpp"
#include "dump/text/pointed_text.hpp"

#include <algorithm>

namespace chatos::dump {

std::string filter_complaint(std::string_view text, const filter_problem& problem) {
    constexpr std::size_t found_bytes_max = 40;
    const std::size_t position = std::min(problem.position, text.size());
    const std::string found = base::printable(text.substr(position, std::min(problem.size, found_bytes_max)));
    return "bad filter: at column " + std::to_string(column_at(text, position)) + " " +
           (position == text.size() ? "the filter ends" : "'" + found + "' is wrong") + "; expected " +
           base::printable(problem.expected) + pointed_text(text, position, problem.size);
}

}  // namespace chatos::dump
