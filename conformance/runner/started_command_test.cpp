// Servers as processes on reserved ports, and programs that take such a port away while a server starts.
#include "base/testing/temporary_folder.hpp"
#include "runner/child_process.hpp"
#include "runner/implementation.hpp"
#include "runner/socket_owner.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;

/// Only bounds a test that has failed already.
constexpr auto hang_guard = 100s;

/// Listens on the port in its first argument, says so, and stays.
constexpr const char* listening_program = "import socket, sys, time\n"
                                          "server = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
                                          "print('listening', flush=True)\n"
                                          "time.sleep(1000)\n";

std::vector<std::string> listening_command(const std::string& port) {
    return {"/usr/bin/python3", "-c", listening_program, port};
}

std::uint16_t port_of(const socket_address& address) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
}

class StartedCommand : public ::testing::Test {
protected:
    /// A server that is slow to start at first: it writes its port into a file, and continues with `first_start`, shell
    /// commands. Started again, it listens.
    started_command slow_server(const std::string& first_start, std::chrono::milliseconds conflict_wait) {
        const std::string script = "cd " + folder_.path() +
                                   "; if [ -e port ]; then exec /usr/bin/python3 -c \"$1\" {port}; fi\n"
                                   "echo {port} > new; mv new port\n" +
                                   first_start;
        return {{"slow", {"/bin/sh", "-c", script, "sh", listening_program}, {}}, hang_guard, conflict_wait};
    }
    /// The one that it was given at first, once it has been started.
    [[nodiscard]] std::uint16_t await_port() const {
        for (;;) {
            if (const std::string text = folder_.read("port"); !text.empty()) {
                return static_cast<std::uint16_t>(std::stoul(text));
            }
            std::this_thread::sleep_for(1ms);
        }
    }
    static std::future<std::optional<std::string>> make_ready(started_command& server) {
        return std::async(std::launch::async, [&server] { return server.make_ready({}); });
    }

    base::testing::temporary_folder folder_;
};

TEST_F(StartedCommand, is_ready_when_its_own_process_listens) {
    started_command server{{"plain", listening_command("{port}"), {}}, hang_guard};
    EXPECT_EQ(server.make_ready({}), std::nullopt);
    EXPECT_EQ(owner_of_listener(port_of(server.address()), server.process()->group()), socket_owner::process_group);
}

TEST_F(StartedCommand, gets_another_port_when_another_program_takes_its_own) {
    started_command server = slow_server("while [ ! -e taken ]; do sleep 0.01; done; exit 1", hang_guard);
    auto error = make_ready(server);
    const std::uint16_t port = await_port();
    child_process other_program;
    ASSERT_EQ(other_program.start(listening_command(std::to_string(port))), std::nullopt);
    while (other_program.last_output().empty()) {
        std::this_thread::sleep_for(1ms);
    }
    folder_.write("taken", "");
    EXPECT_EQ(error.get(), std::nullopt);
    EXPECT_NE(port_of(server.address()), port);
    EXPECT_EQ(owner_of_listener(port_of(server.address()), server.process()->group()), socket_owner::process_group);
}

TEST_F(StartedCommand, gets_another_port_when_another_runner_listens_on_its_own) {
    // Before there is a second thread: a copy of a lock that it holds would never be released.
    const pid_t runner = ::fork();
    ASSERT_GE(runner, 0);
    if (runner == 0) {
        const std::uint16_t taken = await_port();
        reserved_port other;
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(taken);
        if (other.renew() == 0) {
            ::_exit(1);
        }
        // The process that is being started may hold a copy of the socket that looked whether the port is free.
        while (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
               ::listen(listener, 8) != 0) {
            ::usleep(1000);
        }
        for (;;) {
            ::pause();
        }
    }
    started_command server = slow_server("exec sleep 1000", 0ms);
    auto error = make_ready(server);
    const std::uint16_t port = await_port();
    EXPECT_EQ(error.get(), std::nullopt);
    EXPECT_NE(port_of(server.address()), port);
    EXPECT_EQ(owner_of_listener(port_of(server.address()), server.process()->group()), socket_owner::process_group);
    (void)::kill(runner, SIGKILL);
    EXPECT_EQ(::waitpid(runner, nullptr, 0), runner);
}

TEST_F(StartedCommand, may_let_another_process_listen_while_it_lives_itself) {
    started_command server = slow_server("exec sleep 1000", 1ms);
    auto error = make_ready(server);
    const std::uint16_t port = await_port();
    child_process daemon;
    ASSERT_EQ(daemon.start(listening_command(std::to_string(port))), std::nullopt);
    EXPECT_EQ(error.get(), std::nullopt);
    EXPECT_EQ(port_of(server.address()), port);
}

TEST_F(StartedCommand, that_leaves_a_daemon_behind_is_told_to_stay) {
    started_command server{{"daemon",
                            {"/bin/sh", "-c",
                             "rm -f " + folder_.path("daemon") + "; setsid /usr/bin/python3 -c \"$1\" {port} > " +
                                 folder_.path("daemon") + " & echo $! >> " + folder_.path("daemons") +
                                 "; while [ ! -s " + folder_.path("daemon") + " ]; do sleep 0.01; done",
                             "sh", listening_program},
                            {}},
                           hang_guard,
                           hang_guard};
    const auto error = server.make_ready({});
    ASSERT_NE(error, std::nullopt);
    EXPECT_NE(error->find("does the server stay in the foreground?"), std::string::npos) << *error;
    std::istringstream daemons{folder_.read("daemons")};
    for (pid_t daemon = 0; daemons >> daemon;) {
        (void)::kill(daemon, SIGKILL);
    }
}

}  // namespace
}  // namespace chatos::conformance
