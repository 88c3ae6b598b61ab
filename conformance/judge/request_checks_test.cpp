// Answers that nothing explains, and their legal neighbors.
#include "testing/trace_builder.hpp"

namespace chatos::conformance {
namespace {

using testing::trace_builder;
using testing::two_users;

judge_settings all_clients() {
    judge_settings settings;
    settings.judges_clients = false;
    settings.has_all_clients = true;
    return settings;
}

TEST(JudgeRequests, a_server_with_fewer_users_than_before_is_not_full) {
    trace_builder room = two_users();
    room.ping(0).ping(1).client(2, {opcode::cr, "carol", "", 0}).server(2, trace_builder::error(2));
    EXPECT_EQ(room.rules(all_clients()), "") << "two may be its capacity";
    room.end(1, side::client).end(1, side::server);
    room.client(3, {opcode::cr, "carol", "", 0}).server(3, trace_builder::error(2));
    EXPECT_EQ(room.rules(all_clients()), "CONN-9");
    EXPECT_EQ(room.server_rules(), "") << "a client outside the capture may have come instead";
    trace_builder empty;
    empty.client(0, {opcode::cr, "alice", "", 0}).server(0, trace_builder::error(2));
    EXPECT_EQ(empty.rules(all_clients()), "CONN-9");
}

TEST(JudgeRequests, a_peer_that_left_undecided_has_not_refused) {
    const auto rules_after = [](std::uint8_t decision, bool is_answered) {
        trace_builder gone = two_users();
        gone.client(0, {opcode::pc, "bob", "", 0}).server(0, trace_builder::error(0));
        gone.server(1, {opcode::pc, "alice", "", 0});
        if (is_answered) {
            gone.client(1, trace_builder::error(5));
        }
        return gone.end(1, side::client).server(0, trace_builder::error(decision)).server_rules();
    };
    EXPECT_EQ(rules_after(5, false), "PC-4");
    EXPECT_EQ(rules_after(4, false), "");
    EXPECT_EQ(rules_after(5, true), "");
}

TEST(JudgeRequests, a_recipient_that_left_without_answering_has_not_taken_the_message) {
    trace_builder gone = two_users();
    gone.ping(0).client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
    gone.end(1, side::client).server(0, trace_builder::error(0));
    EXPECT_EQ(gone.server_rules(), "PM-7");
}

TEST(JudgeRequests, an_offer_that_was_decided_keeps_no_other_from_a_peer) {
    const auto rules_after = [](bool is_decided) {
        trace_builder again = two_users();
        again.client(0, {opcode::pc, "bob", "", 0}).server(0, trace_builder::error(0));
        again.server(1, {opcode::pc, "alice", "", 0}).client(1, trace_builder::error(5)).ping(1);
        if (is_decided) {
            again.server(0, trace_builder::error(5));
        }
        again.client(0, {opcode::pc, "bob", "", 0}).server(0, trace_builder::error(5));
        return again.ping(1).ping(0).server_rules();
    };
    EXPECT_EQ(rules_after(true), "PC-1");
    EXPECT_EQ(rules_after(false), "");
}

TEST(JudgeRequests, an_sma_that_was_delivered_before_a_login_does_not_reach_that_client) {
    trace_builder late;
    late.login(0, "alice").login(1, "bob").client(0, {opcode::sma, "", "hello", 0});
    late.server(1, trace_builder::spm("alice", "hello")).login(2, "carol");
    late.server(2, trace_builder::spm("alice", "hello")).client(1, trace_builder::error(0));
    late.client(2, trace_builder::error(0)).server(0, trace_builder::error(0)).ping(0).ping(1);
    EXPECT_EQ(late.server_rules(), "ALL-8");
}

TEST(JudgeRequests, an_altered_message_breaks_the_rule_about_what_it_lost) {
    const auto rules_for = [](const std::string& sent, const std::string& received) {
        trace_builder altered = two_users();
        altered.client(0, trace_builder::spm("bob", sent)).server(1, trace_builder::spm("alice", received));
        altered.client(1, trace_builder::error(0)).server(0, trace_builder::error(0)).ping(1).ping(0);
        const std::string rules = altered.server_rules();
        return rules.substr(rules.rfind(' ') + 1);
    };
    EXPECT_EQ(rules_for("one\ntwo", "one two"), "PM-3");
    EXPECT_EQ(rules_for("\xEF\xBB\xBFone", "one"), "WIRE-8");
    EXPECT_EQ(rules_for(std::string(1'024, 'x'), std::string(1'000, 'x')), "WIRE-14");
}

TEST(JudgeRequests, a_delivery_from_a_client_without_a_login_breaks_conn_8) {
    trace_builder early;
    early.login(0, "bob").client(1, {opcode::sma, "", "hi", 0}).server(0, trace_builder::spm("unregistered", "hi"));
    early.ping(0);
    EXPECT_EQ(early.rules(all_clients()), "CONN-8");
}

/// Alice and bob claim their pseudos at the same time, and alice sends to all.
trace_builder users_at_the_same_time() {
    trace_builder users;
    users.client(0, {opcode::cr, "alice", "", 0}).client(1, {opcode::cr, "bob", "", 0});
    users.server(0, trace_builder::error(0)).server(1, trace_builder::error(0));
    users.client(0, {opcode::sma, "", "hello", 0}).server(1, trace_builder::spm("alice", "hello"));
    return users;
}

TEST(JudgeRequests, the_answer_to_an_sma_shows_that_its_deliveries_came_before_a_login) {
    const auto rules_after = [](std::uint8_t answer) {
        trace_builder late = users_at_the_same_time();
        late.login(2, "carol").server(2, trace_builder::spm("alice", "hello")).client(1, trace_builder::error(answer));
        late.client(2, trace_builder::error(0)).server(0, trace_builder::error(answer)).ping(0).ping(1).ping(2);
        return late.server_rules();
    };
    EXPECT_EQ(rules_after(0), "ALL-8");
    trace_builder slow = users_at_the_same_time();
    slow.login(2, "carol").server(2, trace_builder::spm("alice", "hello")).wait(std::chrono::milliseconds{200});
    slow.client(2, trace_builder::error(0)).server(0, trace_builder::error(4)).ping(0).ping(1).ping(2);
    EXPECT_EQ(slow.server_rules(), "") << "bob's may be that of an earlier alice, and this one not be sent yet";
}

TEST(JudgeRequests, a_client_whose_cr_was_refused_receives_nothing) {
    const auto rules_after = [](bool has_asked_again) {
        trace_builder refused = two_users();
        refused.client(2, {opcode::cr, "alice", "", 0}).server(2, trace_builder::error(1));
        if (has_asked_again) {
            refused.client(2, {opcode::cr, "carol", "", 0});
        }
        return refused.server(2, trace_builder::spm("alice", "hello")).server_rules();
    };
    EXPECT_EQ(rules_after(false), "ALL-7");
    EXPECT_EQ(rules_after(true), "") << "the ERROR 0 may have been lost";
}

TEST(JudgeRequests, what_was_answered_at_once_has_not_run_out_of_time) {
    const auto rules_after = [](std::uint8_t answer, std::uint8_t relayed, std::chrono::milliseconds time) {
        trace_builder all = two_users();
        all.client(0, {opcode::sma, "", "hello", 0}).server(1, trace_builder::spm("alice", "hello"));
        all.client(1, trace_builder::error(answer)).wait(time).server(0, trace_builder::error(relayed));
        return all.ping(0).ping(1).server_rules();
    };
    EXPECT_EQ(rules_after(5, 4, std::chrono::milliseconds{0}), "ALL-5");
    EXPECT_EQ(rules_after(5, 4, std::chrono::milliseconds{60}), "") << "a late answer counts as 4";
    EXPECT_EQ(rules_after(0, 4, std::chrono::milliseconds{0}), "") << "another client may have left";
    trace_builder offer = two_users();
    offer.client(0, {opcode::pc, "bob", "", 0})
        .server(0, trace_builder::error(0))
        .server(1, {opcode::pc, "alice", "", 0});
    offer.client(1, trace_builder::error(5)).server(0, trace_builder::error(4)).ping(1);
    EXPECT_EQ(offer.server_rules(), "PC-3");
}

TEST(JudgeRequests, a_recipient_that_left_without_an_answer_counts_as_4) {
    const auto rules_after = [](std::uint8_t answer) {
        trace_builder gone = two_users();
        gone.login(2, "carol").client(0, {opcode::sma, "", "hello", 0});
        gone.server(1, trace_builder::spm("alice", "hello")).server(2, trace_builder::spm("alice", "hello"));
        gone.client(1, trace_builder::error(1)).end(2, side::client, direction_end::reset);
        return gone.server(0, trace_builder::error(answer)).ping(0).ping(1).server_rules();
    };
    EXPECT_EQ(rules_after(1), "ALL-5");
    EXPECT_EQ(rules_after(4), "");
}

TEST(JudgeRequests, a_cr_that_is_refused_right_after_the_handshake_has_not_run_out_of_time) {
    const auto rules_after = [](std::chrono::milliseconds time) {
        trace_builder refused = two_users();
        refused.open(2).wait(time).client(2, {opcode::cr, "alice", "", 0}).server(2, trace_builder::error(5));
        return refused.ping(0).server_rules();
    };
    EXPECT_EQ(rules_after(std::chrono::milliseconds{0}), "CONN-2");
    EXPECT_EQ(rules_after(std::chrono::milliseconds{60}), "");
    trace_builder unknown = two_users();
    unknown.client(2, {opcode::cr, "alice", "", 0}).server(2, trace_builder::error(5)).ping(0);
    EXPECT_EQ(unknown.server_rules(), "") << "it may have been silent for long";
}

TEST(JudgeRequests, after_malformed_bytes_what_is_settled_is_answered_first_and_what_was_sent_is_delivered) {
    trace_builder settled = two_users();
    settled.client(0, trace_builder::rpm("bob")).malformed(0, "WIRE-1").server(0, trace_builder::error(5)).ping(1);
    EXPECT_EQ(settled.server_rules(), "ERR-2");
    trace_builder pending = two_users();
    pending.client(0, trace_builder::spm("bob", "hi"))
        .malformed(0, "WIRE-1")
        .server(1, trace_builder::spm("alice", "hi"));
    pending.server(0, trace_builder::error(5)).client(1, trace_builder::error(0)).ping(1);
    EXPECT_EQ(pending.server_rules(), "");
    for (const bool is_delivered : {false, true}) {
        trace_builder all = two_users();
        all.client(0, {opcode::sma, "", "hello", 0}).malformed(0, "WIRE-1");
        if (is_delivered) {
            all.server(1, trace_builder::spm("alice", "hello"));
        }
        all.server(0, trace_builder::error(5)).ping(1);
        EXPECT_EQ(all.server_rules(), is_delivered ? "" : "ERR-2");
    }
}

TEST(JudgeRequests, a_message_that_only_malformed_bytes_contain_breaks_err_1) {
    const auto rules_after = [](const std::string& message) {
        trace_builder acted;
        acted.login(1, "bob").login(0, "alice");
        acted.malformed_bytes(0, side::client, "WIRE-1", "\x09\x04" + std::string("\0\0\0\x09", 4) + "after bad");
        acted.server(1, trace_builder::spm("alice", message)).end(0, side::server).client(1, trace_builder::error(0));
        return acted.ping(1).server_rules();
    };
    EXPECT_EQ(rules_after("after bad"), "ERR-1");
    EXPECT_EQ(rules_after("after good"), "") << "an earlier alice may have sent it";
}

}  // namespace
}  // namespace chatos::conformance
