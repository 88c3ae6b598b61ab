#include "dump/filter/filter.hpp"

namespace chatos::dump {

std::string filter::text_of(std::size_t node) const {
    const filter_node& part = nodes_[node];
    // An operand in parentheses wherever it would otherwise be read as part of something else.
    const auto operand = [this, &part](std::size_t which, bool is_right) {
        const filter_node_kind inner = nodes_[which].kind;
        const bool is_weaker = inner == filter_node_kind::either && part.kind != filter_node_kind::either;
        const bool is_pair_in_negation = part.kind == filter_node_kind::negation && inner == filter_node_kind::both;
        const bool needs = is_weaker || is_pair_in_negation || (is_right && inner == part.kind);
        return needs ? '(' + text_of(which) + ')' : text_of(which);
    };
    switch (part.kind) {
    case filter_node_kind::negation: return '!' + operand(part.left, false);
    case filter_node_kind::both: return operand(part.left, false) + " && " + operand(part.right, true);
    case filter_node_kind::either: return operand(part.left, false) + " || " + operand(part.right, true);
    case filter_node_kind::comparison: break;
    }
    std::string name{filter_field_name(part.name)};
    if (part.which == filter_operator::is_present) {
        return name;
    }
    return name + ' ' + std::string{filter_operator_text(part.which)} + ' ' + filter_value_text(part.name, part.value);
}

}  // namespace chatos::dump
