#include "rules/cell.hpp"

namespace chatos::conformance {
namespace {

constexpr rule_cell cells[] = {
#define RULE_CELL(id, text, scenarios, faults) {id, text, scenarios, faults, ""},
#define RULE_CELL_UNTESTED(id, text, reason) {id, text, "", "", reason},
#include "rules/cells.def"
};

}  // namespace

std::span<const rule_cell> all_cells() noexcept {
    return cells;
}

}  // namespace chatos::conformance
