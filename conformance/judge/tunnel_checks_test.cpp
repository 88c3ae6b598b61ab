// What goes through a tunnel.
#include "testing/trace_builder.hpp"

namespace chatos::conformance {
namespace {

using testing::trace_builder;
using testing::two_users;

model_packet pc(const std::string& pseudo) {
    return {opcode::pc, pseudo, "", 0};
}

/// Bob has accepted alice's offer; stream 2 is alice's end, stream 3 is bob's.
trace_builder open_tunnel() {
    trace_builder builder = two_users();
    builder.client(0, pc("bob")).server(0, trace_builder::error(0)).server(1, pc("alice"));
    builder.client(1, trace_builder::error(0)).server(0, trace_builder::error(0));
    builder.client(2, pc("alice")).client(2, pc("bob")).client(3, pc("bob")).client(3, pc("alice"));
    return builder.server(2, trace_builder::error(0)).server(3, trace_builder::error(0));
}

trace_builder& close_all(trace_builder& builder) {
    for (const std::size_t stream : {2U, 3U}) {
        builder.end(stream, side::client);
    }
    return builder.end(2, side::server).end(3, side::server);
}

TEST(JudgeTunnels, bytes_are_relayed_both_ways) {
    trace_builder relayed = open_tunnel();
    relayed.client(2, trace_builder::rpm("any packet")).malformed_bytes(2, side::client, "WIRE-1", "or none");
    relayed.server(3, trace_builder::rpm("any packet")).malformed_bytes(3, side::server, "WIRE-1", "or none");
    EXPECT_EQ(close_all(relayed).server_rules(), "");
    EXPECT_EQ(relayed.verdict("TUN-2"), judge_verdict::pass);
}

TEST(JudgeTunnels, bytes_that_do_not_come_break_tun_2_once_both_sides_have_ended) {
    trace_builder lost = open_tunnel();
    lost.client(2, trace_builder::rpm("any packet"));
    EXPECT_EQ(lost.server_rules(), "") << "they may still come";
    EXPECT_EQ(close_all(lost).server_rules(), "TUN-2");
}

TEST(JudgeTunnels, other_bytes_break_tun_2_and_a_second_answer_tun_1) {
    trace_builder other = open_tunnel();
    other.client(2, trace_builder::rpm("bob")).server(3, trace_builder::rpm("eve"));
    EXPECT_EQ(other.server_rules(), "TUN-2");
    trace_builder twice = open_tunnel();
    twice.server(2, trace_builder::error(0));
    EXPECT_EQ(twice.server_rules(), "TUN-1");
}

TEST(JudgeTunnels, an_end_is_opened_only_with_the_other_one) {
    trace_builder early = two_users();
    early.client(0, pc("bob")).server(0, trace_builder::error(0)).server(1, pc("alice"));
    early.client(1, trace_builder::error(0)).server(0, trace_builder::error(0));
    early.client(2, pc("alice")).client(2, pc("bob")).server(2, trace_builder::error(0));
    EXPECT_EQ(early.server_rules(), "") << "the other end may not be in the capture";
    early.client(3, pc("bob")).client(3, pc("alice")).server(3, trace_builder::error(0));
    EXPECT_EQ(early.server_rules(), "TUN-2");
}

TEST(JudgeTunnels, an_end_by_the_server_alone_breaks_tun_2_and_after_a_user_left_tun_5) {
    trace_builder cut = open_tunnel();
    cut.end(3, side::server);
    EXPECT_EQ(cut.server_rules(), "") << "the server may have been stopped";
    cut.ping(0);
    EXPECT_EQ(cut.server_rules(), "TUN-2");
    trace_builder left = open_tunnel();
    left.ping(1).end(1, side::client).end(1, side::server).end(3, side::server).ping(0);
    EXPECT_EQ(left.server_rules(), "TUN-5");
}

TEST(JudgeTunnels, with_a_second_acceptance_it_is_not_known_which_ends_belong_together) {
    trace_builder twice = open_tunnel();
    twice.client(0, pc("bob")).server(0, trace_builder::error(0)).server(1, pc("alice"));
    twice.client(1, trace_builder::error(0)).server(0, trace_builder::error(0));
    twice.client(2, trace_builder::rpm("bob")).server(3, trace_builder::rpm("eve"));
    EXPECT_EQ(twice.server_rules(), "");
    EXPECT_EQ(twice.verdict("TUN-2"), judge_verdict::inconclusive);
}

TEST(JudgeTunnels, no_ok_answers_the_first_pc_alone) {
    trace_builder alone = two_users();
    alone.client(2, pc("alice")).server(2, trace_builder::error(0)).client(2, pc("bob"));
    EXPECT_EQ(alone.server_rules(), "TUN-1");
    trace_builder refused = two_users();
    refused.client(2, pc("alice")).server(2, trace_builder::error(5));
    EXPECT_EQ(refused.server_rules(), "");
}

}  // namespace
}  // namespace chatos::conformance
