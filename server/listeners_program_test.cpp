// Several addresses at once, and addresses that are unavailable.
#include "net/test_connection.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <net/if.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace chatos::net::test {
namespace {

using error = error_code;

TEST(Listeners, of_all_families_serve_the_same_users) {
    const base::testing::temporary_folder folder;
    process server{{"--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", "unix:" + folder.path("socket")}};
    const std::array bound{server.bound(), server.bound(), server.bound()};
    EXPECT_TRUE(bound[0].starts_with("127.0.0.1:"));
    EXPECT_TRUE(bound[1].starts_with("[::1]:"));
    EXPECT_EQ(bound[2], "unix:" + folder.path("socket"));
    std::array users{join(bound[0], "user0"), join(bound[1], "user1"), join(bound[2], "user2")};
    for (std::size_t sender = 0; sender < users.size(); ++sender) {
        const std::string name = "user" + std::to_string(sender);
        users[sender].send(make_sma("hi"));
        for (std::size_t other = 0; other < users.size(); ++other) {
            if (other != sender) {
                EXPECT_TRUE(users[other].receives(make_spm(name, "hi")));
                users[other].send(make_error(error::ok));
            }
        }
        EXPECT_TRUE(users[sender].receives(make_error(error::ok)));
    }
    for (connection& client : users) {
        client.end();
    }
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(folder.path("socket"))) << "the socket's file goes with the server";
}

TEST(Listeners, localhost_is_every_loopback_address_on_one_port) {
    process server{{"--listen", "localhost:0"}};
    const std::string bound = server.bound();
    ASSERT_TRUE(bound.starts_with("127.0.0.1:"));
    static_cast<void>(join(bound, "alice"));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    const std::string others = server.all_out();  // nothing where the machine has no IPv6
    EXPECT_TRUE(others.empty() || others == "listening on [::1]:" + bound.substr(bound.rfind(':') + 1) + "\n")
        << others;
}

TEST(Listeners, a_zone_that_is_no_network_interface_is_named) {
    process server{{"--listen", "[::1%nope]:0"}};
    EXPECT_EQ(
        server.all_err(),
        "chatos-server: cannot listen on [::1%nope]:0: the zone 'nope' is not a network interface of this machine; choose another address\n");
    EXPECT_EQ(server.wait(), 3);
}

TEST(Listeners, a_real_zone_is_taken_by_name_and_by_number) {
    const std::array<std::string, 2> zones{"lo", std::to_string(::if_nametoindex("lo"))};
    for (const std::string& zone : zones) {
        process server{{"--listen", "[::1%" + zone + "]:0"}};
        const std::string said = server.out_line();
        if (said.empty()) {
            GTEST_SKIP() << "this machine has no IPv6 loopback: " << server.all_err();
        }
        EXPECT_TRUE(said.starts_with("listening on [::1")) << said;
        static_cast<void>(join("[::1]" + said.substr(said.rfind(':')), "alice"));
    }
    for (const std::string zone : {"4000000000", "99999999999", "lo%lo", "1x"}) {
        process server{{"--listen", "[::1%" + zone + "]:0"}};
        EXPECT_NE(server.all_err().find("'" + zone + "' is not a network interface of this machine"),
                  std::string::npos);
        EXPECT_EQ(server.wait(), 3) << zone;
    }
}

TEST(Listeners, a_socket_file_that_a_killed_server_left_behind_is_taken_over) {
    const base::testing::temporary_folder folder;
    const std::string address = "unix:" + folder.path("socket");
    {
        process killed{{"--listen", address}};
        EXPECT_EQ(killed.bound(), address);
        killed.signal(SIGKILL);
        EXPECT_EQ(killed.wait(), -SIGKILL);
    }
    EXPECT_TRUE(std::filesystem::exists(folder.path("socket")));
    process next{{"--listen", address}};
    static_cast<void>(join(next.bound(), "alice"));
}

void expect_refused(const std::string& address, const std::string& why) {
    process server{{"--listen", "127.0.0.1:0", "--listen", address}};
    EXPECT_EQ(server.all_err(),
              "chatos-server: cannot listen on " + address + ": " + why + "; choose another address\n");
    EXPECT_EQ(server.wait(), 3);
    EXPECT_EQ(server.all_out(), "") << "it announces nothing unless it listens everywhere";
}

