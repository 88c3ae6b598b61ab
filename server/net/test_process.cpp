#include "net/test_process.hpp"

#include "base/testing/run_program.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <thread>
#include <unistd.h>
#include <utility>

namespace chatos::net::test {

namespace {

base::process_options options_for(std::vector<std::string> arguments, const process_setup& setup) {
    base::process_options options{.output = base::stream::pipe, .errors = base::stream::pipe};
    std::string limits;
    if (setup.descriptors_max != 0) {
        limits += "ulimit -n " + std::to_string(setup.descriptors_max) + " && ";
    }
    if (setup.address_space_bytes_max != 0) {
        limits += "ulimit -v " + std::to_string(setup.address_space_bytes_max / 1'024) + " && ";
    }
    if (!limits.empty()) {
        options.command = {"/bin/sh", "-c", limits + "exec \"$0\" \"$@\""};
    }
    options.command.emplace_back(CHATOS_SERVER);
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    if (setup.err >= 0) {
        options.errors = setup.err;
    }
    options.environment = setup.environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        options.environment->emplace_back(*variable);
    }
    return options;
}

}  // namespace

process::process(std::vector<std::string> arguments, const process_setup& setup)
    : child_{options_for(std::move(arguments), setup)} {
    EXPECT_EQ(child_.fault(), "");
}

void process::signal(int number) const {
    child_.signal(number);
}

int process::wait() {
    const base::process_end end = child_.wait();
    return end.by_signal ? -end.code : end.code;
}

std::string process::out_line() {
    return base::testing::read_line(child_.output());
}
std::string process::err_line() {
    return base::testing::read_line(child_.errors());
}
std::string process::all_out() {
    return base::testing::read_all(child_.output());
}
std::string process::all_err() {
    return base::testing::read_all(child_.errors());
}

std::string process::bound() {
    constexpr std::string_view prefix = "listening on ";
    const std::string said = out_line();
    EXPECT_TRUE(said.starts_with(prefix)) << said;
    return said.size() < prefix.size() ? "" : said.substr(prefix.size());
}

std::size_t process::resident_bytes() const {
    std::ifstream file{"/proc/" + std::to_string(id()) + "/statm"};
    std::size_t pages = 0;
    std::size_t resident = 0;
    file >> pages >> resident;
    EXPECT_GT(resident, 0U);
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::chrono::nanoseconds process::cpu_time() const {
    ::clockid_t clock{};
    ::timespec taken{};
    EXPECT_EQ(::clock_getcpuclockid(id(), &clock), 0);
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
    child_.output().reset();
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
