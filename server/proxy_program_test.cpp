// --proxy-protocol on a running chatos-server: limits, tunnels and logs see the clients of a proxy, and nobody lies
// about an address.
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;
using namespace std::string_literals;

constexpr const char* moment_ms = "200";

// A server whose only listener but loopback's is a Unix socket for proxies.
struct proxied_server {
    explicit proxied_server(std::vector<std::string> more = {}) : all{arguments(std::move(more))} {}

    [[nodiscard]] std::vector<std::string> arguments(std::vector<std::string> more) const {
        const std::string address = "unix:" + folder.path("socket");
        more.insert(more.end(), {"--listen", address, "--proxy-protocol", address, "--log-level", "debug"});
        return more;
    }

    // A connection of the client at `address`.
    [[nodiscard]] connection connect(const std::string& address, const std::string& port = "4711") const {
        connection client{"unix:" + folder.path("socket")};
        client.send_bytes("PROXY TCP" + std::string{address.find(':') == std::string::npos ? "4" : "6"} + " " +
                          address + (address.find(':') == std::string::npos ? " 127.0.0.1 " : " ::1 ") + port +
                          " 7777\r\n");
        return client;
    }

    [[nodiscard]] connection join_from(const std::string& address, const std::string& pseudo) const {
        connection client = connect(address);
        client.send(make_cr(pseudo));
        EXPECT_TRUE(client.receives(make_error(error::ok)));
        return client;
    }

    // The next line of the log about this event.
    [[nodiscard]] std::string logged(const std::string& event) {
        std::string line = all.server.err_line();
        while (!line.empty() && line.find("event=" + event + " ") == std::string::npos) {
            line = all.server.err_line();
        }
        return line;
    }

    base::testing::temporary_folder folder;
    monitored_server all;
};

TEST(ProxyProtocol, logs_and_limits_see_the_client_and_not_the_proxy) {
    proxied_server server{{"--per-address-max", "1"}};
    connection alice = server.join_from("192.0.2.1", "alice");
    EXPECT_NE(server.logged("connected").find(" peer=192.0.2.1:4711"), std::string::npos);
    connection bob = server.join_from("2001:db8::1", "bob");
    EXPECT_NE(server.logged("connected").find(" peer=[2001:db8::1]:4711"), std::string::npos);
    connection more = server.connect("192.0.2.1");
    EXPECT_TRUE(more.receives(make_error(error::out_of_capacity)));
    EXPECT_EQ(more.next_event(), "end");
    connection neighbour = server.connect("2001:db8::2");
    EXPECT_TRUE(neighbour.receives(make_error(error::out_of_capacity)));
    EXPECT_NE(server.logged("address_limit").find(" peer=192.0.2.1:4711 limit=1"), std::string::npos);
}

TEST(ProxyProtocol, a_tunnel_end_must_come_from_its_users_own_address) {
    const proxied_server server;
    connection alice = server.join_from("192.0.2.1", "alice");
    connection bob = server.join_from("192.0.2.2", "bob");
    alice.send(make_pc("bob"));
    EXPECT_TRUE(bob.receives(make_pc("alice")));
    bob.send(make_error(error::ok));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    connection thief = server.connect("192.0.2.3");
    thief.send({make_pc("alice"), make_pc("bob")});
    EXPECT_TRUE(thief.receives(make_error(error::refused)));
    connection first_end = server.connect("192.0.2.1", "4712");
    connection second_end = server.connect("192.0.2.2", "4712");
    first_end.send({make_pc("alice"), make_pc("bob")});
    second_end.send({make_pc("bob"), make_pc("alice")});
    EXPECT_TRUE(first_end.receives(make_error(error::ok)));
    EXPECT_TRUE(second_end.receives(make_error(error::ok)));
    first_end.send_bytes("through");
    EXPECT_EQ(second_end.receive_bytes(7), "through");
}

