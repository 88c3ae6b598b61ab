// Who sent what to whom and when in a scenario, as a sequence chart: the server and all actors as lifelines.
#pragma once

#include "base/sequence_chart.hpp"
#include "runner/suite.hpp"

#include <cstddef>

namespace chatos::conformance {

/// The last `rows_max` rows of the exchange. The lifelines are the server and the actors that appear in them.
/// `draws_awaited`: what a failed step waited for is a row of its own after them.
[[nodiscard]] base::sequence_chart make_chart(const scenario_report& report, std::size_t rows_max,
                                              bool draws_awaited = false);

}  // namespace chatos::conformance
