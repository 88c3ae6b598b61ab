#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace chatos::net::test {

namespace {

std::string read_line(int from) {
    std::string text;
    char byte = 0;
    while (::read(from, &byte, 1) == 1 && byte != '\n') {
        text += byte;
    }
    return text;
}

std::string read_all(int from) {
    std::string text;
    char buffer[4'096];
    for (::ssize_t count = 0; (count = ::read(from, buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> raw;
    for (std::string& text : texts) {
        raw.push_back(text.data());
    }
    raw.push_back(nullptr);
    return raw;
}

}  // namespace

process::process(std::vector<std::string> arguments, const process_setup& setup) {
    arguments.insert(arguments.begin(), CHATOS_SERVER);
    std::vector<std::string> environment = setup.environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        environment.emplace_back(*variable);
    }
    const std::vector<char*> raw_arguments = pointers_to(arguments);
    const std::vector<char*> raw_environment = pointers_to(environment);
    int out[2]{};
    int err[2]{};
    EXPECT_EQ(::pipe2(out, O_CLOEXEC) | ::pipe2(err, O_CLOEXEC), 0);
    child_ = ::fork();
    if (child_ == 0) {
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(setup.err >= 0 ? setup.err : err[1], STDERR_FILENO);
        if (setup.descriptors_max != 0) {
            const ::rlimit limit{.rlim_cur = setup.descriptors_max, .rlim_max = setup.descriptors_max};
            ::setrlimit(RLIMIT_NOFILE, &limit);
        }
        ::execve(raw_arguments[0], raw_arguments.data(), raw_environment.data());
        ::_exit(127);
    }
    EXPECT_GT(child_, 0);
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
}

process::~process() {
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        static_cast<void>(wait());
    }
    if (out_ >= 0) {
        ::close(out_);
    }
    ::close(err_);
}

void process::signal(int number) const {
    ASSERT_EQ(::kill(child_, number), 0);
}

int process::wait() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string process::out_line() const {
    return read_line(out_);
}
std::string process::err_line() const {
    return read_line(err_);
}
std::string process::all_out() const {
    return read_all(out_);
}
std::string process::all_err() const {
    return read_all(err_);
}

std::string process::bound() const {
    constexpr std::string_view prefix = "listening on ";
    const std::string said = out_line();
    EXPECT_TRUE(said.starts_with(prefix)) << said;
    return said.size() < prefix.size() ? "" : said.substr(prefix.size());
}

std::size_t process::resident_bytes() const {
    std::ifstream file{"/proc/" + std::to_string(child_) + "/statm"};
    std::size_t pages = 0;
    std::size_t resident = 0;
    file >> pages >> resident;
    EXPECT_GT(resident, 0U);
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::chrono::nanoseconds process::cpu_time() const {
    ::clockid_t clock{};
    ::timespec taken{};
    EXPECT_EQ(::clock_getcpuclockid(child_, &clock), 0);
    EXPECT_EQ(::clock_gettime(clock, &taken), 0);
    return std::chrono::seconds{taken.tv_sec} + std::chrono::nanoseconds{taken.tv_nsec};
}

double process::cpu_share_at_rest() const {
    constexpr auto phase = std::chrono::milliseconds{300};
    const auto began = std::chrono::steady_clock::now();
    const auto before = cpu_time();
    std::this_thread::sleep_for(phase);
    const auto taken = cpu_time() - before;
    return std::chrono::duration<double>{taken} /
           std::chrono::duration<double>{std::chrono::steady_clock::now() - began};
}

void process::close_out() {
    ::close(std::exchange(out_, -1));
}

connection join(const std::string& bound, const std::string& pseudo) {
    connection client{bound};
    client.send(make_cr(pseudo));
    EXPECT_TRUE(client.receives(make_error(error_code::ok)));
    return client;
}

void expect_to_rest(const process& server) {
    constexpr double idle_share = 0.2;  // of one processor; one that spins takes all of it
    constexpr int looks_max = 100;
    for (int i = 0; i < looks_max; ++i) {
        if (server.cpu_share_at_rest() < idle_share) {
            return;
        }
    }
    ADD_FAILURE() << "it spins";
}

}  // namespace chatos::net::test
