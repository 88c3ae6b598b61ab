// The rules of ChatOS 1.0, once. Reports, `explain`, the ledger and the checks of scenario files follow from this
// table; the ids are stable and are what code, tests and scenarios refer to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace chatos::conformance {

enum class rule_level : std::uint8_t {
    must,    ///< breaking it fails
    should,  ///< breaking it warns, and fails under --strict
    choice,  ///< several behaviours are legal; the one seen is recorded
};

/// Where a rule comes from.
enum class rule_origin : std::uint8_t { text, figure, decision };

/// Whose behaviour a rule describes.
enum class rule_party : std::uint8_t { wire, server, client, tunnel };

struct rule {
    std::string_view id;  ///< "PM-4"
    rule_level level;
    rule_origin origin;
    std::string_view text;
};

/// A family of rules, "PM".
struct rule_area {
    std::string_view id;
    std::string_view title;
    rule_party party;
};

/// All rules, area by area, in the order of their numbers.
[[nodiscard]] std::span<const rule> all_rules() noexcept;
[[nodiscard]] std::span<const rule_area> all_areas() noexcept;

/// The rule with this id, or nullptr.
[[nodiscard]] const rule* find_rule(std::string_view id) noexcept;
/// The area that a rule id belongs to ("PM" for "PM-4"). The id must be a rule's.
[[nodiscard]] const rule_area& area_of(std::string_view rule_id) noexcept;

[[nodiscard]] std::string_view level_name(rule_level level) noexcept;
[[nodiscard]] std::string_view origin_name(rule_origin origin) noexcept;
/// MUST, SHOULD or CHOICE, in either case; nothing for other words.
[[nodiscard]] std::optional<rule_level> parse_level(std::string_view word) noexcept;

}  // namespace chatos::conformance
