// PM: personal messages.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

struct PersonalMessage : testing::Test {
    network net{};
    client& alice{net.join("alice")};
    client& bob{net.join("bob")};

    void ask_for_bob() {
        alice.send(make_rpm("bob"));
        ASSERT_EQ(alice.take(), packets{"ERROR 0"});
    }
};

TEST_F(PersonalMessage, PM_1_rpm_for_a_user_is_answered_0) {
    alice.send(make_rpm("bob"));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(bob.take(), packets{});
}

TEST_F(PersonalMessage, PM_2_rpm_for_nobody_is_answered_4) {
    alice.send(make_rpm("carol"));
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(PersonalMessage, PM_3_the_recipient_gets_the_senders_pseudo_and_the_same_bytes) {
    ask_for_bob();
    alice.send(make_spm("bob", "h\xc3\xa9llo\n\x01"));
    EXPECT_EQ(bob.take(), packets{"SPM alice: h\xc3\xa9llo\n\x01"});
}

TEST_F(PersonalMessage, PM_4_sender_gets_the_recipients_code_exactly_once) {
    ask_for_bob();
    for (const int code : {0, 1, 2, 4, 5}) {
        alice.send(make_spm("bob", "hi"));
        EXPECT_EQ(alice.take(), packets{}) << "never before bob has answered";
        bob.answer(static_cast<error_code>(code));
        EXPECT_EQ(alice.take(), packets{text_of(make_error(static_cast<error_code>(code)))});
    }
    bob.answer();
    EXPECT_EQ(alice.take(), packets{});
}

TEST_F(PersonalMessage, PM_5_without_a_favourable_rpm_nothing_is_delivered) {
    client& carol = net.join("carol");
    ask_for_bob();
    alice.send({make_spm("carol", "hi"), make_spm("dave", "hi")});
    EXPECT_EQ(alice.take(), (packets{"ERROR 5", "ERROR 4"}));
    EXPECT_EQ(carol.take(), packets{});
}

TEST_F(PersonalMessage, PM_6_one_rpm_serves_every_later_message) {
    ask_for_bob();
    for (int i = 0; i < 3; ++i) {
        alice.send(make_spm("bob", "hi"));
        bob.answer();
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    }
}

TEST_F(PersonalMessage, PM_6_1024_recipients_are_remembered_then_the_oldest_is_forgotten) {
    net.checks_invariants = false;
    const auto others = net.join_many("user", 1'025);
    for (int i = 0; i < 1'024; ++i) {
        const std::string user = "user" + std::to_string(i);
        alice.send(make_rpm(user));
    }
    static_cast<void>(alice.take());
    alice.send(make_spm("user0", "still known"));
    EXPECT_EQ(others[0]->take(), packets{"SPM alice: still known"});
    others[0]->answer();
    alice.send({make_rpm("user0"), make_rpm("user1024")});
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0", "ERROR 0"}));
    alice.send({make_spm("user1", "hi"), make_spm("user0", "hi")});
    EXPECT_EQ(alice.take(), packets{"ERROR 5"}) << "user1 was the oldest, user0 had been asked for again";
    EXPECT_EQ(others[0]->take(), packets{"SPM alice: hi"});
}

TEST_F(PersonalMessage, PM_7_recipient_leaves_before_it_has_answered) {
    ask_for_bob();
    alice.send(make_spm("bob", "hi"));
    bob.reset();
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(PersonalMessage, PM_8_recipient_runs_out_of_time) {
    ask_for_bob();
    alice.send(make_spm("bob", "hi"));
    net.wait(milliseconds{4'999});
    EXPECT_EQ(alice.take(), packets{});
    net.wait(milliseconds{1});
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
}

TEST_F(PersonalMessage, PM_9_writing_to_oneself_is_like_writing_to_anybody) {
    alice.send({make_rpm("alice"), make_spm("alice", "note")});
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "SPM alice: note"}));
    alice.answer(error_code::refused);
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
}

TEST_F(PersonalMessage, PM_9_leaving_with_an_unanswered_note_to_oneself) {
    alice.send({make_rpm("alice"), make_spm("alice", "note")});
    static_cast<void>(alice.take());
    alice.end();
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(PersonalMessage, PM_10_a_permission_ends_with_the_recipients_session) {
    ask_for_bob();
    bob.end();
    alice.send(make_spm("bob", "hi"));
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    client& new_bob = net.join("bob");
    alice.send(make_spm("bob", "hi"));
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    EXPECT_EQ(new_bob.take(), packets{});
    ask_for_bob();
    alice.send(make_spm("bob", "hi"));
    EXPECT_EQ(new_bob.take(), packets{"SPM alice: hi"});
}

TEST_F(PersonalMessage, an_empty_message_is_a_message) {
    ask_for_bob();
    alice.send(make_spm("bob", ""));
    EXPECT_EQ(bob.take(), packets{"SPM alice: "});
}

TEST_F(PersonalMessage, sender_leaves_before_the_answer_and_nobody_minds) {
    ask_for_bob();
    alice.send(make_spm("bob", "hi"));
    alice.reset();
    EXPECT_EQ(bob.take(), packets{"SPM alice: hi"});
    static_cast<void>(net.join("alice"));  // takes the same slot
    bob.answer();
    bob.send(make_rpm("alice"));
    EXPECT_EQ(bob.take(), packets{"ERROR 0"});
}

}  // namespace
}  // namespace chatos::core::test
