// For tests: drives an execution with a simulated network and clock.
#pragma once

#include "runner/execution.hpp"

#include <chatos/packet.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance::testing {

/// Pseudos end in "-t" ("alice-t"). Connections are accepted at once and writes are done at once unless a test says
/// otherwise. Each call runs the execution until it requests nothing more.
class manual_run {
public:
    explicit manual_run(scenario scenario, const timeouts& times = {}, run_variant how = {}, bool holds_writes = false);
    /// With clients under test.
    manual_run(scenario scenario, client_dialogue dialogue);
    manual_run(const manual_run&) = delete;
    manual_run& operator=(const manual_run&) = delete;

    /// The requests of the execution so far, a line each: `alice connects`, `alice sends CR pseudo="alice-t"`,
    /// `alice sends 2 bytes` (no packet), `alice ends: fin`, `alice stops reading`, `alice-t starts`, `alice is told
    /// "/quit\n"`. Cleared by the call.
    std::vector<std::string> log();

    void receives(std::string_view actor, const packet_view& packet);
    void receives_bytes(std::string_view actor, std::string_view bytes);
    void closes(std::string_view actor, bool reset = false);
    /// Packets that arrive together.
    void receives_all(std::string_view actor, const std::vector<packet_view>& packets);

    /// The process of a client under test shows or ends.
    void shows(std::string_view actor, std::string_view text);
    void exits(std::string_view actor, int code);
    void is_killed(std::string_view actor, int signal);

    void wait(std::chrono::milliseconds time);
    /// Advances time to the deadline.
    void wait_for_deadline();
    [[nodiscard]] std::chrono::milliseconds time() const;
    [[nodiscard]] std::chrono::milliseconds deadline() const;

    /// From now on connecting waits for connects() or fails_to_connect().
    void hold_connections() { holds_connections_ = true; }
    void connects(std::string_view actor);
    void fails_to_connect(std::string_view actor, const std::string& reason);
    /// From now on writes wait for release_writes().
    void hold_writes() { holds_writes_ = true; }
    void release_writes();

    [[nodiscard]] bool finished() const { return run_.finished(); }
    /// Only once; only when finished.
    [[nodiscard]] outcome result() { return run_.take_outcome(); }

private:
    [[nodiscard]] std::size_t index_of(std::string_view actor) const;
    void turn();
    void perform(const connect_request& request);
    void perform(const start_request& request);
    void perform(const tell_request& request);
    void perform(const write_request& request);
    void perform(const end_request& request);
    void perform(const reading_request& request);

    scenario scenario_;
    moment now_{0};
    execution run_;
    std::vector<std::string> log_;
    std::vector<std::size_t> held_writes_;
    bool holds_connections_{false};
    bool holds_writes_;
};

/// The bytes of a packet.
[[nodiscard]] std::string wire(const packet_view& packet);

}  // namespace chatos::conformance::testing
