// One server under one attack: the innocents on it, and what must hold of every server after every attack.
#pragma once

#include "attack/crowd.hpp"
#include "attack/findings.hpp"
#include "attack/innocents.hpp"
#include "attack/server_process.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace chatos::attack {

struct setting {
    std::string command{};  ///< of the server
    bool quick{false};      ///< small figures, and no verdict that depends on the speed or the load of the machine
};

class trial {
public:
    /// What differs from a server with default limits on 127.0.0.1.
    struct variation {
        std::string label{};  ///< in the findings, where an attack has more than one trial
        std::vector<std::string> flags{};
        std::string listen{"127.0.0.1:0"};
        std::size_t descriptors_max{0};
        std::size_t pairs{4};                          ///< of innocents
        base::socket_address innocents_from{};         ///< size 0: any address
        std::optional<base::socket_address> target{};  ///< where a server that listens everywhere is reached
    };

    trial(findings& to, const setting& how, const variation& changed);
    trial(findings& to, const setting& how) : trial{to, how, variation{}} {}
    /// Takes the attackers away, and checks that the server is alive and as it was, that all figures balance, and that
    /// it stops in good order.
    void end();

    [[nodiscard]] std::string label(const std::string& subject) const {
        return label_.empty() ? subject : label_ + ": " + subject;
    }

private:
    findings& findings_;
    std::string label_;

public:
    server_process server;
    innocents bystanders;
    crowd attackers;

private:
    samples at_begin_;
};

/// How much CPU a phase took, and who had it: attackers, innocents and the server share the processors with others.
class cpu_meter {
public:
    explicit cpu_meter(const server_process& server);
    [[nodiscard]] std::chrono::nanoseconds server_time() const;
    /// "server 98.0 %, attackers 87.0 %, others 3.00 %", of one processor; innocents are among the attackers.
    [[nodiscard]] std::string text() const;

private:
    const server_process& server_;
    std::chrono::steady_clock::time_point began_;
    std::chrono::nanoseconds server_before_;
    std::chrono::nanoseconds own_before_;
    std::chrono::nanoseconds machine_before_;
};

/// Asks for /healthz several times a second, on a thread of its own.
class health_probe {
public:
    explicit health_probe(const server_process& server);
    health_probe(const health_probe&) = delete;
    health_probe& operator=(const health_probe&) = delete;
    ~health_probe();

    struct figures {
        std::uint64_t healthy{0};  ///< answers 200
        std::uint64_t other{0};    ///< other answers, and none within 3 s
        std::chrono::nanoseconds slowest{0};
    };
    /// Ends it.
    [[nodiscard]] figures stop();

private:
    void run(const server_process& server);

    figures figures_{};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace chatos::attack
