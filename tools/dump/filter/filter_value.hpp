// The values that a filter compares fields with, parsed once and not per record.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/filter/filter_field.hpp"
#include "dump/filter/text_pattern.hpp"
#include "dump/link/ip_layer.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace chatos::dump {

/// One of the words of a field, by its place in words_of().
struct filter_word {
    std::size_t index{0};

    friend bool operator==(const filter_word&, const filter_word&) = default;
};

/// Seconds and nanoseconds since 1970.
struct filter_timestamp {
    std::int64_t seconds{0};
    std::uint32_t nanoseconds{0};

    friend auto operator<=>(const filter_timestamp&, const filter_timestamp&) = default;
};

/// An address, a port, or both.
struct filter_endpoint {
    std::optional<ip_address> address{};
    std::uint8_t ip_version{4};
    std::optional<std::uint16_t> port{};

    friend bool operator==(const filter_endpoint&, const filter_endpoint&) = default;
};

/// std::monostate where there is no value: the field alone.
using filter_value = std::variant<std::monostate, filter_word, std::uint64_t, filter_timestamp, std::string,
                                  filter_endpoint, text_pattern>;

/// The words that a field's values are, separated by spaces; empty for other fields.
[[nodiscard]] std::string_view words_of(filter_field name) noexcept;
/// The word with that place.
[[nodiscard]] std::string_view word_of(filter_field name, filter_word which) noexcept;

/// A value as a filter spells it: a word, or the text between quotes, escapes included.
struct value_text {
    std::string_view text;
    bool is_quoted{false};
};

struct value_problem {
    std::size_t position{0};  ///< in the text
    std::size_t size{0};      ///< 0: all of it
    std::string expected{};   ///< may quote the text
};

/// Parses `text` as a value of that field after that operator.
[[nodiscard]] std::variant<filter_value, value_problem> read_filter_value(filter_field name, filter_operator which,
                                                                          value_text text);
/// The canonical spelling of the value in a filter.
[[nodiscard]] std::string filter_value_text(filter_field name, const filter_value& value);

}  // namespace chatos::dump
