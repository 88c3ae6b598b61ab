// The listening sockets, which accept connections only while there is room for them.
#pragma once

#include "base/endpoint.hpp"
#include "base/system/descriptor.hpp"
#include "base/system/socket_address.hpp"
#include "core/clock.hpp"
#include "net/listen_result.hpp"
#include "net/poller.hpp"
#include "net/source_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chatos::net {

/// An accepted connection; its socket is non-blocking.
struct accepted_connection {
    base::descriptor socket;
    source_address source;
};

/// How one address is listened on.
struct listen_options {
    base::unix_access unix_access{};  ///< of a Unix socket's file
    bool proxy_protocol{false};       ///< clients are proxies, whose connections begin with a PROXY header
};

class listeners {
public:
    /// `owner` watches the listeners under the keys from `first_key` on, in the order of listen(); it must outlive
    /// them.
    listeners(poller& owner, std::uint64_t first_key) : poller_{owner}, first_key_{first_key} {}
    listeners(const listeners&) = delete;
    listeners& operator=(const listeners&) = delete;
    ~listeners() { close(); }

    [[nodiscard]] listen_result listen(const base::endpoint& where, const listen_options& options = {});
    [[nodiscard]] std::size_t size() const noexcept { return listeners_.size(); }

    /// The next connection that waits at listener `index`. Neither a socket nor a fault: none waits.
    struct accept_result {
        accepted_connection connection;
        std::string fault;  ///< of the system: no descriptors, no memory
    };
    [[nodiscard]] accept_result accept(std::size_t index);

    [[nodiscard]] bool speaks_proxy_protocol(std::size_t index) const noexcept {
        return listeners_[index].proxy_protocol;
    }

    /// New connections at listener `index` wait in the system's queue until resume().
    void pause(std::size_t index, core::time_point until);
    /// The same at every listener.
    void pause_all(core::time_point until);
    /// When resume() must be called, if a listener is paused.
    [[nodiscard]] std::optional<core::time_point> paused_until() const noexcept { return paused_until_; }
    /// Ends pauses that are over at `now`; when memory is short they continue for `pause_length`.
    void resume(core::time_point now, core::duration pause_length);

    /// Accepts no more connections and removes the files of its Unix sockets.
    void close();

private:
    struct listener {
        base::descriptor socket;
        base::socket_file file;
        bool proxy_protocol{false};
        bool watched{false};
    };
    [[nodiscard]] bool watch(std::size_t index, bool wanted);

    poller& poller_;
    std::uint64_t first_key_;
    std::vector<listener> listeners_;
    std::optional<core::time_point> paused_until_;
};

}  // namespace chatos::net
