// Clients that are killed at every step of logging in and of sending messages.
#include "net/test_killed_clients.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace chatos::net::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Over, Killed, testing::Values("tcp", "unix"), [](const auto& with) { return with.param; });

// CR.

TEST_P(Killed, CR_before_a_byte_was_sent) {
    kill_client(connection{bound});
}

TEST_P(Killed, CR_inside_it) {
    connection alice{bound};
    alice.send_bytes(half(make_cr("alice")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, CR_sent_and_its_answer_unread) {
    connection alice{bound};
    alice.send(make_cr("alice"));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, CR_answered_and_idle) {
    kill_client(join(bound, "alice"));
    expect_free("alice");
}

TEST_P(Killed, CR_refused_because_the_pseudo_is_taken_and_its_holder_notices_nothing) {
    connection alice{bound};
    alice.send(make_cr("carol"));
    EXPECT_TRUE(alice.receives(make_error(error::pseudo_taken)));
    kill_client(std::move(alice));
}

// RPM.

TEST_P(Killed, RPM_inside_it) {
    connection alice = join(bound, "alice");
    alice.send_bytes(half(make_rpm("carol")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, RPM_sent_and_its_answer_unread) {
    connection alice = join(bound, "alice");
    alice.send(make_rpm("carol"));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, RPM_answered_and_the_permission_ends_with_its_holder) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    kill_client(std::move(alice));
    connection other = join_when_free(bound, "alice");
    other.send(make_spm("carol", "no permission"));
    EXPECT_TRUE(other.receives(make_error(error::refused)));
}

TEST_P(Killed, RPM_named_it_and_PM_10_the_permission_ends_with_the_recipient) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    kill_client(std::move(bob));
    connection other = join_when_free(bound, "bob");
    carol.send(make_spm("bob", "for the former bob"));
    EXPECT_TRUE(carol.receives(make_error(error::refused)));
}

// SPM, its sender.

TEST_P(Killed, SPM_sender_inside_it_and_nothing_is_delivered) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    alice.send_bytes(half(make_spm("carol", "unfinished")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, SPM_sender_before_the_recipient_answered_and_that_answer_is_used_up) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    alice.send(make_spm("carol", "last words"));
    EXPECT_TRUE(carol.receives(make_spm("alice", "last words")));
    kill_client(std::move(alice));
    expect_free("alice");
    // Each answer of Carol goes to the oldest delivery (FLOW-2): the first has no sender left, the second goes to Dora.
    permit(dora, "carol");
    dora.send(make_spm("carol", "behind"));
    EXPECT_TRUE(carol.receives(make_spm("dora", "behind")));
    carol.send({make_error(error::ok), make_error(error::refused)});
    EXPECT_TRUE(dora.receives(make_error(error::refused)));
}

TEST_P(Killed, SPM_sender_with_the_answer_unread) {
    connection alice = join(bound, "alice");
    permit(alice, "carol");
    alice.send(make_spm("carol", "hi"));
    EXPECT_TRUE(carol.receives(make_spm("alice", "hi")));
    carol.send({make_error(error::ok), make_rpm("dora")});
    EXPECT_TRUE(carol.receives(make_error(error::ok))) << "what was sent before is processed";
    kill_client(std::move(alice));
    expect_free("alice");
}

// SPM, its recipient.

TEST_P(Killed, SPM_recipient_before_reading_it) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_before_answering) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_inside_its_answer) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send_bytes(half(make_error(error::ok)));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_after_answering_and_the_answer_stands) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    carol.send(make_spm("bob", "hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send(make_error(error::refused));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::refused)));
    expect_free("bob");
}

TEST_P(Killed, SPM_recipient_of_many_and_each_sender_hears_of_each) {
    connection bob = join(bound, "bob");
    permit(carol, "bob");
    permit(dora, "bob");
    for (int i = 0; i < 100; ++i) {
        carol.send(make_spm("bob", "from carol"));
        dora.send(make_spm("bob", "from dora"));
    }
    kill_client(std::move(bob));
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(carol.receives(make_error(error::unreachable))) << i;
        ASSERT_TRUE(dora.receives(make_error(error::unreachable))) << i;
    }
    expect_free("bob");
}

// SMA.

TEST_P(Killed, SMA_sender_inside_it_and_nothing_is_delivered) {
    connection alice = join(bound, "alice");
    alice.send_bytes(half(make_sma("unfinished")));
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, SMA_sender_before_anybody_answered) {
    connection alice = join(bound, "alice");
    alice.send(make_sma("hi"));
    expect_both_receive(make_spm("alice", "hi"));
    kill_client(std::move(alice));
    expect_free("alice");
    answer_both(error::ok);
}

TEST_P(Killed, SMA_sender_between_two_answers) {
    connection alice = join(bound, "alice");
    alice.send(make_sma("hi"));
    expect_both_receive(make_spm("alice", "hi"));
    carol.send(make_error(error::ok));
    kill_client(std::move(alice));
    expect_free("alice");
    dora.send(make_error(error::ok));
}

TEST_P(Killed, SMA_sender_with_the_answer_unread) {
    connection alice = join(bound, "alice");
    alice.send(make_sma("hi"));
    expect_both_receive(make_spm("alice", "hi"));
    answer_both(error::ok);
    kill_client(std::move(alice));
    expect_free("alice");
}

TEST_P(Killed, SMA_recipient_before_reading_it) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SMA_recipient_before_answering_and_ALL_3_the_others_are_waited_for) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    kill_client(std::move(bob));
    expect_free("bob");
    dora.send(make_error(error::refused));
    EXPECT_TRUE(carol.receives(make_error(error::refused))) << "the highest code of all: 4 and 5";
}

TEST_P(Killed, SMA_recipient_inside_its_answer) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send_bytes(half(make_error(error::ok)));
    kill_client(std::move(bob));
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    expect_free("bob");
}

TEST_P(Killed, SMA_recipient_after_answering_and_the_answer_stands) {
    connection bob = join(bound, "bob");
    carol.send(make_sma("hi"));
    EXPECT_TRUE(bob.receives(make_spm("carol", "hi")));
    bob.send(make_error(error::ok));
    kill_client(std::move(bob));
    expect_free("bob");
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    EXPECT_TRUE(carol.receives(make_error(error::ok)));
}

TEST_P(Killed, SMA_recipients_all_at_once) {
    std::vector<std::unique_ptr<killable_client>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<killable_client>(join(bound, "doomed" + std::to_string(i))));
    }
    carol.send(make_sma("hi"));
    EXPECT_TRUE(dora.receives(make_spm("carol", "hi")));
    dora.send(make_error(error::ok));
    clients.clear();
    EXPECT_TRUE(carol.receives(make_error(error::unreachable)));
    for (int i = 0; i < 20; ++i) {
        expect_free("doomed" + std::to_string(i));
    }
}

}  // namespace
}  // namespace chatos::net::test
