#include "report/cell_coverage.hpp"

#include <algorithm>

namespace chatos::conformance {

std::vector<std::string_view> words_of(std::string_view list) {
    std::vector<std::string_view> words;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(' '), list.size());
        if (end != 0) {
            words.push_back(list.substr(0, end));
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return words;
}

cell_count count_cells(std::string_view rule_id) {
    cell_count count;
    for (const rule_cell& cell : all_cells()) {
        if (rule_id.empty() || cell.rule() == rule_id) {
            ++count.all;
            count.tested += cell.scenarios.empty() ? 0U : 1U;
        }
    }
    return count;
}

std::string cell_text(const cell_count& count) {
    return std::to_string(count.tested) + " of " + std::to_string(count.all) +
           (count.all == 1 ? " cell tested" : " cells tested");
}

}  // namespace chatos::conformance
