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

}  // namespace
}  // namespace chatos::conformance
