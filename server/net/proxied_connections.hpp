// Connections from proxies whose PROXY header is awaited. The core does not know them yet.
#pragma once

#include "core/clock.hpp"
#include "net/listeners.hpp"
#include "net/poller.hpp"
#include "net/proxy_header.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string_view>
#include <vector>

namespace chatos::net {

/// Takes each connection over until its header is complete, then hands it on with the source that the header names.
/// What follows the header stays in the socket.
class proxied_connections {
public:
    /// A connection that is not handed on; it is closed with this value.
    struct failure {
        accepted_connection connection;
        std::string_view why;  ///< static storage; empty: it ended without a byte, as health checks do
    };

    /// `owner` watches them under keys from `first_key` on; it must outlive them.
    proxied_connections(poller& owner, std::uint64_t first_key) : poller_{owner}, first_key_{first_key} {}

    /// Awaits the header of `connection`. The system may have no memory for that; then the connection is closed.
    void add(accepted_connection connection, core::time_point now);
    /// Whether that key is one of a connection here, now or formerly.
    [[nodiscard]] bool owns(std::uint64_t key) const noexcept {
        return key >= first_key_ && key - first_key_ < slots_.size();
    }
    /// Reads what came for `key`.
    [[nodiscard]] std::optional<failure> read(std::uint64_t key);

    /// The next connection whose header is complete, in the order in which they became so.
    [[nodiscard]] std::optional<accepted_connection> take_complete();
    /// The next connection that has waited for `timeout` at `now`.
    [[nodiscard]] std::optional<failure> take_expired(core::time_point now, core::duration timeout);
    /// When take_expired() has something at the latest.
    [[nodiscard]] std::optional<core::time_point> deadline(core::duration timeout) const;

    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }
    void close_all();

private:
    struct entry {
        accepted_connection connection;
        proxy_header header;
        core::time_point since{};
        std::uint32_t slot{0};
        std::uint64_t number{0};  // tells successors in a slot apart
        bool complete{false};
    };
    struct completed {
        std::uint32_t slot;
        std::uint64_t number;
    };
    using position = std::list<entry>::iterator;

    std::optional<failure> fail(position gone, std::string_view why);
    accepted_connection remove(position gone);

    poller& poller_;
    std::uint64_t first_key_;
    std::list<entry> order_;                      // oldest first
    std::vector<std::optional<position>> slots_;  // by key
    std::vector<std::uint32_t> free_;
    std::deque<completed> complete_;  // some may be gone
    std::uint64_t last_number_{0};
};

}  // namespace chatos::net
