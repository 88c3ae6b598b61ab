// The implementation under test, however it is reached: one that is already running, or one that we start.
#pragma once

#include "base/endpoint.hpp"
#include "runner/child_process.hpp"
#include "runner/reserved_port.hpp"
#include "runner/sockets.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chatos::conformance {

/// Options that a scenario needs, by name.
using option_values = std::map<std::string, std::int64_t>;

class implementation {
public:
    virtual ~implementation() = default;

    /// For reports: "./my-server {port}", "127.0.0.1:7777".
    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual test_role role() const { return test_role::server; }
    /// What the scenario needs and it cannot be told, as the rest of a sentence ("needs ..."); nothing otherwise.
    [[nodiscard]] virtual std::optional<std::string> lacks(const scenario& scenario) const = 0;
    /// Makes sure that it accepts connections and runs with these options. A sentence that says why it does not.
    [[nodiscard]] virtual std::optional<std::string> make_ready(const option_values& needs) = 0;
    /// How to talk with it, if it is a client.
    [[nodiscard]] virtual const client_dialogue& dialogue() const;
    /// Runs the execution to its end; only after make_ready().
    virtual void play(execution& run) = 0;
    /// Whether it answers a client that registers as `pseudo`. Gives up after `time`.
    [[nodiscard]] virtual bool answers(const std::string& pseudo, std::chrono::milliseconds time) = 0;
    [[nodiscard]] virtual bool accepts(std::chrono::milliseconds time) = 0;
    /// The first bytes that a server sends back on a new connection; none if none come within `time`, or from a client.
    [[nodiscard]] virtual std::vector<std::byte> reply_to(std::span<const std::byte> bytes,
                                                          std::chrono::milliseconds time);
    /// How it ended, if it did.
    [[nodiscard]] virtual std::optional<std::string> death() = 0;
    /// The same after a scenario has failed: one that does not answer a client that registers as `pseudo` within
    /// `answer` may be about to end, and gets a moment to do so, so that the verdict does not depend on a race.
    [[nodiscard]] virtual std::optional<std::string> death_behind_failure(const std::string& pseudo,
                                                                          std::chrono::milliseconds answer);
    /// How the previous process ended, if make_ready() just found it dead and started another.
    [[nodiscard]] virtual std::optional<std::string> replaced_death() const { return std::nullopt; }
    /// How often this program has started it; nothing if it does not. Scenarios that ran between two starts may show
    /// what earlier ones left behind.
    [[nodiscard]] virtual std::optional<std::size_t> starts() const { return std::nullopt; }
    /// The last lines it printed, if its output is readable.
    [[nodiscard]] virtual std::vector<std::string> last_output() const = 0;
    /// The next make_ready() starts a fresh one, if this program starts it.
    virtual void discard() = 0;
    /// Connections that other programs made to where only the implementation was to connect; none of them was judged.
    [[nodiscard]] virtual std::size_t refused_connections() const { return 0; }
};

/// A server, reached at its address.
class server_implementation : public implementation {
public:
    /// Where it listens; only after make_ready().
    [[nodiscard]] virtual const socket_address& address() const = 0;
    /// Its process, if that is one of ours.
    [[nodiscard]] virtual const child_process* process() const { return nullptr; }
    void play(execution& run) override;
    [[nodiscard]] bool answers(const std::string& pseudo, std::chrono::milliseconds time) override;
    [[nodiscard]] bool accepts(std::chrono::milliseconds time) override;
    [[nodiscard]] std::vector<std::byte> reply_to(std::span<const std::byte> bytes,
                                                  std::chrono::milliseconds time) override;
};

/// A server that is already running.
class running_target final : public server_implementation {
public:
    running_target(base::endpoint where, std::chrono::milliseconds start_time)
        : where_{std::move(where)}, start_time_{start_time} {}

    [[nodiscard]] std::string name() const override { return where_.text(); }
    [[nodiscard]] std::optional<std::string> lacks(const scenario& scenario) const override;
    [[nodiscard]] std::optional<std::string> make_ready(const option_values& needs) override;
    [[nodiscard]] const socket_address& address() const override { return address_; }
    [[nodiscard]] std::optional<std::string> death() override { return std::nullopt; }
    [[nodiscard]] std::vector<std::string> last_output() const override { return {}; }
    void discard() override {}

private:
    base::endpoint where_;
    socket_address address_;
    std::chrono::milliseconds start_time_;
};

/// How to start a server: words that contain {port}; and how to pass options: words that contain {value}.
struct start_command {
    std::string name;
    std::vector<std::string> words;
    std::map<std::string, std::vector<std::string>> options;
};

/// A server started on a reserved port, and again when it ended or other options are needed. Nothing is bound to
/// the port before the start. What accepts connections there afterwards belongs to the process group that was started,
/// or, as the server may run in a container or be a daemon, to a program that is not a runner, while that group lives.
class started_command final : public server_implementation {
public:
    /// `conflict_wait`: in which a server whose port another program has taken finds that out and ends.
    started_command(start_command command, std::chrono::milliseconds start_time,
                    std::chrono::milliseconds conflict_wait = std::chrono::seconds{2})
        : command_{std::move(command)}, start_time_{start_time}, conflict_wait_{conflict_wait} {}

    [[nodiscard]] std::string name() const override { return command_.name; }
    [[nodiscard]] std::optional<std::string> lacks(const scenario& scenario) const override;
    [[nodiscard]] std::optional<std::string> make_ready(const option_values& needs) override;
    [[nodiscard]] const socket_address& address() const override { return address_; }
    [[nodiscard]] const child_process* process() const override { return &process_; }
    [[nodiscard]] std::optional<std::string> death() override { return process_.death(); }
    [[nodiscard]] std::optional<std::string> death_behind_failure(const std::string& pseudo,
                                                                  std::chrono::milliseconds answer) override;
    [[nodiscard]] std::optional<std::string> replaced_death() const override { return replaced_death_; }
    [[nodiscard]] std::vector<std::string> last_output() const override { return process_.last_output(); }
    void discard() override { process_.stop(); }
    [[nodiscard]] std::optional<std::size_t> starts() const override { return starts_; }

private:
    [[nodiscard]] std::vector<std::string> words_for(std::uint16_t port, const option_values& needs) const;
    [[nodiscard]] std::optional<std::string> start_once(const option_values& needs);
    [[nodiscard]] std::optional<std::string> await_listening();
    [[nodiscard]] bool has_lost_port();

    start_command command_;
    std::chrono::milliseconds start_time_;
    std::chrono::milliseconds conflict_wait_;
    reserved_port port_;
    child_process process_;
    option_values options_;
    std::size_t starts_{0};
    std::optional<std::string> replaced_death_;
    socket_address address_;
    std::chrono::milliseconds death_wait_{1'000};
};

}  // namespace chatos::conformance
