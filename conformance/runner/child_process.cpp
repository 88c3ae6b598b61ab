#include "runner/child_process.hpp"

#include "runner/process_streams.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace chatos::conformance {
namespace {

/// The groups to end when a signal ends this process; 0: a free slot. More processes than places are not lost, only
/// left behind by a signal.
std::array<std::atomic<pid_t>, 256> groups_to_end{};
static_assert(std::atomic<pid_t>::is_always_lock_free, "a signal handler reads them");

void replace_group(pid_t old_group, pid_t new_group) {
    for (std::atomic<pid_t>& place : groups_to_end) {
        pid_t expected = old_group;
        if (place.compare_exchange_strong(expected, new_group)) {
            return;
        }
    }
}

std::atomic<int> first_signal{0};

extern "C" void end_groups(int signal) {
    for (const std::atomic<pid_t>& place : groups_to_end) {
        if (const pid_t group = place.load(); group > 0) {
            (void)::kill(-group, SIGKILL);
        }
    }
    // What is known is still to be told, unless there is nobody to tell it, or it takes too long for who asked twice.
    int none = 0;
    if (signal == SIGPIPE || !first_signal.compare_exchange_strong(none, signal)) {
        ::_exit(128 + signal);
    }
}

/// Keeps the last bytes of what comes out of a pipe, on a thread of its own, so that a talkative server never blocks on
/// a full pipe.
class output_keeper {
public:
    output_keeper(descriptor output, descriptor stop_reader, descriptor stop_writer)
        : output_{std::move(output)}, stop_reader_{std::move(stop_reader)},
          stop_writer_{std::move(stop_writer)}, thread_{[this] { keep(); }} {}
    ~output_keeper() {
        stop_writer_.reset();
        thread_.join();
    }
    output_keeper(const output_keeper&) = delete;
    output_keeper& operator=(const output_keeper&) = delete;

    /// Includes everything that was written before the call, whether or not the thread has had its turn.
    [[nodiscard]] std::string text() {
        const std::scoped_lock lock{mutex_};
        (void)take_what_is_there();
        return kept_;
    }

private:
    static constexpr std::size_t kept_max = 16'384;

    void keep() {
        for (;;) {
            std::array<pollfd, 2> polled{{{output_.get(), POLLIN, 0}, {stop_reader_.get(), POLLIN, 0}}};
            if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
                return;
            }
            if (polled[1].revents != 0) {
                return;
            }
            const std::scoped_lock lock{mutex_};
            if (polled[0].revents != 0 && !take_what_is_there()) {
                return;
            }
        }
    }

    /// Reads without waiting, a bounded number of times. False at the end of the output. Needs the lock.
    bool take_what_is_there() {
        std::array<char, 4'096> buffer{};
        for (int turn = 0; turn < 64; ++turn) {
            const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
            if (got <= 0) {
                return got < 0 && (errno == EAGAIN || errno == EINTR);
            }
            kept_.append(buffer.data(), static_cast<std::size_t>(got));
            kept_.erase(0, kept_.size() - std::min(kept_.size(), kept_max));
        }
        return true;
    }

    descriptor output_;
    descriptor stop_reader_;
    descriptor stop_writer_;
    std::mutex mutex_;
    std::string kept_;
    std::thread thread_;
};

std::optional<std::array<descriptor, 2>> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    return std::array{descriptor{ends[0]}, descriptor{ends[1]}};
}

process_end end_of(int status) {
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        return {true, signal, "killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")"};
    }
    return {false, WEXITSTATUS(status), "exit status " + std::to_string(WEXITSTATUS(status))};
}

/// posix_spawn's file actions and attributes, destroyed with their owner.
struct spawn_plan {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    /// Without `input` (-1) standard input is empty.
    spawn_plan(int input, int output) {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        if (input < 0) {
            ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        } else {
            ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        }
        ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        sigset_t defaults;
        ::sigemptyset(&defaults);
        ::sigaddset(&defaults, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes, &defaults);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    }
    ~spawn_plan() {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
};

}  // namespace

struct child_process::running {
    pid_t pid{0};
    std::optional<int> status;
    std::unique_ptr<output_keeper> output;

