// The clients under test of one scenario: a process for each actor, and a loopback port of its own on which it is
// awaited, so that a connection is known by the port it comes to and not by what the client says about itself.
#pragma once

#include "runner/child_process.hpp"
#include "runner/execution.hpp"

#include <functional>
#include <memory>
#include <poll.h>
#include <span>
#include <string>
#include <vector>

namespace chatos::conformance {

class client_processes {
public:
    /// Words of the command: {host}, {port} and {pseudo} in them.
    explicit client_processes(std::vector<std::string> command);
    ~client_processes();
    client_processes(const client_processes&) = delete;
    client_processes& operator=(const client_processes&) = delete;

    /// Starts the actor's process. A sentence that says why it cannot be started, or nothing.
    [[nodiscard]] std::optional<std::string> start(std::size_t actor, const std::string& pseudo);
    /// Writes to its standard input, as fast as it reads.
    void tell(std::size_t actor, const std::string& text);

    void add_polled(std::vector<pollfd>& polled) const;
    /// True while a process is known to have closed its output and its end is not: it is worth looking again soon.
    [[nodiscard]] bool awaits_an_end() const;
    /// What they have had of the processors, all together.
    [[nodiscard]] processor_use use() const;
    /// Takes what is there: connections (an actor's first, and its tunnel ends, go to `accepted`), output, ends.
    void serve(execution& run, moment now, const std::function<void(std::size_t, descriptor)>& accepted);

    /// After the scenario, when its connections are closed: ends the input of each process, lets it end by itself
    /// within `grace`, and ends it otherwise.
    void finish(std::chrono::milliseconds grace);

    /// How the first process that was killed by a signal (by none of ours) was; after finish().
    [[nodiscard]] const std::optional<std::string>& crash() const noexcept { return crash_; }
    /// True when one had to be ended.
    [[nodiscard]] bool killed_any() const noexcept { return killed_any_; }
    [[nodiscard]] bool has_connected() const noexcept { return has_connected_; }
    /// Connections that did not come from the clients.
    [[nodiscard]] std::size_t refused_connections() const noexcept;
    /// The last lines that they printed, oldest first.
    [[nodiscard]] std::vector<std::string> last_output(std::size_t lines_max = 12) const;

private:
    struct client;

    static void flush_input(client& peer);
    void read_output(std::size_t actor, client& peer, execution& run, moment now);
    void accept_connections(std::size_t actor, client& peer, const std::vector<std::size_t>& tunnel_ends,
                            const std::function<void(std::size_t, descriptor)>& accepted);
    static void refuse_extra_connections(client& peer);
    static void notice_end(std::size_t actor, client& peer, execution& run, moment now);

    std::vector<std::string> command_;
    std::vector<std::unique_ptr<client>> clients_;  // by actor; null: not started
    std::string printed_;
    std::optional<std::string> crash_;
    std::size_t refused_before_{0};  // by the listeners of actors that were started again
    bool killed_any_{false};
    bool has_connected_{false};
};

}  // namespace chatos::conformance
