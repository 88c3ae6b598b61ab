// Which rule a report names.
#include "testing/trace_builder.hpp"

namespace chatos::conformance {
namespace {

using testing::trace_builder;
using testing::two_users;

TEST(JudgeRules, a_code_that_the_recipient_did_not_answer_breaks_pm_4_though_nothing_follows) {
    const auto rules_after = [](std::uint8_t relayed, std::uint8_t code) {
        trace_builder wrong = two_users();
        wrong.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
        wrong.client(1, trace_builder::error(code)).server(0, trace_builder::error(relayed));
        return wrong.rules();
    };
    EXPECT_EQ(rules_after(0, 5), "PM-4");
    EXPECT_EQ(rules_after(5, 5), "");
    EXPECT_EQ(rules_after(4, 5), "") << "it may have run out of time";
    EXPECT_EQ(rules_after(0, 0), "");
}

TEST(JudgeRules, a_message_that_came_twice_may_have_either_answer) {
    trace_builder twice = two_users();
    for (const std::uint8_t code : {std::uint8_t{0}, std::uint8_t{5}}) {
        twice.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
        twice.client(1, trace_builder::error(code));
    }
    twice.server(0, trace_builder::error(0));
    EXPECT_EQ(twice.server_rules(), "");
}

TEST(JudgeRules, a_packet_taken_for_a_malformed_one_breaks_the_rule_of_its_bytes) {
    const auto rules_for = [](const model_packet& packet) {
        trace_builder refused = two_users();
        refused.client(0, packet).server(0, trace_builder::error(5)).end(0, side::server).ping(1);
        return refused.server_rules();
    };
    EXPECT_EQ(rules_for(trace_builder::rpm("bob")), "WIRE-2 ERR-3");
    EXPECT_EQ(rules_for(trace_builder::rpm("b\xC3\xB6")), "WIRE-7 ERR-3");
    EXPECT_EQ(rules_for(trace_builder::rpm(std::string(32, 'x'))), "WIRE-14 ERR-3");
}

TEST(JudgeRules, answers_to_pipelined_requests_in_another_order_break_flow_1) {
    trace_builder swapped = two_users();
    swapped.client(0, trace_builder::rpm("bob")).client(0, trace_builder::rpm("nobody"));
    swapped.server(0, trace_builder::error(4)).server(0, trace_builder::error(0)).ping(1);
    judge_settings all;
    all.has_all_clients = true;
    all.judges_clients = false;
    EXPECT_EQ(swapped.rules(all), "FLOW-1 FLOW-1");
}

TEST(JudgeRules, an_answer_to_what_follows_malformed_bytes_breaks_their_rule) {
    trace_builder ignored;
    ignored.login(0, "alice").malformed(0, "WIRE-1").server(0, trace_builder::error(4));
    ignored.end(0, side::client).end(0, side::server);
    EXPECT_EQ(ignored.server_rules(), "WIRE-1");
}

TEST(JudgeRules, a_permission_lost_by_another_clients_login_breaks_conn_2) {
    trace_builder lost = two_users();
    lost.client(2, {opcode::cr, "alice", "", 0}).server(2, trace_builder::error(1));
    lost.client(0, trace_builder::spm("bob", "hi")).server(0, trace_builder::error(5)).ping(1).ping(0);
    EXPECT_EQ(lost.server_rules(), "CONN-2");
}

}  // namespace
}  // namespace chatos::conformance
