// The process of an implementation under test: started in a process group of its own, its output kept (the last of it),
// its end noticed, the whole group ended when its owner goes.
#pragma once

#include "base/system/descriptor.hpp"
#include "runner/process_end.hpp"
#include "runner/processor_use.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace chatos::conformance {

using base::descriptor;

/// Our ends of a process's standard streams; they do not block.
struct child_streams {
    descriptor input;   ///< what is written here it reads
    descriptor output;  ///< what it writes to standard output or standard error
};

class child_process {
public:
    child_process();
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    /// Starts arguments[0], found by PATH, with standard input empty. A sentence that says why it could not be started,
    /// or nothing. Ends the one before.
    [[nodiscard]] std::optional<std::string> start(const std::vector<std::string>& arguments);
    /// The same, with its streams for the caller, who reads the output; last_output() has nothing then.
    [[nodiscard]] std::optional<std::string> start(const std::vector<std::string>& arguments, child_streams& streams);
    /// Ends the group: SIGTERM, then SIGKILL after 2 s, or after 100 ms once one of ours has let those pass.
    void stop();

    [[nodiscard]] bool is_started() const noexcept;
    /// Its process group, whose leader it is; 0 when it is not started.
    [[nodiscard]] pid_t group() const noexcept;
    /// Nothing while it runs.
    [[nodiscard]] std::optional<process_end> end();
    /// The text of end().
    [[nodiscard]] std::optional<std::string> death();
    /// The same, after waiting for it so long at most.
    [[nodiscard]] std::optional<std::string> await_death(std::chrono::milliseconds time);
    /// What it has had of the processors; nothing before start() and after its end.
    [[nodiscard]] processor_use use() const;
    /// The last lines that it wrote to standard error or standard output, oldest first.
    [[nodiscard]] std::vector<std::string> last_output(std::size_t lines_max = 12) const;

private:
    [[nodiscard]] std::optional<std::string> spawn(const std::vector<std::string>& arguments, int input, int output);

    struct running;
    std::unique_ptr<running> running_;
    std::chrono::milliseconds grace_{2'000};
};

/// Held while a process is started. Until it runs its program, it has copies of all descriptors of this process: a
/// socket that another thread closes meanwhile stays bound. A thread that relies on the close holds this as well.
[[nodiscard]] std::mutex& process_start_mutex();

/// From now on SIGINT, SIGTERM, SIGHUP and SIGPIPE end the processes under test. SIGPIPE, and a second one of the
/// others, also end this process; the first is kept for interrupting_signal().
void end_child_on_signals();
/// The signal that asks this process to come to its end; 0: none has.
[[nodiscard]] int interrupting_signal() noexcept;

}  // namespace chatos::conformance
