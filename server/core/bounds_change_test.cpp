// New bounds for a running server (server::change_bounds()): they hold from then on, and close nobody.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

struct BoundsChange : testing::Test {
    network net{};

    template <typename Change>
    void change(Change&& change) {
        options bounds = net.core.bounds();
        change(bounds);
        net.core.change_bounds(bounds, net.now);
        net.settle();
    }
};

TEST_F(BoundsChange, a_lower_capacity_closes_nobody_and_counts_for_newcomers) {
    const auto users = net.join_many("user", 5);
    change([](options& bounds) { bounds.users_max = 2; });
    for (client* user : users) {
        EXPECT_FALSE(user->saw_end());
    }
    client& late = net.connect();
    late.send(make_cr("late"));
    EXPECT_EQ(late.take(), packets{"ERROR 2"});
    for (client* user : users) {
        user->send(make_rpm("user0"));
        EXPECT_EQ(user->take(), packets{"ERROR 0"});
    }
    change([](options& bounds) { bounds.users_max = 6; });
    static_cast<void>(net.join("late"));
}

TEST_F(BoundsChange, fewer_places_for_unregistered_connections_close_none) {
    client& first = net.connect();
    client& second = net.connect();
    change([](options& bounds) { bounds.unregistered_max = 1; });
    EXPECT_FALSE(net.core.accepts_connections());
    EXPECT_FALSE(first.saw_end() || second.saw_end());
    first.send(make_cr("first"));
    second.send(make_cr("second"));
    EXPECT_TRUE(net.core.accepts_connections());
}

TEST_F(BoundsChange, a_client_that_waited_for_room_is_read_when_there_is_more) {
    change([](options& bounds) { bounds.answers_owed_max = 2'048; });
    client& alice = net.join("alice");
    alice.reads(false);
    std::string flood;
    for (int i = 0; i < 50'000; ++i) {
        flood += bytes_of(make_rpm("alice"));
    }
    alice.send_bytes(flood);
    const std::uint64_t before = net.core.count().requests_accepted;
    change([](options& bounds) { bounds.answers_owed_max = 4'096; });
    EXPECT_EQ(net.core.count().requests_accepted, before + 2'048);
    change([](options& bounds) { bounds.answers_owed_max = 2'048; });
    alice.reads(true);
    EXPECT_EQ(alice.take().size(), 50'000U);
}

TEST_F(BoundsChange, a_shorter_answer_timeout_counts_for_what_waits_already) {
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    alice.send(make_sma("hi"));
    net.wait(milliseconds{2'000});
    change([](options& bounds) { bounds.answer_timeout = milliseconds{3'000}; });
    net.wait(milliseconds{999});
    EXPECT_EQ(alice.take(), packets{});
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    EXPECT_FALSE(bob.saw_end());
}

TEST_F(BoundsChange, what_a_client_has_begun_keeps_its_time) {
    client& alice = net.join("alice");
    client& unregistered = net.connect();
    alice.send_bytes(bytes_of(make_sma("unfinished")).substr(0, 7));
    net.wait(milliseconds{5'000});
    change([](options& bounds) { bounds.login_timeout = milliseconds{100}; });
    net.wait(milliseconds{4'999});
    EXPECT_FALSE(alice.saw_end() || unregistered.saw_end());
    net.wait(milliseconds{1});
    EXPECT_TRUE(alice.saw_end() && unregistered.saw_end());
    client& quick = net.connect();
    net.wait(milliseconds{100});
    EXPECT_TRUE(quick.saw_end());
}

TEST_F(BoundsChange, a_lower_bound_on_all_input_closes_nobody_for_what_is_held) {
    const auto users = net.join_many("user", 20);
    const std::string message(60'000, 'x');
    const std::string part = bytes_of(make_sma(message)).substr(0, 50'000);
    for (client* user : users) {
        user->send_bytes(part);
    }
    change([](options& bounds) { bounds.total_input_bytes_max = 300'000; });
    client& other = net.join("other");
    other.send(make_rpm("user0"));
    EXPECT_EQ(other.take(), packets{"ERROR 0"});
    for (client* user : users) {
        EXPECT_FALSE(user->saw_end());
    }
    other.send_bytes(part);
    other.send(make_rpm("user0"));
    int closed = other.saw_end() ? 1 : 0;
    for (client* user : users) {
        closed += user->saw_end() ? 1 : 0;
    }
    EXPECT_GT(closed, 0) << "more than was held then is too much";
}

TEST_F(BoundsChange, sizes_of_packets_and_tunnels_stay) {
    client& alice = net.join("alice");
    change([](options& bounds) {
        bounds.packet_limits.pseudo_bytes_max = 32;
        bounds.packet_limits.message_bytes_max = 1'024;
        bounds.receive_bytes_max = 1;
        bounds.tunnels = false;
    });
    EXPECT_EQ(net.core.bounds().packet_limits.message_bytes_max, options{}.packet_limits.message_bytes_max);
    EXPECT_EQ(net.core.bounds().receive_bytes_max, options{}.receive_bytes_max);
    EXPECT_TRUE(net.core.bounds().tunnels);
    const std::string message(60'000, 'x');
    alice.send(make_sma(message));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST_F(BoundsChange, a_new_rate_frees_those_who_waited_for_the_old_one) {
    client& alice = net.join("alice");
    change([](options& bounds) { bounds.requests_per_second_max = 1; });
    for (int i = 0; i < 20; ++i) {
        alice.send(make_rpm("alice"));
    }
    EXPECT_EQ(alice.take().size(), 1U);
    change([](options& bounds) { bounds.requests_per_second_max = 0; });
    EXPECT_EQ(alice.take().size(), 19U);
}

}  // namespace
}  // namespace chatos::core::test
