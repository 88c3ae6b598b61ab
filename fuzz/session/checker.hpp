// Compares what a server says with what the oracle predicted, and says in a sentence what differs and which property
// that breaks. Sees a server only through the values that it is given, so that tests can give it wrong ones.
#pragma once

#include "properties/verdict.hpp"
#include "session/oracle.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chatos::fuzz {

/// Why an observation is made: what is missing or too much after time alone has passed is a matter of time.
enum class cause : std::uint8_t { event, time };

/// The bytes that the server has for `who` now, in order; `all` if they are not only the first of them.
[[nodiscard]] verdict check_output(const oracle& expected, client_number number, std::string_view shown, bool all,
                                   cause why);

/// Whether the server reads it.
[[nodiscard]] verdict check_wants_input(const oracle& expected, client_number number, bool wanted, cause why);

/// What the driver is to do with it; `output_left` if the server has bytes for it.
[[nodiscard]] verdict check_close_action(const oracle& expected, client_number number, core::close_action actual,
                                         bool output_left, cause why);

[[nodiscard]] verdict check_accepts(const oracle& expected, bool accepts);

/// The counts, and that they balance.
[[nodiscard]] verdict check_counts(const oracle& expected, const core::statistics& actual);

/// next_deadline() after a call at `now`.
[[nodiscard]] verdict check_deadline(const oracle& expected, std::optional<moment> actual, moment now);

/// What is left when every client has read everything and all timeouts have passed: nothing waits.
[[nodiscard]] verdict check_rest(const oracle& expected, const core::statistics& actual, std::size_t connections);

/// What is left when all have gone: nothing.
[[nodiscard]] verdict check_nothing_is_left(const core::statistics& actual, std::size_t connections, bool has_deadline);

/// The packet at the front of `wire` as people read it: `SPM alice "17"`. Bytes that are none: `bytes 07 00`.
[[nodiscard]] std::string packet_in_words(std::string_view wire);

}  // namespace chatos::fuzz
