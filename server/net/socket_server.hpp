// The core on real sockets: one thread, one loop. Knows the system, and nothing of what packets mean.
#pragma once

#include "core/options.hpp"
#include "core/statistics.hpp"
#include "net/listen_address.hpp"
#include "net/listen_result.hpp"
#include "ops/service_snapshot.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace chatos::ops {
class event_log;
}

namespace chatos::net {

/// What a server in service has beyond the core's bounds.
struct service_setup {
    std::uint32_t per_address_max{0};     ///< ops::service_options::per_address_max
    ops::event_log* log{nullptr};         ///< may be null; otherwise it must outlive the server
    bool io_uring{true};                  ///< calls go through io_uring in batches, where the system has it
    std::function<void()> on_stopping{};  ///< called in run() when the server begins to drain; may be empty
};

class socket_server {
public:
    /// `bounds` must be valid (core::find_fault(), asserted).
    explicit socket_server(const core::options& bounds, const service_setup& setup = {});
    ~socket_server();
    socket_server(const socket_server&) = delete;
    socket_server& operator=(const socket_server&) = delete;

    /// Listens at one more address; connections queue up from now on and are served by run().
    [[nodiscard]] listen_result listen(const listen_address& where);

    /// SIGINT and SIGTERM stop() the server; the second one ends it at once. SIGHUP has the log file opened again. They
    /// are held from now on.
    void stop_on_signals();

    /// Serves until stopped and drained.
    void run();

    /// Lets run() drain and return; a second call ends it at once. From any thread.
    void stop();

    /// What the core counted. Not while another thread is in run().
    [[nodiscard]] core::statistics count() const;

    /// What is counted now, from any thread. Nothing when the loop does not answer within `timeout`, or has ended.
    [[nodiscard]] std::optional<ops::service_snapshot> request_snapshot(std::chrono::milliseconds timeout);

private:
    class loop;
    std::unique_ptr<loop> loop_;
};

}  // namespace chatos::net
