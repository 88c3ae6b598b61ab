#include "base/system/process.hpp"

#include "base/system/error_text.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>

extern char** environ;

namespace chatos::base {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds end_poll_interval{2};

/// posix_spawn's file actions and attributes, destroyed with their owner.
class spawn_plan {
public:
    explicit spawn_plan(bool own_group) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t defaults;
        ::sigemptyset(&defaults);
        ::sigaddset(&defaults, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        const int group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(POSIX_SPAWN_SETSIGDEF | group));
    }
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
    ~spawn_plan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    void open_null(int number, int flags) {
        ::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", flags, 0);
    }
    void share(int ours, int number) { ::posix_spawn_file_actions_adddup2(&actions_, ours, number); }

    /// 0, or the errno why not. The process gets the standard streams and nothing that this one has inherited.
    int spawn(pid_t& id, const std::vector<std::string>& command, const std::vector<std::string>* environment) {
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        return ::posix_spawnp(&id, command.front().c_str(), &actions_, &attributes_, pointers_to(command).data(),
                              environment == nullptr ? environ : pointers_to(*environment).data());
    }

private:
    static std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
        std::vector<char*> pointers;
        for (const std::string& text : texts) {
            pointers.push_back(const_cast<char*>(text.c_str()));  // posix_spawn() changes nothing
        }
        pointers.push_back(nullptr);
        return pointers;
    }

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

process_end end_of(int status) {
    if (WIFSIGNALED(status)) {
        const int signal = WTERMSIG(status);
        return {true, signal, "killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")"};
    }
    return {false, WEXITSTATUS(status), "exit status " + std::to_string(WEXITSTATUS(status))};
}

/// Lays out standard stream `number`. `ours` and `theirs` become the ends of a pipe if it is one. False: no pipe.
bool plan_stream(spawn_plan& plan, int number, const std::variant<stream, int>& kind, descriptor& ours,
                 descriptor& theirs) {
    if (const int* shared = std::get_if<int>(&kind)) {
        plan.share(*shared, number);
        return true;
    }
    switch (std::get<stream>(kind)) {
    case stream::inherited: return true;
    case stream::null: plan.open_null(number, number == STDIN_FILENO ? O_RDONLY : O_WRONLY); return true;
    case stream::output: plan.share(STDOUT_FILENO, number); return true;
    case stream::pipe: break;
    }
    pipe_ends ends = open_pipe();
    if (!ends.reader.is_open()) {
        return false;
    }
    theirs = std::move(number == STDIN_FILENO ? ends.reader : ends.writer);
    ours = std::move(number == STDIN_FILENO ? ends.writer : ends.reader);
    plan.share(theirs.get(), number);
    return true;
}

