// The legal variants: what a server may do otherwise without breaking a rule. A suite that blames one of these is
// wrong.
#pragma once

#include "model/flag_set.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::conformance {

enum class variant : std::uint8_t {
    taken_closes,
    taken_before_full,
    full_stays_open,
    early_request_closes,
    rpm_serves_once,
    self_refused,
    offers_wait,
    stop_and_wait,
    silent_users_stay,
    closes_without_error,
    empty_message_refused,
    empty_message_malformed,
    slow_answers,
    byte_by_byte,
    smallest_limits,
};

struct variant_entry {
    variant id;
    std::string_view name;  ///< "stop-and-wait", as --variant writes it
    std::string_view rule;  ///< the rule that leaves it open
    std::string_view what;  ///< one clause: what such a server does
};

/// All of them, in the order of the enumeration.
[[nodiscard]] std::span<const variant_entry> all_variants() noexcept;
/// The variant with this name, or nullptr.
[[nodiscard]] const variant_entry* find_variant(std::string_view name) noexcept;

/// The variants that a model follows; none to begin with, which is what the reference server does.
using variant_set = flag_set<variant>;

}  // namespace chatos::conformance
