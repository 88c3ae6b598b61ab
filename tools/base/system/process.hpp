// Processes: started with streams and a process group of the caller's choice, watched, signaled, ended with their
// owner.
#pragma once

#include "base/system/descriptor.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <variant>
#include <vector>

namespace chatos::base {

/// How a process ended.
struct process_end {
    bool by_signal{false};
    int code{0};         ///< exit status, or the number of the signal
    std::string text{};  ///< "exit status 3", "killed by signal 11 (Segmentation fault)"
};

/// What a standard stream of a process is.
enum class stream {
    inherited,  ///< that of this process
    null,       ///< /dev/null
    pipe,       ///< a pipe, of which this process has the other end
    output      ///< for errors: whatever standard output is
};

struct process_options {
    std::vector<std::string> command{};  ///< the program, found by PATH, and its arguments
    /// A stream, or a descriptor of this process that the other one shares.
    std::variant<stream, int> input{stream::null};
    std::variant<stream, int> output{stream::inherited};
    std::variant<stream, int> errors{stream::inherited};
    /// "NAME=value", all of them; nothing: the environment of this process.
    std::optional<std::vector<std::string>> environment{};
    bool own_group{false};  ///< it leads a process group, which signal() reaches and which ends with it
};

/// A process of ours. SIGPIPE has its default effect in it.
class process {
public:
    /// No process.
    process() noexcept = default;
    /// Starts one; fault() tells when that fails.
    explicit process(const process_options& options);
    process(process&& other) noexcept;
    process& operator=(process&& other) noexcept;
    /// Kills what still runs, with SIGKILL.
    ~process();

    /// Why it could not be started: "cannot start 'x': No such file or directory"; empty when it was.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    /// 0: no process.
    [[nodiscard]] pid_t id() const noexcept { return id_; }

    /// Our ends of its pipes; they block until someone sets O_NONBLOCK.
    [[nodiscard]] descriptor& input() noexcept { return input_; }
    [[nodiscard]] descriptor& output() noexcept { return output_; }
    [[nodiscard]] descriptor& errors() noexcept { return errors_; }

    /// To the process, or to its group if it leads one.
    void signal(int number) const noexcept;
    /// How it ended; nothing while it runs.
    [[nodiscard]] const std::optional<process_end>& end();
    /// Waits for its end for so long at most.
    [[nodiscard]] const std::optional<process_end>& wait_for(std::chrono::milliseconds time);
    [[nodiscard]] const process_end& wait();
    /// SIGTERM, after `grace` SIGKILL; returns when it has ended. False: SIGTERM did not suffice.
    bool stop(std::chrono::milliseconds grace);

private:
    void kill() noexcept;

    pid_t id_{0};
    bool leads_group_{false};
    std::optional<process_end> end_{};
    std::string fault_{};
    descriptor input_{};
    descriptor output_{};
    descriptor errors_{};
};

/// What came through the pipes of a process.
struct process_output {
    std::string output{};
    std::string errors{};
    bool is_complete{false};  ///< false: `timeout` came first
};

/// Writes `input` to the process and reads all that it writes, at the same time, so that no full pipe stops it; until
/// it has closed its ends. Closes ours.
[[nodiscard]] process_output communicate(process& process, std::string_view input, std::chrono::milliseconds timeout);

}  // namespace chatos::base
