// The answers to requests for /metrics, /healthz, /livez and /readyz.
#pragma once

#include "ops/process_figures.hpp"
#include "ops/service_snapshot.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::ops {

/// Where the content of an answer comes from. Each is called only by the paths that show it: a request for anything
/// else, which any client can send at will, costs neither the loop nor the system anything.
struct scrape_sources {
    /// Empty: the loop did not answer in time. Called for paths that tell the state of the loop.
    std::function<std::optional<service_snapshot>()> snapshot;
    /// Called for /metrics alone.
    std::function<process_figures()> process;
    std::string_view version;  ///< the program's
};

/// The HTTP response to the request that begins with `head`. Without a snapshot every path returns 503:
/// the loop stands still. Else /livez is 200; /healthz is 503 while the server drains, and /readyz also while it
/// accepts no connections.
[[nodiscard]] std::string answer_scrape(std::string_view head, const scrape_sources& sources);

}  // namespace chatos::ops