/// A reader that is gone is an error of write(), not a signal that ends this process.
class sigpipe_blocked {
public:
    sigpipe_blocked() {
        ::sigemptyset(&pipe_);
        ::sigaddset(&pipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    sigpipe_blocked(const sigpipe_blocked&) = delete;
    sigpipe_blocked& operator=(const sigpipe_blocked&) = delete;
    ~sigpipe_blocked() {
        const timespec at_once{};
        if (::sigismember(&before_, SIGPIPE) == 0) {
            (void)::sigtimedwait(&pipe_, nullptr, &at_once);
        }
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t pipe_;
    sigset_t before_;
};

/// Reads once; closes at the end and after an error (a terminal whose other side has closed ends with one).
void read_some(descriptor& from, std::string& text) {
    std::array<char, 16'384> buffer{};
    const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
    if (count > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
        from.reset();
    }
}

}  // namespace

process::process(const process_options& options) : leads_group_{options.own_group} {
    spawn_plan plan{options.own_group};
    std::array<descriptor, 3> theirs;
    if (!plan_stream(plan, STDIN_FILENO, options.input, input_, theirs[0]) ||
        !plan_stream(plan, STDOUT_FILENO, options.output, output_, theirs[1]) ||
        !plan_stream(plan, STDERR_FILENO, options.errors, errors_, theirs[2])) {
        fault_ = "cannot start '" + options.command.front() + "': no pipe: " + error_text();
        return;
    }
    if (const int error = plan.spawn(id_, options.command, options.environment ? &*options.environment : nullptr);
        error != 0) {
        id_ = 0;
        fault_ = "cannot start '" + options.command.front() + "': " + error_text(error);
    }
}

process::process(process&& other) noexcept {
    *this = std::move(other);
}

process& process::operator=(process&& other) noexcept {
    if (this != &other) {
        kill();
        id_ = std::exchange(other.id_, 0);
        leads_group_ = other.leads_group_;
        end_ = std::exchange(other.end_, std::nullopt);
        fault_ = std::move(other.fault_);
        input_ = std::move(other.input_);
        output_ = std::move(other.output_);
        errors_ = std::move(other.errors_);
    }
    return *this;
}

process::~process() {
    kill();
}

void process::kill() noexcept {
    if (id_ == 0) {
        return;
    }
    signal(SIGKILL);
    int status = 0;
    while (!end_ && ::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
}

void process::signal(int number) const noexcept {
    if (id_ != 0 && leads_group_) {
        (void)::kill(-id_, number);  // of one that has ended, what is left of the group
    } else if (id_ != 0 && !end_) {
        (void)::kill(id_, number);
    }
}

const std::optional<process_end>& process::end() {
    int status = 0;
    if (id_ != 0 && !end_ && ::waitpid(id_, &status, WNOHANG) == id_) {
        end_ = end_of(status);
    }
    return end_;
}

const std::optional<process_end>& process::wait_for(std::chrono::milliseconds time) {
    const steady::time_point until = steady::now() + time;
    while (id_ != 0 && !end() && steady::now() < until) {
        std::this_thread::sleep_for(end_poll_interval);
    }
    return end_;
}

const process_end& process::wait() {
    int status = 0;
    while (!end_) {
        if (id_ != 0 && ::waitpid(id_, &status, 0) == id_) {
            end_ = end_of(status);
        } else if (id_ == 0 || errno != EINTR) {
            end_ = process_end{.text = "no process"};
        }
    }
    return *end_;
}

bool process::stop(std::chrono::milliseconds grace) {
    if (id_ == 0) {
        return true;
    }
    signal(SIGTERM);
    const bool has_ended = wait_for(grace).has_value();
    signal(SIGKILL);  // also what is left of the group
    (void)wait();
    leads_group_ = false;  // its number may belong to another group soon
    return has_ended;
}

process_output communicate(process& process, std::string_view input, std::chrono::milliseconds timeout) {
    const sigpipe_blocked no_signal;
    const steady::time_point until = steady::now() + timeout;
    process_output result;
    if (process.input().is_open()) {
        (void)::fcntl(process.input().get(), F_SETFL, O_NONBLOCK);
    }
    for (;;) {
        if (input.empty()) {
            process.input().reset();
        }
        if (!process.input().is_open() && !process.output().is_open() && !process.errors().is_open()) {
            result.is_complete = true;
            return result;
        }
        std::array<pollfd, 3> polled{{{process.input().get(), POLLOUT, 0},
                                      {process.output().get(), POLLIN, 0},
                                      {process.errors().get(), POLLIN, 0}}};
        const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now());
        const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(std::max<long>(0, remaining.count())));
        if (ready == 0) {
            return result;
        }
        if (ready < 0) {
            continue;
        }
        if (polled[0].revents != 0) {
            const ssize_t count = ::write(process.input().get(), input.data(), input.size());
            const bool is_gone = count < 0 && errno != EAGAIN && errno != EINTR;
            input.remove_prefix(is_gone ? input.size() : static_cast<std::size_t>(std::max<ssize_t>(0, count)));
        }
        if (polled[1].revents != 0) {
            read_some(process.output(), result.output);
        }
        if (polled[2].revents != 0) {
            read_some(process.errors(), result.errors);
        }
    }
}

}  // namespace chatos::base
