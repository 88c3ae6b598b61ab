// For tests: two users, and the connections that they open as ends of their tunnels.
#pragma once

#include "core/test_network.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>

namespace chatos::core::test {

/// The origin of clients on that host.
inline origin from_host(int number) {
    origin origin{};
    origin.bytes[15] = static_cast<std::byte>(number);
    return origin;
}

/// Alice and Bob are on different hosts.
struct Tunnel : testing::Test {
    explicit Tunnel(const options& bounds = {}) : net{bounds} {}

    network net;
    const origin home_of_alice{from_host(1)};
    const origin home_of_bob{from_host(2)};
    client& alice{net.join("alice", home_of_alice)};
    client& bob{net.join("bob", home_of_bob)};

    void offer() {
        alice.send(make_pc("bob"));
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
        EXPECT_EQ(bob.take(), packets{"PC alice"});
    }
    void agree() {
        offer();
        bob.answer();
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    }
    client& come(std::string_view own, std::string_view peer, const origin& source) {
        client& end = net.connect(source);
        end.send({make_pc(own), make_pc(peer)});
        return end;
    }
    client& alice_comes() { return come("alice", "bob", home_of_alice); }
    client& bob_comes() { return come("bob", "alice", home_of_bob); }

    struct pair {
        client& a;
        client& b;
    };
    pair open() {
        agree();
        const pair both{alice_comes(), bob_comes()};
        EXPECT_EQ(both.a.take(), packets{"ERROR 0"});
        EXPECT_EQ(both.b.take(), packets{"ERROR 0"});
        return both;
    }
    [[nodiscard]] statistics count() const { return net.core.count(); }
};

/// TUN-4.
inline void expect_rejected(client& end) {
    EXPECT_EQ(end.take(), packets{"ERROR 4"});
    EXPECT_TRUE(end.saw_end());
}

}  // namespace chatos::core::test
