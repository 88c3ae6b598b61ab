#include "attack/trial.hpp"

#include "base/system/process_usage.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <unistd.h>

namespace chatos::attack {

namespace {

using steady = std::chrono::steady_clock;

constexpr auto settle_timeout = std::chrono::seconds{60};
constexpr auto settle_poll = std::chrono::milliseconds{20};

// Gauges that must be 0 when only idle users are left.
constexpr std::array idle_gauges{"chatos_requests_pending", "chatos_deliveries_waiting", "chatos_output_bytes_queued",
                                 "chatos_input_memory_bytes", "chatos_tunnels_open"};

std::string number_text(double value) {
    return count_text(static_cast<std::uint64_t>(value));
}

// Empty, or what of the counters does not balance.
std::string find_imbalance(const samples& all) {
    const double accepted = sample_of(all, "chatos_requests_accepted_total");
    const double ended = sample_of(all, "chatos_requests_answered_total") +
                         sample_of(all, "chatos_requests_abandoned_total") + sample_of(all, "chatos_requests_pending");
    if (accepted != ended) {
        return number_text(accepted) + " requests accepted, " + number_text(ended) + " ended or pending";
    }
    const double deliveries = sample_of(all, "chatos_deliveries_made_total");
    const double settled = sum_of(all, "chatos_deliveries_settled_total") + sample_of(all, "chatos_deliveries_waiting");
    return deliveries == settled
               ? std::string{}
               : number_text(deliveries) + " deliveries, " + number_text(settled) + " settled or waiting";
}

// Empty, or what is left of an attack.
std::string find_remains(const samples& now, const samples& before) {
    for (const char* same : {"chatos_connections", "chatos_users", "process_open_fds"}) {
        if (sample_of(now, same) != sample_of(before, same)) {
            return number_text(sample_of(now, same)) + " " + same + ", before the attack " +
                   number_text(sample_of(before, same));
        }
    }
    const auto* left = std::find_if(idle_gauges.begin(), idle_gauges.end(),
                                    [&now](const char* gauge) { return sample_of(now, gauge) != 0; });
    return left == idle_gauges.end() ? std::string{} : number_text(sample_of(now, *left)) + " " + *left;
}

std::chrono::nanoseconds own_cpu_time() {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(base::own_cpu_time_ns())};
}

// All processors, all processes, what the host takes away included; to the hundredth of a second.
std::chrono::nanoseconds machine_cpu_time() {
    std::ifstream file{"/proc/stat"};
    std::string name;
    file >> name;
    constexpr std::array counted{true, true, true, false, false, true, true, true};  // but idle and iowait
    std::int64_t ticks = 0;
    for (const bool counts : counted) {
        std::int64_t value = 0;
        file >> value;
        ticks += counts ? value : 0;
    }
    return std::chrono::nanoseconds{std::chrono::seconds{ticks}} / ::sysconf(_SC_CLK_TCK);
}

}  // namespace

// The first scrape may come before the server has all its own descriptors.
trial::trial(findings& to, const setting& how, const variation& changed)
    : findings_{to}, label_{changed.label}, server{{.command = how.command,
                                                    .flags = changed.flags,
                                                    .listen = changed.listen,
                                                    .descriptors_max = changed.descriptors_max}},
      bystanders{changed.target ? *changed.target : server.address(), changed.pairs, changed.innocents_from},
      attackers{changed.target ? *changed.target : server.address()}, at_begin_{(static_cast<void>(server.scrape()),
                                                                                 server.scrape())} {}

void trial::end() {
    const auto finish = [this](const std::string& problem) {
        findings_.check(label("the server afterwards"), "nothing left, exit status 0",
                        problem.empty() ? "as wanted" : problem, problem.empty());
    };
    attackers.close_all();
    const innocent_figures figures = bystanders.figures();
    findings_.check(label("innocents"), "none closed, no message wrong",
                    count_text(figures.closed) + " closed, " + count_text(figures.wrong) + " wrong",
                    figures.closed == 0 && figures.wrong == 0);
    if (!server.runs()) {
        finish(server.stop());
        return;
    }
    std::string remains;
    const steady::time_point until = steady::now() + settle_timeout;
    samples now;
    do {
        std::this_thread::sleep_for(settle_poll);
        now = server.scrape();
        remains = find_remains(now, at_begin_);
        // Innocents continue meanwhile, so a message of theirs may be under way.
        if (remains.empty() || figures.closed != 0) {
            break;
        }
    } while (steady::now() < until);
    bystanders.stop(settle_timeout);
    std::string problem = figures.closed != 0 ? std::string{} : remains;
    problem = problem.empty() ? find_imbalance(server.scrape()) : problem;
    const std::string end = server.stop();
    finish(problem.empty() && end != "exit status 0" ? end : problem);
}

cpu_meter::cpu_meter(const server_process& server)
    : server_{server}, began_{steady::now()}, server_before_{server.cpu_time()}, own_before_{own_cpu_time()},
      machine_before_{machine_cpu_time()} {}

std::chrono::nanoseconds cpu_meter::server_time() const {
    return server_.cpu_time() - server_before_;
}

std::string cpu_meter::text() const {
    const std::chrono::nanoseconds wall = steady::now() - began_;
    const std::chrono::nanoseconds own = own_cpu_time() - own_before_;
    const std::chrono::nanoseconds others = machine_cpu_time() - machine_before_ - own - server_time();
    const auto share = [wall](std::chrono::nanoseconds part) {
        return share_text(static_cast<std::uint64_t>(std::max<std::int64_t>(part.count(), 0)),
                          static_cast<std::uint64_t>(wall.count()));
    };
    return "server " + share(server_time()) + ", attackers " + share(own) + ", others " + share(others);
}

health_probe::health_probe(const server_process& server) : thread_{[this, &server] { run(server); }} {}

health_probe::~health_probe() {
    static_cast<void>(stop());
}

health_probe::figures health_probe::stop() {
    stopping_ = true;
    if (thread_.joinable()) {
        thread_.join();
    }
    return figures_;
}

void health_probe::run(const server_process& server) {
    constexpr auto pause = std::chrono::milliseconds{100};
    constexpr auto timeout = std::chrono::seconds{3};
    raise_priority_of_thread();
    while (!stopping_) {
        const steady::time_point began = steady::now();
        ++(server.get("/healthz", timeout) ? figures_.healthy : figures_.other);
        figures_.slowest = std::max<std::chrono::nanoseconds>(figures_.slowest, steady::now() - began);
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace chatos::attack
