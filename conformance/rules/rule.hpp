// The rules of ChatOS 1.0. Reports, `explain`, rule coverage and the checks of scenario files use this table. Code,
// tests and scenarios refer to rules by id; ids never change.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chatos::conformance {

enum class rule_level : std::uint8_t {
    must,    ///< a violation is a failure
    should,  ///< a violation is a warning, and a failure under --strict
    choice,  ///< several behaviors are legal; the observed one is recorded
};

enum class rule_origin : std::uint8_t { text, figure, decision };

/// Whose behavior a rule describes.
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

/// All rules, by area and number.
[[nodiscard]] std::span<const rule> all_rules() noexcept;
[[nodiscard]] std::span<const rule_area> all_areas() noexcept;

/// The rule with this id, or nullptr.
[[nodiscard]] const rule* find_rule(std::string_view id) noexcept;
/// "unknown rule "PM4"; ...; did you mean "PM-4"?": refuses an id that no rule has.
[[nodiscard]] std::string unknown_rule(std::string_view id);
/// The area of a rule ("PM" for "PM-4"). The id must exist.
[[nodiscard]] const rule_area& area_of(std::string_view rule_id) noexcept;

[[nodiscard]] std::string_view level_name(rule_level level) noexcept;
[[nodiscard]] std::string_view origin_name(rule_origin origin) noexcept;
/// Parses MUST, SHOULD or CHOICE, ignoring case.
[[nodiscard]] std::optional<rule_level> parse_level(std::string_view word) noexcept;

}  // namespace chatos::conformance
