// Serves /metrics and /healthz over HTTP on its own thread. Requests snapshots; does not use the core.
#pragma once

#include "net/listen_address.hpp"
#include "net/listen_result.hpp"
#include "ops/service_snapshot.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace chatos::net {

/// Bounds the number of connections, the bytes of a request and the time of an exchange. There is no authentication, so
/// listen only on addresses that only the operator can reach.
class metrics_endpoint {
public:
    using source = std::function<std::optional<ops::service_snapshot>()>;

    /// `ask` is called on the endpoint's thread and may take a while; empty means that the server does not answer.
    metrics_endpoint(source ask, std::string version);
    ~metrics_endpoint();
    metrics_endpoint(const metrics_endpoint&) = delete;
    metrics_endpoint& operator=(const metrics_endpoint&) = delete;

    /// Call once. On success it serves until it is destroyed.
    [[nodiscard]] listen_result listen(const listen_address& where);

private:
    class service;
    std::unique_ptr<service> service_;
};

}  // namespace chatos::net
