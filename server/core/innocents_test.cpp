// ERR-3: what others do together never takes what innocent clients need.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

origin address(int number) {
    origin result{};
    result.bytes.back() = static_cast<std::byte>(number);
    return result;
}

TEST(Innocents, one_address_takes_half_of_the_places_at_most) {
    network net{{.users_max = 4}};
    const connection_source crowd{address(1), address(1), true};
    for (const char* const pseudo : {"a", "b"}) {
        static_cast<void>(net.join(pseudo, crowd));
    }
    client& third = net.connect(crowd);
    third.send(make_cr("c"));
    EXPECT_EQ(third.take(), packets{"ERROR 2"});
    EXPECT_TRUE(third.saw_end());
    static_cast<void>(net.join("alice", {address(2), address(2), true}));
}

TEST(Innocents, addresses_of_one_network_share_its_places) {
    network net{{.users_max = 9, .users_per_address_max = 1}};
    static_cast<void>(net.join("a", {address(1), address(7), true}));
    client& neighbor = net.connect({address(2), address(7), true});
    neighbor.send(make_cr("b"));
    EXPECT_EQ(neighbor.take(), packets{"ERROR 2"});
}

TEST(Innocents, a_user_that_leaves_makes_room_for_its_address) {
    network net{{.users_max = 9, .users_per_address_max = 1}};
    const connection_source home{address(1), address(1), true};
    net.join("a", home).reset();
    static_cast<void>(net.join("b", home));
}

TEST(Innocents, an_address_without_shares_may_take_every_place) {
    network net{{.users_max = 4}};
    for (const char* const pseudo : {"a", "b", "c", "d"}) {
        static_cast<void>(net.join(pseudo, address(1)));
    }
}

// Users of one address who read nothing and are filled, until the bound over all is near.
TEST(Innocents, those_who_do_not_read_give_way_before_the_output_of_all_is_full) {
    network net{{.output_bytes_max = 200'000, .total_output_bytes_max = 1'000'000}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    client& sender = net.join("sender");
    alice.send(make_rpm("bob"));
    static_cast<void>(alice.take());
    const auto crowd = net.join_many("sloth", 20);
    for (std::size_t i = 0; i < crowd.size(); ++i) {
        crowd[i]->reads(false);
        const std::string sloth = "sloth" + std::to_string(i);
        sender.send(make_rpm(sloth));
    }
    const std::string message(10'000, 'm');
    for (int round = 0; round < 19; ++round) {
        for (std::size_t i = 0; i < crowd.size(); ++i) {
            const std::string sloth = "sloth" + std::to_string(i);
            sender.send(make_spm(sloth, message));
        }
        alice.send(make_spm("bob", "hi"));
        EXPECT_EQ(bob.take(), packets{"SPM alice: hi"});
        bob.answer();
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
        EXPECT_LE(net.core.held_bytes(), 1'000'000U);
    }
    EXPECT_GT(net.core.count().closed_output_bound, 0U);
    EXPECT_EQ(net.core.count().deliveries_without_room, 0U);
    EXPECT_FALSE(alice.is_closed() || bob.is_closed() || sender.is_closed());
}

TEST(Innocents, of_those_who_do_not_read_the_one_that_holds_most_gives_way) {
    network net{{.total_output_bytes_max = 200'000}};
    client& sender = net.join("sender");
    client& glutton = net.join("glutton");
    client& sloth = net.join("sloth");
    glutton.reads(false);
    sloth.reads(false);
    sender.send({make_rpm("sloth"), make_rpm("glutton"), make_spm("sloth", "hi")});
    const std::string message(10'000, 'm');
    for (int i = 0; i < 20; ++i) {
        sender.send(make_spm("glutton", message));
    }
    EXPECT_EQ(net.core.count().closed_output_bound, 1U);
    EXPECT_TRUE(glutton.is_closed());
    sloth.reads(true);
    EXPECT_EQ(sloth.take(), packets{"SPM sender: hi"});
}

TEST(Innocents, the_unregistered_go_before_users_when_the_input_of_all_is_full) {
    network net{{.unregistered_packet_bytes_max = 65'600, .total_input_bytes_max = 400'000}};
    client& user = net.join("user", address(1));
    const std::string message(60'000, 'm');
    const std::string unfinished = bytes_of(make_sma(message));
    user.send_bytes(std::string_view{unfinished}.substr(0, 50'000));
    std::vector<client*> crowd;
    for (int i = 0; i < 100; ++i) {
        crowd.push_back(&net.connect(address(2 + i)));
        crowd.back()->send_bytes(std::string_view{unfinished}.substr(0, 17'000));
    }
    user.send_bytes(std::string_view{unfinished}.substr(50'000));
    EXPECT_EQ(user.take(), packets{"ERROR 0"});
    EXPECT_GT(net.core.count().closed_input_bound, 0U);
}

TEST(Innocents, among_users_the_address_that_holds_most_gives_way) {
    network net{{.total_input_bytes_max = 400'000}};
    const std::string message(60'000, 'm');
    const std::string unfinished = bytes_of(make_sma(message));
    client& innocent = net.join("innocent", address(1));
    innocent.send_bytes(std::string_view{unfinished}.substr(0, 50'000));
    for (int i = 0; i < 40; ++i) {
        client& user = net.join("user" + std::to_string(i), address(2));
        user.send_bytes(std::string_view{unfinished}.substr(0, 20'000));
    }
    EXPECT_GT(net.core.count().closed_input_bound, 0U);
    innocent.send_bytes(std::string_view{unfinished}.substr(50'000));
    EXPECT_FALSE(innocent.saw_end()) << "it holds more than each of them, and less than all of them";
}

TEST(Innocents, CONN_8_a_packet_longer_than_a_cr_ends_a_connection_without_registration) {
    const std::string brief_text(20, 'm');
    const std::string lengthy_text(40, 'm');
    for (const std::size_t segment : {std::size_t{1}, std::size_t{7}, std::size_t{65'536}}) {
        network net{{.packet_limits = smallest_legal_limits}};
        net.segment_bytes = segment;
        client& brief = net.connect();
        brief.send(make_spm("bob", brief_text));
        EXPECT_EQ(brief.take(), packets{"ERROR 5"});
        EXPECT_FALSE(brief.saw_end()) << "as long as a CR may be";
        client& lengthy = net.connect();
        lengthy.send(make_spm("bob", lengthy_text));
        EXPECT_EQ(lengthy.take(), packets{"ERROR 5"});
        EXPECT_TRUE(lengthy.saw_end());
        EXPECT_EQ(net.core.count().closed_long_unregistered, 1U);
    }
}

TEST(Innocents, CONN_8_a_long_packet_that_is_announced_without_registration_is_not_waited_for) {
    network net;
    client& unregistered = net.connect();
    unregistered.send_bytes(std::string_view{"\4\0\1\0\0", 5});
    EXPECT_EQ(unregistered.take(), packets{"ERROR 5"});
    EXPECT_TRUE(unregistered.saw_end());
    EXPECT_EQ(net.core.count().input_memory_bytes, 0U);
}

}  // namespace
}  // namespace chatos::core::test