TEST(Listeners, what_somebody_else_has_is_left_alone) {
    const base::testing::temporary_folder folder;
    const std::string socket = folder.path("socket");
    process first{{"--listen", "unix:" + socket, "--listen", "[::1]:0"}};
    static_cast<void>(first.bound());
    expect_refused("unix:" + socket, "Address already in use");
    expect_refused(first.bound(), "Address already in use");
    static_cast<void>(join("unix:" + socket, "alice"));
    const std::string file = folder.path("file");
    std::ofstream{file} << "precious";
    expect_refused("unix:" + file, "Address already in use");
    EXPECT_EQ(std::filesystem::file_size(file), 8U);
}

// Permissions and group of a file.
std::pair<unsigned, ::gid_t> access_of(const std::string& path) {
    struct ::stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return {status.st_mode & 07777U, status.st_gid};
}

TEST(Listeners, a_unix_socket_has_the_permissions_that_were_asked_for_whatever_the_umask) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("socket");
    for (const ::mode_t mask : {::mode_t{0}, ::mode_t{0022}, ::mode_t{0077}, ::mode_t{0777}}) {
        for (const auto& [text, mode] : {std::pair{"0660", 0660U}, std::pair{"666", 0666U}, std::pair{"0600", 0600U}}) {
            const ::mode_t before = ::umask(mask);
            process server{{"--listen", "unix:" + path, "--unix-mode", text}};
            ::umask(before);
            EXPECT_EQ(server.bound(), "unix:" + path);
            EXPECT_EQ(access_of(path).first, mode);
            static_cast<void>(join("unix:" + path, "alice"));
            server.signal(SIGTERM);
            EXPECT_EQ(server.wait(), 0);
        }
    }
}

TEST(Listeners, a_unix_socket_belongs_to_the_group_that_was_asked_for) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("socket");
    constexpr ::gid_t made_up = 54'321;
    const ::gid_t group = ::getuid() == 0 ? made_up : ::getgid();
    process server{{"--listen", "unix:" + path, "--unix-mode", "0660", "--unix-group", std::to_string(group)}};
    EXPECT_EQ(server.bound(), "unix:" + path);
    EXPECT_EQ(access_of(path), (std::pair{0660U, group}));
    if (::getuid() != 0) {
        return;
    }
    // Members of the group may connect, others may not.
    EXPECT_EQ(::chmod(folder.path("").c_str(), 0755), 0);
    for (const bool is_member : {true, false}) {
        const ::pid_t child = ::fork();
        if (child == 0) {
            constexpr ::uid_t somebody = 54'322;
            const bool changed = ::setgroups(0, nullptr) == 0 && ::setgid(is_member ? made_up : somebody) == 0 &&
                                 ::setuid(somebody) == 0;
            ::sockaddr_un address{};
            address.sun_family = AF_UNIX;
            path.copy(address.sun_path, sizeof address.sun_path - 1);
            const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
            const int result = ::connect(socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address);
            ::_exit(!changed ? 2 : result == 0 ? 0 : errno == EACCES ? 1 : 3);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(WEXITSTATUS(status), is_member ? 0 : 1);
    }
}

TEST(Listeners, a_group_of_which_the_server_is_no_member_is_named) {
    if (::getuid() == 0) {
        return;  // it may give files to any group
    }
    const base::testing::temporary_folder folder;
    process server{{"--listen", "unix:" + folder.path("socket"), "--unix-group", "54321"}};
    EXPECT_EQ(server.all_err(), "chatos-server: cannot listen on unix:" + folder.path("socket") +
                                    ": its file cannot be given to the group 54321: Operation not permitted; choose "
                                    "another address\n");
    EXPECT_EQ(server.wait(), 3);
    EXPECT_FALSE(std::filesystem::exists(folder.path("socket")));
}

TEST(Listeners, an_address_that_this_machine_does_not_have_is_named) {
    const base::testing::temporary_folder folder;
    expect_refused("192.0.2.1:0", "Cannot assign requested address");
    expect_refused("[2001:db8::1]:0", "Cannot assign requested address");
    expect_refused("unix:" + folder.path("nowhere/socket"), "No such file or directory");
}

}  // namespace
}  // namespace chatos::net::test
