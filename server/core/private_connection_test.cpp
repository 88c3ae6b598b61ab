// PC: private connections, as far as the decision.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

struct PrivateConnection : testing::Test {
    network net{};
    client& alice{net.join("alice")};
    client& bob{net.join("bob")};
};

TEST_F(PrivateConnection, PC_1_the_offer_is_delivered_and_answered_0) {
    alice.send(make_pc("bob"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(bob.take(), packets{"PC alice"});
}

TEST_F(PrivateConnection, PC_2_to_nobody_is_answered_4_and_nothing_more) {
    alice.send({make_pc("carol"), make_rpm("bob")});
    EXPECT_EQ(alice.take(), (packets{"ERROR 4", "ERROR 0"}));
    net.wait(milliseconds{60'000});
    EXPECT_EQ(alice.take(), packets{});
}

TEST_F(PrivateConnection, PC_3_the_decision_is_the_second_answer) {
    for (const int code : {0, 5}) {
        alice.send(make_pc("bob"));
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
        bob.answer(static_cast<error_code>(code));
        EXPECT_EQ(alice.take(), packets{text_of(make_error(static_cast<error_code>(code)))});
    }
}

TEST_F(PrivateConnection, PC_4_the_peer_leaves_undecided) {
    alice.send(make_pc("bob"));
    bob.end();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 4"}));
}

TEST_F(PrivateConnection, PC_5_the_peer_does_not_decide_in_time) {
    alice.send(make_pc("bob"));
    net.wait(milliseconds{29'999});
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(PrivateConnection, PC_6_to_oneself_is_refused) {
    alice.send(make_pc("alice"));
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
}

TEST_F(PrivateConnection, PC_7_one_undecided_offer_at_a_time) {
    client& carol = net.join("carol");
    alice.send(make_pc("bob"));
    carol.send(make_pc("bob"));
    EXPECT_EQ(carol.take(), packets{"ERROR 5"});
    EXPECT_EQ(bob.take(), packets{"PC alice"});
    bob.answer();
    carol.send(make_pc("bob"));
    EXPECT_EQ(carol.take(), packets{"ERROR 0"});
    EXPECT_EQ(bob.take(), packets{"PC carol"});
}

TEST_F(PrivateConnection, PC_7_an_offer_that_ran_out_of_time_is_decided) {
    client& carol = net.join("carol");
    alice.send(make_pc("bob"));
    net.wait(milliseconds{30'000});
    carol.send(make_pc("bob"));
    EXPECT_EQ(carol.take(), packets{"ERROR 0"});
    bob.answer(error_code::refused);  // late, for alice's
    bob.answer();
    EXPECT_EQ(carol.take(), packets{"ERROR 0"});
}

TEST_F(PrivateConnection, PC_7_an_offer_stays_undecided_when_its_sender_leaves) {
    client& carol = net.join("carol");
    alice.send(make_pc("bob"));
    alice.reset();
    carol.send(make_pc("bob"));
    EXPECT_EQ(carol.take(), packets{"ERROR 5"});
    bob.answer();
    carol.send(make_pc("bob"));
    EXPECT_EQ(carol.take(), packets{"ERROR 0"});
}

TEST_F(PrivateConnection, PC_8_offers_of_one_user_beyond_the_bound_are_refused_at_once) {
    const auto peers = net.join_many("peer", 18);
    for (int i = 0; i < 18; ++i) {
        const std::string peer = "peer" + std::to_string(i);
        alice.send(make_pc(peer));
    }
    for (int i = 0; i < 18; ++i) {
        EXPECT_EQ(peers[static_cast<std::size_t>(i)]->take(), i < 16 ? packets{"PC alice"} : packets{}) << i;
    }
    bob.send(make_pc("peer16"));
    EXPECT_EQ(bob.take(), packets{"ERROR 0"}) << "the bound is that of each user";
    for (int i = 0; i < 16; ++i) {
        peers[static_cast<std::size_t>(i)]->answer(error_code::refused);
    }
    packets expected;
    for (int i = 0; i < 16; ++i) {
        expected.insert(expected.end(), {"ERROR 0", "ERROR 5"});
    }
    expected.insert(expected.end(), {"ERROR 5", "ERROR 5"});
    EXPECT_EQ(alice.take(), expected) << "one answer each beyond it, in order";
}

TEST_F(PrivateConnection, PC_8_each_way_to_decide_an_offer_makes_room_for_another) {
    network small{{.offers_max = 1}};
    client& asker = small.join("asker");
    client& decides = small.join("decides");
    client& leaves = small.join("leaves");
    static_cast<void>(small.join("waits"));
    const auto offer = [&asker](const char* peer) {
        asker.send(make_pc(peer));
        return asker.take();
    };
    EXPECT_EQ(offer("decides"), packets{"ERROR 0"});
    EXPECT_EQ(offer("leaves"), packets{});
    decides.answer();
    EXPECT_EQ(asker.take(), (packets{"ERROR 0", "ERROR 5"}));
    EXPECT_EQ(offer("leaves"), packets{"ERROR 0"});
    leaves.reset();
    EXPECT_EQ(asker.take(), packets{"ERROR 4"});
    EXPECT_EQ(offer("waits"), packets{"ERROR 0"});
    small.wait(small.core.bounds().pc_timeout);
    EXPECT_EQ(asker.take(), packets{"ERROR 4"});
    EXPECT_EQ(offer("decides"), packets{"ERROR 0"});
}

TEST_F(PrivateConnection, PC_8_nobody_can_keep_all_others_from_being_offered_a_connection) {
    const auto peers = net.join_many("peer", 100);
    std::string all;
    for (int i = 0; i < 100; ++i) {
        const std::string peer = "peer" + std::to_string(i);
        all += bytes_of(make_pc(peer));
    }
    alice.send_bytes(all);
    int refused = 0;
    for (int i = 0; i < 100; ++i) {
        client& innocent = net.join("innocent" + std::to_string(i));
        const std::string peer = "peer" + std::to_string(i);
        innocent.send(make_pc(peer));
        refused += innocent.take() == packets{"ERROR 5"} ? 1 : 0;
    }
    EXPECT_EQ(refused, 16);
}

TEST_F(PrivateConnection, offers_that_cross_are_both_decided) {
    alice.send(make_pc("bob"));
    bob.send(make_pc("alice"));
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "PC bob"}));
    EXPECT_EQ(bob.take(), (packets{"PC alice", "ERROR 0"}));
    alice.answer();
    bob.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    EXPECT_EQ(bob.take(), packets{"ERROR 0"});
}

}  // namespace
}  // namespace chatos::core::test