    void look() {
        int value = 0;
        if (!status && ::waitpid(pid, &value, WNOHANG) == pid) {
            status = value;
        }
    }

    [[nodiscard]] bool ends_within(std::chrono::milliseconds time) {
        const auto until = std::chrono::steady_clock::now() + time;
        for (look(); !status; look()) {
            if (std::chrono::steady_clock::now() >= until) {
                return false;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        }
        return true;
    }
};

child_process::child_process() = default;

child_process::~child_process() {
    stop();
}

std::optional<std::string> child_process::spawn(const std::vector<std::string>& arguments, int input, int output) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    const spawn_plan plan{input, output};
    const std::scoped_lock lock{process_start_mutex()};
    pid_t pid = 0;
    if (const int error = ::posix_spawnp(&pid, argv[0], &plan.actions, &plan.attributes, argv.data(), environ);
        error != 0) {
        return "\"" + arguments[0] + "\" could not be started: " + std::generic_category().message(error);
    }
    replace_group(0, pid);
    running_ = std::make_unique<running>();
    running_->pid = pid;
    return std::nullopt;
}

std::optional<std::string> child_process::start(const std::vector<std::string>& arguments) {
    stop();
    auto output = make_pipe();
    auto stopper = make_pipe();
    if (!output || !stopper) {
        return "no pipe could be made: " + std::generic_category().message(errno);
    }
    (void)::fcntl((*output)[0].get(), F_SETFL, O_NONBLOCK);
    if (auto error = spawn(arguments, -1, (*output)[1].get())) {
        return error;
    }
    running_->output =
        std::make_unique<output_keeper>(std::move((*output)[0]), std::move((*stopper)[0]), std::move((*stopper)[1]));
    return std::nullopt;
}

std::optional<std::string> child_process::start(const std::vector<std::string>& arguments, child_streams& streams) {
    stop();
    auto input = make_pipe();
    auto output = make_pipe();
    if (!input || !output) {
        return "no pipe could be made: " + std::generic_category().message(errno);
    }
    (void)::fcntl((*input)[1].get(), F_SETFL, O_NONBLOCK);
    (void)::fcntl((*output)[0].get(), F_SETFL, O_NONBLOCK);
    streams = {std::move((*input)[1]), std::move((*output)[0])};
    return spawn(arguments, (*input)[0].get(), (*output)[1].get());
}

void child_process::stop() {
    if (!running_) {
        return;
    }
    running_->look();
    (void)::kill(-running_->pid, SIGTERM);
    if (!running_->ends_within(grace_)) {
        grace_ = std::chrono::milliseconds{100};
        (void)::kill(-running_->pid, SIGKILL);
        (void)running_->ends_within(std::chrono::milliseconds{5'000});
    }
    (void)::kill(-running_->pid, SIGKILL);  // what is left of the group
    replace_group(running_->pid, 0);
    running_.reset();
}

bool child_process::is_started() const noexcept {
    return running_ != nullptr;
}

pid_t child_process::group() const noexcept {
    return running_ ? running_->pid : 0;
}

processor_use child_process::use() const {
    return running_ && !running_->status ? processor_use_of(running_->pid) : processor_use{};
}

std::optional<process_end> child_process::end() {
    if (!running_) {
        return std::nullopt;
    }
    running_->look();
    return running_->status ? std::optional{end_of(*running_->status)} : std::nullopt;
}

std::optional<std::string> child_process::death() {
    const auto ended = end();
    return ended ? std::optional{ended->text} : std::nullopt;
}

std::optional<std::string> child_process::await_death(std::chrono::milliseconds time) {
    return running_ && running_->ends_within(time) ? death() : std::nullopt;
}

std::vector<std::string> child_process::last_output(std::size_t lines_max) const {
    return running_ && running_->output ? last_lines(running_->output->text(), lines_max) : std::vector<std::string>{};
}

std::mutex& process_start_mutex() {
    static std::mutex mutex;
    return mutex;
}

void end_child_on_signals() {
    struct sigaction action {};
    action.sa_handler = end_groups;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
        (void)::sigaction(signal, &action, nullptr);
    }
}

int interrupting_signal() noexcept {
    return first_signal.load();
}

}  // namespace chatos::conformance
