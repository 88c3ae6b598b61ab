// The core on real sockets: one thread, one loop. Does not interpret packets.
#pragma once

#include "base/endpoint.hpp"
#include "core/options.hpp"
#include "core/statistics.hpp"
#include "net/admission.hpp"
#include "net/listen_result.hpp"
#include "net/listeners.hpp"
#include "ops/service_snapshot.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace chatos::ops {
class event_log;
}

namespace chatos::net {

/// What may change while the server runs.
struct running_limits {
    core::options bounds{};       ///< as for core::server::change_bounds()
    admission_rules admission{};  ///< as for admission::change_rules()
};

/// Settings of the server beyond the core's bounds.
struct service_setup {
    admission_rules admission{};   ///< for new connections
    ops::event_log* log{nullptr};  ///< may be null; otherwise it must outlive the server
    bool io_uring{true};           ///< batch calls through io_uring where available
    /// Called in run() this often at least, as long as the loop turns; 0 or empty: never.
    std::chrono::microseconds alive_interval{0};
    std::function<void()> on_alive{};
    /// Called in run() on SIGHUP, after the log file was opened again: new limits, or none. May be empty.
    std::function<std::optional<running_limits>()> on_reload{};
    std::function<void()> on_stopping{};  ///< called in run() when the server begins to drain; may be empty
};

class event_loop;

class socket_server {
public:
    /// `bounds` must be valid (core::find_fault(), asserted).
    explicit socket_server(const core::options& bounds, const service_setup& setup = {});
    ~socket_server();
    socket_server(const socket_server&) = delete;
    socket_server& operator=(const socket_server&) = delete;

    /// Listens on every address of one more host; connections wait in the system's queue until run().
    [[nodiscard]] listen_result listen(const base::endpoint& where, const listen_options& options = {});

    /// Descriptors that the process must be allowed for a single connection, with `listeners` addresses. With fewer,
    /// all connections would wait forever.
    [[nodiscard]] static std::size_t descriptors_min(std::size_t listeners) noexcept;

    /// SIGINT and SIGTERM stop() the server; the second one ends it at once. SIGHUP reopens the log file and asks
    /// on_reload. Signals are queued from now on.
    void stop_on_signals();

    /// Decides how sockets are read and written: "io_uring" or "one_by_one". On the thread of run(), which otherwise
    /// does so itself.
    std::string_view prepare_io();

    /// Serves until stopped and drained.
    void run();

    /// Lets run() drain and return; a second call ends it at once. From any thread.
    void stop();

    /// The core's counters. Not while another thread is in run().
    [[nodiscard]] core::statistics count() const;

    /// The current counters, from any thread. Empty when the loop does not answer within `timeout` or has ended.
    [[nodiscard]] std::optional<ops::service_snapshot> request_snapshot(std::chrono::milliseconds timeout);

private:
    std::unique_ptr<event_loop> loop_;
};

}  // namespace chatos::net
