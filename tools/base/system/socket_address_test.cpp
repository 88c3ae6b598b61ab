#include "base/system/socket_address.hpp"
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace chatos::base {
namespace {

constexpr std::chrono::seconds timeout{20};

endpoint parsed(std::string_view text) {
    const endpoint_result result = parse_listen_endpoint(text);
    EXPECT_EQ(result.fault, "");
    return result.value;
}

std::string fault_of(std::string_view text) {
    return resolve(parsed(text)).fault;
}

bool has_ipv6() {
    return !listen_on(parsed("[::1]:0")).listeners.empty();
}

TEST(SocketAddress, TextIsWhatAUserWrites) {
    for (const std::string_view text : {"127.0.0.1:7777", "[::1]:7777", "[fe80::1%lo]:7777", "unix:/run/chatos"}) {
        const resolve_result result = resolve(parsed(text));
        ASSERT_EQ(result.fault, "");
        ASSERT_EQ(result.addresses.size(), 1U);
        EXPECT_EQ(result.addresses.front().text(), text);
    }
    EXPECT_EQ(loopback_address(7777).text(), "127.0.0.1:7777");
}

TEST(Resolve, AZoneIsANetworkInterface) {
    EXPECT_EQ(fault_of("[::1%nope]:7777"), "the zone 'nope' is not a network interface of this machine");
    EXPECT_EQ(fault_of("[fe80::1%4294967295]:7777"),
              "the zone '4294967295' is not a network interface of this machine");
    EXPECT_EQ(fault_of("[fe80::1%1]:7777"), "");
}

TEST(Resolve, SaysWhichHostIsUnknown) {
    EXPECT_EQ(fault_of("[1:2]:7777"), "'1:2' is not an IPv6 address");
    EXPECT_TRUE(fault_of("no.such.host.invalid:7777").starts_with("the host 'no.such.host.invalid' is unknown: "));
}

TEST(Listen, LocalhostIsEveryLoopbackAddressOnOnePort) {
    const listen_result result = listen_on(parsed("localhost:0"));
    ASSERT_EQ(result.fault, "");
    ASSERT_EQ(result.listeners.size(), has_ipv6() ? 2U : 1U);
    const std::string port = std::to_string(result.listeners.front().address.port());
    EXPECT_EQ(result.listeners.front().address.text(), "127.0.0.1:" + port);
    EXPECT_EQ(result.listeners.back().address.text(), has_ipv6() ? "[::1]:" + port : "127.0.0.1:" + port);
}

TEST(Listen, SaysWhichAddressIsTaken) {
    const listen_result first = listen_on(parsed("127.0.0.1:0"));
    ASSERT_EQ(first.fault, "");
    const std::string port = std::to_string(first.listeners.front().address.port());
    EXPECT_EQ(listen_on(parsed("127.0.0.1:" + port)).fault, "Address already in use");
    EXPECT_EQ(listen_on(parsed("localhost:" + port)).fault, "127.0.0.1:" + port + ": Address already in use");
    EXPECT_TRUE(listen_on(parsed("localhost:" + port)).listeners.empty());
}

TEST(Listen, AStaleSocketFileIsReplacedAndOneInUseIsNot) {
    const testing::temporary_folder folder;
    const endpoint where = parsed("unix:" + folder.path("socket"));
    listen_result first = listen_on(where);
    ASSERT_EQ(first.fault, "");
    EXPECT_EQ(first.listeners.front().address.text(), where.text());
    EXPECT_EQ(listen_on(where).fault, "Address already in use");
    first.listeners.clear();
    EXPECT_TRUE(std::filesystem::exists(where.unix_path));
    EXPECT_EQ(listen_on(where).fault, "");
}

TEST(Listen, PreparesEachSocketBeforeItListens) {
    int prepared = 0;
    const listen_result result = listen_on(parsed("localhost:0"), [&](int socket) {
        int listens = 1;
        socklen_t size = sizeof listens;
        ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
        prepared += listens == 0 ? 1 : 0;
    });
    EXPECT_GE(prepared, static_cast<int>(result.listeners.size()));
}

TEST(Connect, TriesTheAddressesInOrder) {
    const listen_result listening = listen_on(parsed("127.0.0.1:0"));
    ASSERT_EQ(listening.fault, "");
    const socket_address open = listening.listeners.front().address;
    socket_address refused = open;
    {
        const listen_result gone = listen_on(parsed("127.0.0.1:0"));
        refused = gone.listeners.front().address;
    }
    const socket_address both[]{refused, open};
    const connect_result result = connect_to(both, timeout);
    EXPECT_EQ(result.fault, "");
    EXPECT_EQ(result.address.text(), open.text());
    EXPECT_EQ(connect_to({both, 1}, timeout).fault, "Connection refused");
}

TEST(Connect, ReachesUnixSockets) {
    const testing::temporary_folder folder;
    const endpoint where = parsed("unix:" + folder.path("socket"));
    EXPECT_EQ(connect_to(where, timeout).fault, "No such file or directory");
    const listen_result listening = listen_on(where);
    EXPECT_TRUE(connect_to(where, timeout).socket.is_open());
}

}  // namespace
}  // namespace chatos::base
