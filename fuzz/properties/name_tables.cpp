#include "properties/name_tables.hpp"

#include <array>
#include <cstddef>

namespace chatos::fuzz {

namespace {

constexpr std::array<std::string_view, 6> code_names{"OK",         "PSEUDO_TAKEN", "OUT_OF_CAPACITY",
                                                     "UNASSIGNED", "UNREACHABLE",  "REFUSED"};
constexpr std::array<std::string_view, 6> field_names{"opcode",       "pseudo_size", "pseudo",
                                                      "message_size", "message",     "error_code"};

struct violation_words {
    std::string_view name;
    std::string_view rule;
    std::string_view said;  ///< a word that a person needs to find in the description
};
constexpr std::array<violation_words, 7> violation_table{{
    {"none", "", "nothing"},
    {"unknown_opcode", "WIRE-1", "opcode"},
    {"negative_size", "WIRE-11", "top bit"},
    {"size_over_limit", "WIRE-14", "limit"},
    {"empty_pseudo", "WIRE-9", "pseudo"},
    {"ill_formed_utf8", "WIRE-8", "UTF-8"},
    {"unassigned_error_code", "WIRE-12", "code"},
}};

}  // namespace

std::string_view wrong_name(error_code code, violation kind, field where) {
    const auto code_at = static_cast<std::size_t>(code);
    if (error_code_name(code) != (code_at < code_names.size() ? code_names[code_at] : "UNASSIGNED")) {
        return "an error code has another name";
    }
    const auto field_at = static_cast<std::size_t>(where);
    if (field_name(where) != (field_at < field_names.size() ? field_names[field_at] : "unknown")) {
        return "a field has another name";
    }
    const auto violation_at = static_cast<std::size_t>(kind);
    if (violation_at >= violation_table.size()) {
        return violation_name(kind) == "unknown" && describe(kind) == "unknown" && rule_of(kind).empty()
                   ? ""
                   : "a violation that is none has a name";
    }
    const violation_words& words = violation_table[violation_at];
    if (violation_name(kind) != words.name || rule_of(kind) != words.rule) {
        return "a violation has another name or rule";
    }
    return describe(kind).find(words.said) == std::string_view::npos ? "a violation is described as another" : "";
}

}  // namespace chatos::fuzz
