// The server that is attacked: started with the flags of an attack, watched from outside (metrics, log, memory, CPU
// time), ended with its owner.
#pragma once

#include "base/system/process.hpp"
#include "base/system/socket_address.hpp"
#include "base/testing/temporary_folder.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::attack {

/// Samples of /metrics by name and labels.
using samples = std::map<std::string, double>;

struct server_settings {
    std::string command{};             ///< as a shell reads it; the flags follow
    std::vector<std::string> flags{};  ///< beside --listen and --metrics
    std::string listen{"127.0.0.1:0"};
    std::size_t descriptors_max{0};  ///< soft and hard limit; 0: those of this process
};

class server_process {
public:
    /// Returns when it listens. Throws std::runtime_error when it does not within a minute.
    explicit server_process(const server_settings& settings);

    [[nodiscard]] const base::socket_address& address() const noexcept { return address_; }
    [[nodiscard]] const base::socket_address& metrics_address() const noexcept { return metrics_address_; }
    [[nodiscard]] ::pid_t id() const noexcept { return process_.id(); }
    void signal(int number) const noexcept { process_.signal(number); }

    /// The body of an answer 200 to a GET, within `timeout`; nothing otherwise.
    [[nodiscard]] std::optional<std::string> get(std::string_view path, std::chrono::milliseconds timeout) const;
    /// Throws std::runtime_error when the server does not answer within a minute.
    [[nodiscard]] samples scrape() const;

    [[nodiscard]] std::chrono::nanoseconds cpu_time() const;
    [[nodiscard]] double resident_bytes() const;
    /// What it has logged so far.
    [[nodiscard]] std::string log() const { return folder_.read("log"); }
    [[nodiscard]] double log_bytes() const;
    /// Lines of its log that contain `part`. It is written a little later than things happen: waits for `wanted` of
    /// them for some seconds at most.
    [[nodiscard]] std::size_t await_log_lines(std::string_view part, std::size_t wanted) const;

    /// Whether it still runs.
    [[nodiscard]] bool runs() { return !process_.end(); }
    /// Stops it with SIGTERM. Returns how it ended: "exit status 0".
    [[nodiscard]] std::string stop();

private:
    base::testing::temporary_folder folder_;
    base::descriptor log_;
    base::process process_;
    base::socket_address address_{};
    base::socket_address metrics_address_{};
};

/// The sum of all samples whose name and labels start with `prefix`.
[[nodiscard]] double sum_of(const samples& all, std::string_view prefix);
/// 0 when there is none.
[[nodiscard]] double sample_of(const samples& all, const std::string& name);

/// Lines of `text` that contain `part`.
[[nodiscard]] std::size_t count_lines_with(std::string_view text, std::string_view part);

}  // namespace chatos::attack
