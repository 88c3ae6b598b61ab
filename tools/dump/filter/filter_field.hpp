// The fields that a filter may name, and which operators each has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chatos::dump {

enum class filter_field : std::uint8_t {
    type,     ///< packet or event
    packet,   ///< CR, RPM, SPM, SMA, PC or ERROR
    event,    ///< gap, conflict, ...
    pseudo,   ///< of a packet that has one
    message,  ///< of a packet that has one
    code,     ///< of an ERROR
    stream,
    dir,  ///< c2s or s2c
    src,  ///< of captures only, as are dst, frame and time
    dst,
    frame,
    offset,
    length,  ///< of packets
    bytes,   ///< of events
    time,
};

enum class filter_operator : std::uint8_t {
    is_present,  ///< the field alone
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    matches,
    contains,
};

/// What a field's values are; decides which operators it has.
enum class value_kind : std::uint8_t { word, number, timestamp, text, endpoint };

inline constexpr std::size_t filter_field_count = static_cast<std::size_t>(filter_field::time) + 1;

/// As filters write it.
[[nodiscard]] std::string_view filter_field_name(filter_field name) noexcept;
[[nodiscard]] std::optional<filter_field> find_filter_field(std::string_view name) noexcept;
[[nodiscard]] value_kind value_kind_of(filter_field name) noexcept;

/// As filters write it; empty for is_present.
[[nodiscard]] std::string_view filter_operator_text(filter_operator which) noexcept;
[[nodiscard]] std::optional<filter_operator> find_filter_operator(std::string_view text) noexcept;
[[nodiscard]] bool has_operator(value_kind kind, filter_operator which) noexcept;
/// `==, !=, ~ or contains`
[[nodiscard]] std::string_view operators_of(value_kind kind) noexcept;

}  // namespace chatos::dump
