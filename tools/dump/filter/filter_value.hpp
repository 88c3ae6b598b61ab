// What a filter compares fields with, as the fields need it: nothing is left to be read when records come.
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
struct filter_instant {
    std::int64_t seconds{0};
    std::uint32_t nanoseconds{0};

    friend auto operator<=>(const filter_instant&, const filter_instant&) = default;
};

/// An address, a port, or both.
struct filter_end {
    std::optional<ip_address> address{};
    std::uint8_t ip_version{4};
    std::optional<std::uint16_t> port{};

    friend bool operator==(const filter_end&, const filter_end&) = default;
};

/// std::monostate where there is no value: the field alone.
using filter_value =
    std::variant<std::monostate, filter_word, std::uint64_t, filter_instant, std::string, filter_end, text_pattern>;

/// The words that a field's values are, separated by spaces; empty for other fields.
[[nodiscard]] std::string_view words_of(filter_field name) noexcept;
/// The word with that place.
[[nodiscard]] std::string_view word_of(filter_field name, filter_word which) noexcept;

/// A value as a filter writes it: a word, or what stands between quotes, as it is written there.
struct value_text {
    std::string_view text;
    bool is_quoted{false};
};

struct value_problem {
    std::size_t position{0};  ///< in the text
    std::size_t size{0};      ///< 0: all of it
    std::string expected{};   ///< may quote the text
};

/// Reads what `text` stands for as a value of that field behind that operator.
[[nodiscard]] std::variant<filter_value, value_problem> read_filter_value(filter_field name, filter_operator which,
                                                                          value_text text);
/// As a filter writes it: in the one form that every spelling of it is printed in.
[[nodiscard]] std::string filter_value_text(filter_field name, const filter_value& value);

}  // namespace chatos::dump
