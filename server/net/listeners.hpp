// The sockets that newcomers come to, and when they are let in: not while there is no room for them.
#pragma once

#include "core/clock.hpp"
#include "net/descriptor.hpp"
#include "net/listen_address.hpp"
#include "net/listen_result.hpp"
#include "net/readiness.hpp"
#include "net/source_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chatos::net {

/// A connection that was accepted; its socket never blocks.
struct newcomer {
    descriptor socket;
    source_address source;
};

class listeners {
public:
    /// Watched in `watcher`, which outlives them, under the keys from `first_key` on, in the order of listen().
    listeners(readiness& watcher, std::uint64_t first_key) : watcher_{watcher}, first_key_{first_key} {}
    listeners(const listeners&) = delete;
    listeners& operator=(const listeners&) = delete;
    ~listeners() { close(); }

    [[nodiscard]] listen_result listen(const listen_address& where);
    [[nodiscard]] std::size_t size() const noexcept { return listeners_.size(); }

    /// The next one who waits at listener `index`. Neither a socket nor a fault: nobody waits any more.
    struct accepted {
        newcomer who;
        std::string fault;  ///< of the system: no descriptors, no memory
    };
    [[nodiscard]] accepted accept(std::size_t index);

    /// Newcomers at listener `index` wait in the system's queue until welcome_again().
    void pause(std::size_t index, core::time_point until);
    /// When welcome_again() is due, if anybody is kept waiting.
    [[nodiscard]] std::optional<core::time_point> paused_until() const noexcept { return paused_until_; }
    /// Ends pauses that are over at `now`; without memory for that they go on for `pause_length`.
    void welcome_again(core::time_point now, core::duration pause_length);

    /// No newcomers any more. Files of Unix sockets go.
    void close();

private:
    struct listener {
        descriptor socket;
        std::string unix_path;
        bool watched{false};
    };
    [[nodiscard]] bool watch(std::size_t index, bool wanted);

    readiness& watcher_;
    std::uint64_t first_key_;
    std::vector<listener> listeners_;
    std::optional<core::time_point> paused_until_;
};

}  // namespace chatos::net
