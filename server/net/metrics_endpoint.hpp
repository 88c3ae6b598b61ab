// /metrics and /healthz over HTTP, on a thread of its own. Knows how to ask for a snapshot, and nothing of the core.
#pragma once

#include "net/listen_address.hpp"
#include "net/listen_result.hpp"
#include "ops/service_snapshot.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace chatos::net {

/// Everything here is bounded: connections at once, bytes of a request, time for the whole exchange. There is no
/// authentication, so it is meant for addresses that only the operator reaches.
class metrics_endpoint {
public:
    using source = std::function<std::optional<ops::service_snapshot>()>;

    /// `ask` is called on the endpoint's thread, and may take a while; nothing means that the server does not answer.
    metrics_endpoint(source ask, std::string version);
    ~metrics_endpoint();
    metrics_endpoint(const metrics_endpoint&) = delete;
    metrics_endpoint& operator=(const metrics_endpoint&) = delete;

    /// Once. When it listens, it serves from now on until it is destroyed.
    [[nodiscard]] listen_result listen(const listen_address& where);

private:
    class service;
    std::unique_ptr<service> service_;
};

}  // namespace chatos::net
