// What the traffic of a scenario shows by itself, whatever the scenario's steps were after: the rule that it breaks
// first, as the judge of captures reads it, and the circumstances in which the implementation had to do its work.
#pragma once

#include "judge/trace.hpp"
#include "runner/traffic.hpp"
#include "scenario/scenario.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// Something that a server can be unable to cope with wherever it happens.
enum class circumstance : std::uint8_t {
    split_or_joined,        ///< a packet came in pieces, or several came at once
    beyond_ascii,           ///< a text has more bytes than characters
    user_left,              ///< a connection ended, and others went on
    others_wait,            ///< a client acted while another one waited for an answer
    answers_while_waiting,  ///< a client answered a delivery while it waited itself
    asks_while_waiting,     ///< a client asked again before it had its answer
    unread,                 ///< a client did not read
};
inline constexpr std::size_t circumstance_count = 7;
using circumstance_set = std::bitset<circumstance_count>;

struct circumstance_description {
    std::string_view rule;  ///< that an implementation breaks which cannot cope with it
    std::string_view text;  ///< "in which ..."
    std::string_view hint;
};
[[nodiscard]] const circumstance_description& description_of(circumstance which) noexcept;

struct observation {
    std::string broken_rule;  ///< the first one that the judge finds broken; empty: none
    std::string expected;     ///< there
    std::string actual;
    circumstance_set circumstances;
};

/// The traffic as the judge takes it. What a bound left out, and what follows the opening of a tunnel, is distrusted.
[[nodiscard]] trace trace_of(const traffic_log& traffic, const scenario& scenario);

/// Judges what the role that the scenario is for did; only if `failed`, since it takes time.
[[nodiscard]] observation observe(const traffic_log& traffic, const scenario& scenario, bool failed);

}  // namespace chatos::conformance
