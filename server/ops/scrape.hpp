// The answers to requests for /metrics and /healthz.
#pragma once

#include "ops/process_figures.hpp"
#include "ops/service_snapshot.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chatos::ops {

/// The HTTP response to the request that begins with `head`. No snapshot means that the loop did not answer in time:
/// both paths then return 503.
[[nodiscard]] std::string answer_scrape(std::string_view head, const std::optional<service_snapshot>& snapshot,
                                        const process_figures& process, std::string_view version);

}  // namespace chatos::ops
