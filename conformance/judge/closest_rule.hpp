// Which rule a wrong answer breaks most probably: the general check only knows that it is wrong. Decides what a report
// names, never whether there is a violation.
#pragma once

#include "judge/judge_context.hpp"

#include <string_view>

namespace chatos::conformance {

/// Whether a server that compares pseudos wrongly may confuse the two.
[[nodiscard]] bool looks_alike(const std::string& left, const std::string& right);
/// The rule about the layout, the limits or the text of a well-formed packet that a server takes for a malformed one.
[[nodiscard]] std::string_view rule_of_refused_packet(const observed_packet& packet);
/// `general` unless something else that happened explains the answer to the request better.
[[nodiscard]] std::string_view closest_rule(const judge_context& context, std::string_view general,
                                            const connection_trace& connection, const traced_request& request,
                                            const observed_packet& answer);

}  // namespace chatos::conformance
