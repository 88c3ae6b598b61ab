// Whether an execution that found nothing wrong did what its scenario says: a reading of the scenario beside what
// happened, written apart from the execution.
#pragma once

#include "properties/verdict.hpp"
#include "runner/outcome.hpp"
#include "scenario/scenario.hpp"
#include "scenario/simulated_network.hpp"

#include <vector>

namespace chatos::fuzz {

/// "accounted": each actor's steps, in their order, use up all that it sent and all that came to it, and after the
/// last step nothing came but the answer to the closing fence and the end of the connection. What `bind` and `same` say
/// is not looked at. For an execution that came to its end without a failure.
[[nodiscard]] verdict check_events_explained(const conformance::scenario& scenario,
                                             const std::vector<simulated_actor>& actors);

/// "verdict": a failure names a step of the scenario and a rule, and says in printable words what was expected and what
/// was seen; choices are alternatives of the scenario; the exchange is bounded.
[[nodiscard]] verdict check_outcome(const conformance::scenario& scenario, const conformance::outcome& outcome);

/// check_outcome(); and, if nothing failed, check_events_explained(). "conforms": nothing failed if the peer did what
/// the scenario wants, `must_pass`.
[[nodiscard]] verdict check_end(const conformance::scenario& scenario, const std::vector<simulated_actor>& actors,
                                const conformance::outcome& outcome, bool must_pass);

/// Whether a person can be shown this: UTF-8 without harmful characters.
[[nodiscard]] bool is_printable(std::string_view text);

}  // namespace chatos::fuzz
