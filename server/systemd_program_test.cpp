// chatos-server under a service manager, which this test plays.
#include "base/system/descriptor.hpp"
#include "base/system/error_text.hpp"
#include "net/test_connection.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace chatos::net::test {
namespace {

using error = error_code;

// The socket that a service manager listens at. `name` as in $NOTIFY_SOCKET.
class manager {
public:
    explicit manager(std::string name)
        : name_{std::move(name)}, socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name_.data(), name_.size());
        if (name_.front() == '@') {
            address.sun_path[0] = '\0';
        }
        const auto size = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + name_.size());
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const ::sockaddr*>(&address), size), 0) << base::error_text();
        const ::timeval timeout{.tv_sec = 300, .tv_usec = 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    }

    [[nodiscard]] std::string setting() const { return "NOTIFY_SOCKET=" + name_; }
    [[nodiscard]] std::string hear() const {
        char buffer[1'024];
        const ::ssize_t count = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        return count < 0 ? base::error_text() : std::string(buffer, static_cast<std::size_t>(count));
    }

private:
    std::string name_;
    base::descriptor socket_;
};

void run_under(const manager& systemd) {
    process server{{"--listen", "127.0.0.1:0"}, {.environment = {systemd.setting()}}};
    const std::string bound = server.bound();
    EXPECT_EQ(systemd.hear(), "READY=1\nSTATUS=listening on " + bound + "\n");
    connection alice = join(bound, "alice");
    server.signal(SIGTERM);
    EXPECT_EQ(systemd.hear(), "STOPPING=1\nSTATUS=draining\n");
    EXPECT_EQ(alice.next_event(), "end");
    alice.end();
    EXPECT_EQ(server.wait(), 0);
}

TEST(ServiceManager, hears_ready_and_stopping_at_a_path) {
    const base::testing::temporary_folder folder;
    run_under(manager{folder.path("notify")});
}

TEST(ServiceManager, hears_that_the_loop_turns_as_often_as_it_wants_to) {
    const base::testing::temporary_folder folder;
    const manager systemd{folder.path("notify")};
    process server{{"--listen", "127.0.0.1:0"}, {.environment = {systemd.setting(), "WATCHDOG_USEC=200000"}}};
    EXPECT_TRUE(systemd.hear().starts_with("READY=1\n"));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(systemd.hear(), "WATCHDOG=1\n");
    }
    server.signal(SIGSTOP);
    server.signal(SIGCONT);
    EXPECT_EQ(systemd.hear(), "WATCHDOG=1\n");
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

TEST(ServiceManager, hears_nothing_of_the_loop_unless_this_process_is_meant) {
    for (const char* variable : {"WATCHDOG_USEC=x", "WATCHDOG_USEC=-5", "WATCHDOG_USEC=0"}) {
        const base::testing::temporary_folder folder;
        const manager systemd{folder.path("notify")};
        process server{{"--listen", "127.0.0.1:0"}, {.environment = {systemd.setting(), variable}}};
        EXPECT_TRUE(systemd.hear().starts_with("READY=1\n"));
        server.signal(SIGTERM);
        EXPECT_EQ(systemd.hear(), "STOPPING=1\nSTATUS=draining\n");
        EXPECT_EQ(server.wait(), 0);
    }
    const base::testing::temporary_folder folder;
    const manager systemd{folder.path("notify")};
    process server{{"--listen", "127.0.0.1:0"},
                   {.environment = {systemd.setting(), "WATCHDOG_USEC=1000", "WATCHDOG_PID=1"}}};
    EXPECT_TRUE(systemd.hear().starts_with("READY=1\n"));
    server.signal(SIGTERM);
    EXPECT_EQ(systemd.hear(), "STOPPING=1\nSTATUS=draining\n");
    EXPECT_EQ(server.wait(), 0);
}

TEST(ServiceManager, hears_ready_and_stopping_at_an_abstract_name) {
    const base::testing::temporary_folder folder;  // has a unique name
    run_under(manager{"@" + folder.path("notify")});
}

TEST(ServiceManager, one_that_is_not_there_or_cannot_be_is_no_reason_to_stop) {
    for (const char* name : {"/nowhere/notify", "relative", "@"}) {
        process server{{"--listen", "127.0.0.1:0"}, {.environment = {std::string{"NOTIFY_SOCKET="} + name}}};
        static_cast<void>(join(server.bound(), "alice"));
        EXPECT_NE(server.err_line().find("level=warning event=service_manager"), std::string::npos);
        server.signal(SIGTERM);
        EXPECT_EQ(server.wait(), 0);
    }
}

}  // namespace
}  // namespace chatos::net::test
