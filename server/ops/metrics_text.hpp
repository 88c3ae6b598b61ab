// Metrics in the Prometheus text format 0.0.4.
#pragma once

#include "ops/process_figures.hpp"
#include "ops/service_snapshot.hpp"

#include <string>
#include <string_view>

namespace chatos::ops {

/// Every metric with its HELP and TYPE. `version` is the program's.
[[nodiscard]] std::string metrics_text(const service_snapshot& snapshot, const process_figures& process,
                                       std::string_view version);

}  // namespace chatos::ops
