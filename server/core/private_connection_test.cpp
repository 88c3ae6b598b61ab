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
