#include "dump/filter/filter_field.hpp"

#include <array>

namespace chatos::dump {

namespace {

struct field_row {
    std::string_view name;
    value_kind kind;
};

constexpr std::array<field_row, filter_field_count> field_table{{
    {"type", value_kind::word},
    {"packet", value_kind::word},
    {"event", value_kind::word},
    {"pseudo", value_kind::text},
    {"message", value_kind::text},
    {"code", value_kind::number},
    {"stream", value_kind::number},
    {"dir", value_kind::word},
    {"src", value_kind::endpoint},
    {"dst", value_kind::endpoint},
    {"frame", value_kind::number},
    {"offset", value_kind::number},
    {"length", value_kind::number},
    {"bytes", value_kind::number},
    {"time", value_kind::timestamp},
}};

constexpr std::array<std::string_view, 9> operator_texts{"", "==", "!=", "<", "<=", ">", ">=", "~", "contains"};

}  // namespace

std::string_view filter_field_name(filter_field name) noexcept {
    return field_table[static_cast<std::size_t>(name)].name;
}

std::optional<filter_field> find_filter_field(std::string_view name) noexcept {
    for (std::size_t index = 0; index < field_table.size(); ++index) {
        if (field_table[index].name == name) {
            return static_cast<filter_field>(index);
        }
    }
    return std::nullopt;
}

value_kind value_kind_of(filter_field name) noexcept {
    return field_table[static_cast<std::size_t>(name)].kind;
}

std::string_view filter_operator_text(filter_operator which) noexcept {
    return operator_texts[static_cast<std::size_t>(which)];
}

std::optional<filter_operator> find_filter_operator(std::string_view text) noexcept {
    for (std::size_t index = 1; index < operator_texts.size(); ++index) {
        if (operator_texts[index] == text) {
            return static_cast<filter_operator>(index);
        }
    }
    return std::nullopt;
}

bool has_operator(value_kind kind, filter_operator which) noexcept {
    switch (which) {
    case filter_operator::is_present:
    case filter_operator::equal:
    case filter_operator::not_equal: return true;
    case filter_operator::less:
    case filter_operator::less_or_equal:
    case filter_operator::greater:
    case filter_operator::greater_or_equal:
        return kind == value_kind::number || kind == value_kind::timestamp || kind == value_kind::text;
    case filter_operator::matches:
    case filter_operator::contains: return kind == value_kind::text || kind == value_kind::endpoint;
    }
    return false;
}

std::string_view operators_of(value_kind kind) noexcept {
    switch (kind) {
    case value_kind::word: return "== or !=";
    case value_kind::number:
    case value_kind::timestamp: return "==, !=, <, <=, > or >=";
    case value_kind::text: return "==, !=, <, <=, >, >=, ~ or contains";
    case value_kind::endpoint: return "==, !=, ~ or contains";
    }
    return {};
}

}  // namespace chatos::dump
