// What scenarios and faults say about the cells of the rules.
#pragma once

#include "rules/cell.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct cell_count {
    std::size_t tested{0};
    std::size_t all{0};
};

/// The words of a list that is separated by blanks.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view list);
/// The cells of this rule; of all rules if the id is empty.
[[nodiscard]] cell_count count_cells(std::string_view rule_id);
/// "5 of 6 cells tested".
[[nodiscard]] std::string cell_text(const cell_count& count);

}  // namespace chatos::conformance