TEST(ProxyProtocol, a_header_and_its_packets_may_come_byte_by_byte_or_at_once) {
    const proxied_server server;
    const std::string binary = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x12\x67\x1e\x61"s;
    int number = 0;
    for (const std::string& header : {binary, "PROXY TCP4 192.0.2.7 127.0.0.1 4711 7777\r\n"s}) {
        const std::string pseudo = "user" + std::to_string(++number);
        connection slow{"unix:" + server.folder.path("socket")};
        const std::string bytes = header + bytes_of(make_cr(pseudo));
        for (const char& byte : bytes) {
            slow.send_bytes({&byte, 1});
        }
        EXPECT_TRUE(slow.receives(make_error(error::ok)));
        connection fast{"unix:" + server.folder.path("socket")};
        const std::string other = pseudo + "b";
        fast.send_bytes(header + bytes_of(make_cr(other)) + bytes_of(make_rpm(pseudo)));
        EXPECT_TRUE(fast.receives(make_error(error::ok)));
        EXPECT_TRUE(fast.receives(make_error(error::ok)));
    }
}

TEST(ProxyProtocol, LOCAL_and_UNKNOWN_keep_the_real_address) {
    proxied_server server;
    for (const std::string& header : {"PROXY UNKNOWN\r\n"s, "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s}) {
        connection client{"unix:" + server.folder.path("socket")};
        client.send_bytes(header);
        EXPECT_NE(server.logged("connected").find(" peer=unix:user-"), std::string::npos);
    }
}

TEST(ProxyProtocol, a_bad_header_is_closed_logged_and_counted) {
    proxied_server server;
    const std::vector<std::pair<std::string, std::string>> bad{
        {bytes_of(make_cr("alice")), "not a PROXY header"},
        {"PROXY TCP4 224.0.0.1 127.0.0.1 1 1\r\n", "an address that no client has"},
        {"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0b"s, "shorter than its addresses"},
        {"PROXY TCP4 192.0.2.1", "the connection ended within it"},
    };
    for (const auto& [bytes, why] : bad) {
        connection client{"unix:" + server.folder.path("socket")};
        client.send_bytes(bytes);
        client.end();
        EXPECT_EQ(client.receive_all(), "") << "it may speak no ChatOS either";
        const std::string line = server.logged("proxy_header");
        EXPECT_NE(line.find(" level=info event=proxy_header peer=unix:user-"), std::string::npos) << line;
        EXPECT_NE(line.find(" why=\"" + why + "\""), std::string::npos) << line;
    }
    connection health_check{"unix:" + server.folder.path("socket")};
    health_check.end();
    EXPECT_EQ(health_check.next_event(), "end");
    auto samples = server.all.scrape();
    EXPECT_EQ(samples["chatos_closed_total{cause=\"proxy_header\"}"], bad.size()) << "a health check is no fault";
    EXPECT_EQ(samples["chatos_connections_opened_total"], 0U);
    EXPECT_EQ(samples["chatos_proxy_headers_awaited"], 0U);
}

TEST(ProxyProtocol, a_header_that_does_not_come_is_closed_after_the_login_timeout) {
    proxied_server server{{"--login-timeout-ms", moment_ms}};
    connection silent{"unix:" + server.folder.path("socket")};
    connection slow{"unix:" + server.folder.path("socket")};
    slow.send_what_fits("PROXY ");  // on a busy machine its time may be up
    EXPECT_EQ(silent.next_event(), "end");
    EXPECT_EQ(slow.receive_all(), "");
    EXPECT_NE(server.logged("proxy_header").find(" why=\"it did not come in time\""), std::string::npos);
    EXPECT_EQ(server.all.scrape()["chatos_closed_total{cause=\"proxy_header\"}"], 2U);
}

TEST(ProxyProtocol, connections_without_a_header_count_as_unregistered) {
    const proxied_server server{{"--unregistered-max", "3"}};
    std::deque<connection> silent;
    for (int i = 0; i < 3; ++i) {
        silent.emplace_back("unix:" + server.folder.path("socket"));
    }
    while (server.all.scrape()["chatos_proxy_headers_awaited"] != 3) {
        std::this_thread::yield();
    }
    connection waiting{server.all.bound};
    while (server.all.scrape()["chatos_accept_pauses_total"] == 0) {
        std::this_thread::yield();
    }
    EXPECT_EQ(server.all.scrape()["chatos_connections"], 0U);
    silent.pop_front();
    waiting.send(make_cr("alice"));
    EXPECT_TRUE(waiting.receives(make_error(error::ok)));
}

TEST(ProxyProtocol, a_source_that_is_not_trusted_is_closed_logged_and_counted) {
    monitored_server all{{"--log-level", "warning", "--capacity", "100", "--unregistered-max", "100", "--no-tunnel",
                          "--listen", "127.0.0.1:0", "--proxy-protocol", "127.0.0.1:0", "--proxy-trust",
                          "192.0.2.0/24"}};
    connection liar{all.bound};
    liar.send_what_fits("PROXY TCP4 192.0.2.1 127.0.0.1 1 1\r\n");  // it may be closed already
    EXPECT_NE(liar.next_event(), "bytes");
    const std::string line = all.server.err_line();
    EXPECT_NE(line.find(" level=warning event=proxy_untrusted peer=127.0.0.1:"), std::string::npos) << line;
    EXPECT_EQ(all.scrape()["chatos_closed_total{cause=\"proxy_untrusted\"}"], 1U);
}

TEST(ProxyProtocol, a_header_to_a_listener_that_does_not_speak_it_is_bad_input) {
    process server{{"--listen", "127.0.0.1:0"}};
    const std::string bound = server.bound();
    for (const std::string& header : {"PROXY TCP4 192.0.2.1 127.0.0.1 1 1\r\n"s, "\r\n\r\n\0\r\nQUIT\n"s}) {
        connection liar{bound};
        liar.send_bytes(header);
        EXPECT_TRUE(liar.receives(make_error(error::refused)));
    }
}

TEST(ProxyProtocol, drains_while_headers_are_awaited) {
    proxied_server server;
    connection silent{"unix:" + server.folder.path("socket")};
    while (server.all.scrape()["chatos_proxy_headers_awaited"] != 1) {
        std::this_thread::yield();
    }
    server.all.server.signal(SIGTERM);
    EXPECT_EQ(silent.next_event(), "end");
    EXPECT_EQ(server.all.server.wait(), 0);
}

TEST(ProxyProtocol, flags_that_cannot_be_are_named_with_what_was_expected) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"--proxy-protocol", "127.0.0.1:1"},
         "--proxy-protocol: invalid value '127.0.0.1:1': expected an address that --listen names as well"},
        {{"--listen", "127.0.0.1:0", "--proxy-protocol", "127.0.0.1:0"},
         "--proxy-protocol: 127.0.0.1:0 needs --proxy-trust, the addresses of the proxies"},
        {{"--proxy-trust", "10.0.0.0/33"},
         "--proxy-trust: invalid value '10.0.0.0/33': expected an address, or a range of them as in 10.0.0.0/8 or "
         "2001:db8::/32"},
        {{"--unix-mode", "0999"}, "--unix-mode: invalid value '0999': expected an octal number from 0 to 777"},
        {{"--unix-mode", "1777"}, "--unix-mode: invalid value '1777': expected an octal number from 0 to 777"},
        {{"--unix-group", "no such group"},
         "--unix-group: invalid value 'no such group': expected the name of a group of this system, or a number"},
        {{"--ipv6-prefix", "129"}, "--ipv6-prefix: invalid value 129: expected an integer from 0 to 128"},
        {{"--connections-per-second-max", "1000001"},
         "--connections-per-second-max: invalid value 1000001: expected an integer from 0 to 1000000"},
    };
    for (const auto& [arguments, fault] : wrong) {
        process server{arguments};
        EXPECT_EQ(server.all_err(), "chatos-server: " + fault + "\n");
        EXPECT_EQ(server.wait(), 2);
    }
}

}  // namespace
}  // namespace chatos::net::test
