// How connections end, and what the server owes by then.
#include "testing/trace_builder.hpp"

namespace chatos::conformance {
namespace {

using testing::trace_builder;
using testing::two_users;

trace_builder& close(trace_builder& builder, std::size_t stream) {
    return builder.end(stream, side::client).end(stream, side::server);
}

TEST(JudgeCloses, a_server_that_closes_has_answered_everything) {
    trace_builder silent = two_users();
    silent.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
    silent.client(1, trace_builder::error(0)).ping(1).ping(0);
    EXPECT_EQ(silent.server_rules(), "") << "the last answer may still come";
    EXPECT_EQ(close(silent, 0).server_rules(), "PM-4");
    trace_builder answered = two_users();
    close(answered.ping(0), 0);
    EXPECT_EQ(answered.server_rules(), "");
    EXPECT_EQ(answered.verdict("FLOW-8"), judge_verdict::pass);
    EXPECT_EQ(answered.verdict("ERR-5"), judge_verdict::pass);
}

TEST(JudgeCloses, the_missing_answer_is_one_that_the_codes_leave_possible) {
    trace_builder left = two_users();
    left.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
    close(left, 1).ping(0);
    EXPECT_EQ(close(left, 0).server_rules(), "PM-7");
    trace_builder alone;
    alone.login(0, "alice").client(0, {opcode::sma, "", "hi", 0});
    EXPECT_EQ(close(alone.ping(0), 0).server_rules(), "ALL-6");
    trace_builder pc = two_users();
    pc.client(0, {opcode::pc, "bob", "", 0}).server(0, trace_builder::error(0)).server(1, {opcode::pc, "alice", "", 0});
    pc.client(1, trace_builder::error(5));
    EXPECT_EQ(close(pc, 0).server_rules(), "PC-3");
    trace_builder early;
    early.open(0).client(0, {opcode::cr, "alice", "", 0});
    EXPECT_EQ(close(early, 0).server_rules(), "CONN-1");
    trace_builder late;
    late.open(0).wait(std::chrono::milliseconds{60}).client(0, {opcode::cr, "alice", "", 0});
    EXPECT_EQ(close(late, 0).server_rules(), "") << "it may have taken too long to register (ERR-4)";
}

TEST(JudgeCloses, what_may_be_malformed_or_is_reset_by_the_client_needs_no_answer) {
    trace_builder large = two_users();
    large.client(0, {opcode::sma, "", std::string(1'025, 'x'), 0});
    EXPECT_EQ(close(large, 0).server_rules(), "");
    trace_builder reset = two_users();
    reset.client(0, trace_builder::rpm("bob")).end(0, side::client, direction_end::reset).end(0, side::server);
    EXPECT_EQ(reset.server_rules(), "");
    trace_builder lost = two_users();
    lost.client(0, trace_builder::rpm("bob")).lose(0, side::server);
    EXPECT_EQ(close(lost, 0).server_rules(), "");
}

TEST(JudgeCloses, a_user_is_closed_only_with_a_cause_by_a_server_that_goes_on) {
    trace_builder closed = two_users();
    closed.end(1, side::server);
    EXPECT_EQ(closed.server_rules(), "") << "the server may have been stopped";
    closed.ping(0);
    EXPECT_EQ(closed.server_rules(), "ERR-3");
    trace_builder again = two_users();
    again.client(1, {opcode::cr, "eve", "", 0}).server(1, trace_builder::error(5)).end(1, side::server).ping(0);
    EXPECT_EQ(again.server_rules(), "CONN-7");
    trace_builder stray = two_users();
    stray.client(1, trace_builder::error(0)).end(1, side::server).ping(0);
    EXPECT_EQ(stray.server_rules(), "FLOW-3");
    trace_builder claimed = two_users();
    claimed.client(2, {opcode::cr, "bob", "", 0}).end(1, side::server).server(2, trace_builder::error(1)).ping(0);
    EXPECT_EQ(claimed.server_rules(), "CONN-2");
}

TEST(JudgeCloses, a_user_who_owes_an_answer_may_be_closed) {
    trace_builder owing = two_users();
    owing.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
    owing.end(1, side::server).server(0, trace_builder::error(4)).ping(0);
    EXPECT_EQ(owing.server_rules(), "");
}

TEST(JudgeCloses, a_server_that_was_stopped_owes_nothing) {
    trace_builder stopped = two_users();
    stopped.client(0, trace_builder::rpm("bob")).end(0, side::client).end(1, side::server).end(0, side::server);
    EXPECT_EQ(stopped.server_rules(), "");
}

TEST(JudgeCloses, a_reset_instead_of_an_end_breaks_err_5) {
    trace_builder reset = two_users();
    reset.ping(0).end(0, side::client).end(0, side::server, direction_end::reset);
    EXPECT_EQ(reset.server_rules(), "ERR-5");
}

TEST(JudgeCloses, a_half_closed_user_who_owes_an_answer_is_not_closed_before_its_own_ones) {
    const auto rules_after = [](std::chrono::milliseconds time) {
        trace_builder half = two_users();
        half.client(1, trace_builder::rpm("alice")).server(1, trace_builder::error(0));
        half.client(1, trace_builder::spm("alice", "owed")).server(0, trace_builder::spm("bob", "owed")).wait(time);
        half.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
        half.end(0, side::client)
            .end(0, side::server)
            .server(1, trace_builder::error(4))
            .client(1, trace_builder::error(0));
        return half.ping(1).server_rules();
    };
    EXPECT_EQ(rules_after(std::chrono::milliseconds{0}), "FLOW-8");
    EXPECT_EQ(rules_after(std::chrono::milliseconds{200}), "") << "it may have been closed for its silence (FLOW-10)";
}

TEST(JudgeCloses, a_packet_that_has_just_begun_is_no_cause) {
    const std::string begun{"\x04\0\0\0\x08"
                            "ab\xC0\xAF",
                            9};
    const auto rules_after = [](const std::string& bytes, std::chrono::milliseconds time) {
        trace_builder early = two_users();
        early.ping(1).unfinished(1, bytes).wait(time).end(1, side::server).ping(0);
        return early.server_rules();
    };
    EXPECT_EQ(rules_after(begun, std::chrono::milliseconds{0}), "WIRE-8");
    EXPECT_EQ(rules_after(begun, std::chrono::milliseconds{60}), "") << "it may have waited long enough (ERR-4)";
    EXPECT_EQ(rules_after(std::string{"\x04\0\0\x80\0", 5}, std::chrono::milliseconds{0}), "")
        << "a size over its limit";
}

TEST(JudgeCloses, a_client_whose_cr_was_refused_may_be_closed) {
    trace_builder taken = two_users();
    taken.client(2, {opcode::cr, "alice", "", 0}).client(2, {opcode::cr, "carol", "", 0}).end(2, side::client);
    taken.server(2, trace_builder::error(1)).end(2, side::server).ping(0);
    EXPECT_EQ(taken.server_rules(), "");
}

TEST(JudgeCloses, a_reset_after_the_last_error_breaks_err_5_if_others_are_served) {
    trace_builder full = two_users();
    full.client(2, {opcode::cr, "carol", "", 0}).server(2, trace_builder::error(2));
    full.end(2, side::server, direction_end::reset);
    EXPECT_EQ(full.server_rules(), "") << "the server may have been stopped";
    EXPECT_EQ(full.ping(0).server_rules(), "ERR-5");
}

}  // namespace
}  // namespace chatos::conformance
