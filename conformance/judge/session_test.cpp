// Until when a client was certainly registered.
#include "testing/trace_builder.hpp"

namespace chatos::conformance {
namespace {

using testing::trace_builder;
using testing::two_users;

TEST(JudgeSession, a_client_that_ends_later_held_its_pseudo) {
    trace_builder shared;
    shared.login(0, "alice").login(1, "alice");
    EXPECT_EQ(shared.server_rules(), "") << "the first may have left in a frame that was not captured";
    shared.end(0, side::client);
    EXPECT_EQ(shared.server_rules(), "CONN-2");
    trace_builder left;
    left.login(0, "alice").end(0, side::client).login(1, "alice");
    EXPECT_EQ(left.server_rules(), "");
}

TEST(JudgeSession, the_servers_own_end_may_have_come_earlier) {
    for (const direction_end kind : {direction_end::fin, direction_end::reset}) {
        trace_builder closed;
        closed.login(0, "alice").login(1, "alice").end(0, side::server, kind).end(0, side::client);
        EXPECT_EQ(closed.server_rules(), "");
    }
}

TEST(JudgeSession, deliveries_that_ran_out_of_time_may_have_ended_it) {
    const auto rules_after = [](std::chrono::milliseconds time) {
        trace_builder overdue;
        overdue.login(0, "bob").login(1, "alice").client(1, {opcode::sma, "", "hi", 0});
        overdue.server(0, trace_builder::spm("alice", "hi")).wait(time);
        return overdue.login(2, "bob").end(0, side::client).server_rules();
    };
    EXPECT_EQ(rules_after(std::chrono::milliseconds{50}), "CONN-2");
    EXPECT_EQ(rules_after(std::chrono::milliseconds{500}), "");
}

TEST(JudgeSession, a_packet_over_the_least_limits_may_have_ended_it) {
    trace_builder large;
    large.login(0, "alice").client(0, {opcode::sma, "", std::string(1'025, 'x'), 0}).login(1, "alice");
    large.end(0, side::client);
    EXPECT_EQ(large.server_rules(), "");
}

TEST(JudgeSession, what_the_server_sent_is_known_only_from_a_later_answer_or_its_end) {
    trace_builder absent = two_users();
    absent.client(0, trace_builder::spm("bob", "hi")).server(0, trace_builder::error(0)).end(1, side::client);
    EXPECT_EQ(absent.server_rules(), "") << "the delivery to bob may not be in the capture";
    absent.end(1, side::server);
    EXPECT_EQ(absent.server_rules(), "PM-3");
}

}  // namespace
}  // namespace chatos::conformance
