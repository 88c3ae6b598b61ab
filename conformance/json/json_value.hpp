// JSON text to values that know their line, so that readers of scenarios, profiles and reports can say where a problem
// is. Keeps nlohmann/json inside one translation unit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::conformance {

enum class json_kind : std::uint8_t { null, boolean, integer, real, string, array, object };

/// "an integer", "an object": for messages.
[[nodiscard]] std::string_view json_kind_name(json_kind kind) noexcept;

struct json_value {
    json_kind kind{json_kind::null};
    unsigned line{1};  ///< 1 is the first
    bool boolean{false};
    std::int64_t integer{0};
    double real{0};
    std::string string;
    std::vector<std::string> keys;  ///< object: in the order of the text, none twice
    std::vector<json_value> items;  ///< array: its elements; object: the values, in the order of `keys`

    /// The value of a key of an object, or nullptr.
    [[nodiscard]] const json_value* find(std::string_view key) const noexcept;
};

/// The text is not JSON, has a key twice or more than 1,000 in one object, nests deeper than 64, or holds a number that
/// does not fit.
struct json_error {
    unsigned line{1};
    unsigned column{1};
    std::string message;
};

[[nodiscard]] std::variant<json_value, json_error> parse_json(std::string_view text);

}  // namespace chatos::conformance
