// Ports that the runner uses itself.
#include "runner/child_process.hpp"
#include "runner/reserved_port.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <set>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace chatos::conformance {
namespace {

/// A socket of another program, bound there and, if `listens`, listening.
descriptor bound_socket(const char* address, std::uint16_t port, bool listens) {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_in);
    auto& ipv4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& ipv6 = reinterpret_cast<sockaddr_in6&>(storage);
    if (::inet_pton(AF_INET, address, &ipv4.sin_addr) == 1) {
        ipv4.sin_family = AF_INET;
        ipv4.sin_port = htons(port);
    } else {
        ::inet_pton(AF_INET6, address, &ipv6.sin6_addr);
        ipv6.sin6_family = AF_INET6;
        ipv6.sin6_port = htons(port);
        size = sizeof(sockaddr_in6);
    }
    descriptor result{::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int on = 1;
    (void)::setsockopt(result.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(result.get(), reinterpret_cast<const sockaddr*>(&storage), size) != 0 ||
        (listens && ::listen(result.get(), 1) != 0)) {
        result.reset();
    }
    return result;
}

TEST(ReservedPort, no_two_have_the_same) {
    std::vector<reserved_port> ports(200);
    std::set<std::uint16_t> numbers;
    for (reserved_port& port : ports) {
        const std::uint16_t number = port.renew();
        EXPECT_NE(number, 0);
        EXPECT_TRUE(numbers.insert(number).second) << number;
    }
}

TEST(ReservedPort, is_kept_from_other_processes_too) {
    std::vector<reserved_port> ours(100);
    for (reserved_port& port : ours) {
        ASSERT_NE(port.renew(), 0);
    }
    const pid_t other = ::fork();
    ASSERT_GE(other, 0);
    if (other == 0) {
        for (const reserved_port& port : ours) {
            reserved_port theirs{{port.number(), port.number()}};
            if (theirs.renew() != 0) {
                ::_exit(1);
            }
        }
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(other, &status, 0), other);
    EXPECT_EQ(status, 0);
}

TEST(ReservedPort, is_free_again_once_it_is_released) {
    reserved_port port;
    for (int count = 0; count < 300; ++count) {
        EXPECT_NE(port.renew(), 0);
    }
}

TEST(ReservedPort, is_free_again_once_its_process_is_killed) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t killed = ::fork();
    ASSERT_GE(killed, 0);
    if (killed == 0) {
        reserved_port port;
        const std::uint16_t number = port.renew();
        (void)!::write(ends[1], &number, sizeof number);
        ::pause();
    }
    std::uint16_t number = 0;
    ASSERT_EQ(::read(ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
    reserved_port same{{number, number}};
    EXPECT_EQ(same.renew(), 0);
    (void)::kill(killed, SIGKILL);
    ASSERT_EQ(::waitpid(killed, nullptr, 0), killed);
    EXPECT_EQ(same.renew(), number);
    (void)::close(ends[0]);
    (void)::close(ends[1]);
}

TEST(ReservedPort, is_never_one_that_another_program_has) {
    for (const char* address : {"127.0.0.1", "0.0.0.0", "127.0.0.9", "::1", "::"}) {
        for (const bool listens : {true, false}) {
            reserved_port port;
            const std::uint16_t number = port.renew();
            const descriptor other_program = bound_socket(address, number, listens);
            if (!other_program.is_open()) {
                continue;  // there is no IPv6 on this machine
            }
            port.release();
            EXPECT_EQ((reserved_port{{number, number}}.renew()), 0) << address << ' ' << listens;
        }
    }
}

TEST(ReservedPort, can_be_bound_at_once_while_other_threads_start_processes) {
    std::vector<std::jthread> starters;
    for (int count = 0; count < 3; ++count) {
        starters.emplace_back([](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                child_process process;
                EXPECT_EQ(process.start({"true"}), std::nullopt);
            }
        });
    }
    for (int count = 0; count < 300; ++count) {
        reserved_port port;
        EXPECT_TRUE(bound_socket("127.0.0.1", port.renew(), true).is_open());
    }
}

TEST(ReservedPort, is_none_that_the_system_chooses_for_other_programs) {
    std::ifstream file{"/proc/sys/net/ipv4/ip_local_port_range"};
    unsigned first = 0;
    unsigned last = 0;
    ASSERT_TRUE(file >> first >> last);
    if (first < 12'000 && last > 64'000) {
        GTEST_SKIP() << "the system chooses from nearly all ports";
    }
    reserved_port port;
    for (int count = 0; count < 300; ++count) {
        const std::uint16_t number = port.renew();
        EXPECT_TRUE(number < first || number > last) << number;
    }
}

TEST(ReservedPort, is_kept_by_scripts_too) {
    child_process script;
    ASSERT_EQ(script.start({"/usr/bin/python3", "-B", "-c",
                            "import sys, time; sys.path.insert(0, sys.argv[1]); import reserved_port\n"
                            "port = reserved_port.ReservedPort()\n"
                            "print(port.number, flush=True)\n"
                            "time.sleep(1000)",
                            CHATOS_CONFORMANCE_FOLDER "/../tools/base"}),
              std::nullopt);
    while (script.last_output().empty()) {
        ASSERT_EQ(script.death(), std::nullopt);
    }
    const auto number = static_cast<std::uint16_t>(std::stoul(script.last_output().front()));
    EXPECT_NE(number, 0);
    EXPECT_EQ((reserved_port{{number, number}}.renew()), 0);
}

}  // namespace
}  // namespace chatos::conformance
