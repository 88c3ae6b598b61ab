// What a server leaves undone while it serves others.
#include "testing/trace_builder.hpp"

namespace chatos::conformance {
namespace {

using testing::trace_builder;
using testing::two_users;

constexpr std::chrono::milliseconds short_while{100};
constexpr std::chrono::milliseconds long_while{400};

std::string delayed_rules(const trace_builder& builder) {
    judge_settings settings;
    settings.judges_clients = false;
    settings.response_limit = std::chrono::milliseconds{300};
    EXPECT_EQ(builder.server_rules(), "") << "without a limit nothing is too slow";
    return builder.rules(settings);
}

TEST(JudgeDelays, malformed_bytes_end_the_connection) {
    const auto rules_after = [](std::chrono::milliseconds time, bool serves_others) {
        trace_builder ignored = two_users();
        ignored.malformed(1, "WIRE-1").wait(time);
        if (serves_others) {
            ignored.ping(0);
        }
        return delayed_rules(ignored.complete(1));
    };
    EXPECT_EQ(rules_after(long_while, true), "ERR-2");
    EXPECT_EQ(rules_after(short_while, true), "");
    EXPECT_EQ(rules_after(long_while, false), "") << "the whole server may have been busy";
}

TEST(JudgeDelays, the_end_of_input_ends_the_connection) {
    trace_builder half = two_users();
    half.ping(1).end(1, side::client).wait(long_while).ping(0);
    EXPECT_EQ(delayed_rules(half), "") << "the server's end may be missing from the capture";
    EXPECT_EQ(delayed_rules(half.complete(1)), "FLOW-8");
}

TEST(JudgeDelays, an_answer_is_relayed_and_a_user_that_left_answers_no_more) {
    const auto message_to_bob = [] {
        trace_builder sent = two_users();
        sent.login(2, "carol").client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
        return sent;
    };
    trace_builder answered = message_to_bob();
    answered.client(1, trace_builder::error(0)).wait(long_while).ping(2).complete(0);
    EXPECT_EQ(delayed_rules(answered), "PM-4");
    trace_builder waiting = message_to_bob();
    waiting.client(1, {opcode::sma, "", "own", 0})
        .client(1, trace_builder::error(0))
        .wait(long_while)
        .ping(2)
        .complete(0);
    EXPECT_EQ(delayed_rules(waiting), "FLOW-6");
    trace_builder left = message_to_bob();
    left.end(1, side::client).end(1, side::server).wait(long_while).ping(2).complete(0);
    EXPECT_EQ(delayed_rules(left), "PM-7");
    trace_builder undecided = message_to_bob();
    undecided.wait(long_while).ping(2).complete(0);
    EXPECT_EQ(delayed_rules(undecided), "") << "bob has not answered";
}

TEST(JudgeDelays, a_message_is_delivered_while_an_earlier_one_is_unanswered) {
    const auto rules_after = [](std::chrono::milliseconds time) {
        trace_builder pipelined = two_users();
        pipelined.login(2, "carol")
            .login(3, "dave")
            .client(0, trace_builder::rpm("carol"))
            .server(0, trace_builder::error(0));
        pipelined.client(0, trace_builder::spm("bob", "one")).client(0, trace_builder::spm("carol", "two"));
        pipelined.server(1, trace_builder::spm("alice", "one")).wait(time).ping(3);
        pipelined.server(2, trace_builder::spm("alice", "two")).client(2, trace_builder::error(0)).ping(2);
        return delayed_rules(pipelined);
    };
    EXPECT_EQ(rules_after(long_while), "FLOW-5");
    EXPECT_EQ(rules_after(short_while), "");
}

TEST(JudgeDelays, a_server_with_much_to_do_may_be_late) {
    const auto rules_after = [](std::size_t requests) {
        trace_builder flood = two_users();
        flood.malformed(1, "WIRE-1");
        for (std::size_t index = 0; index < requests; ++index) {
            flood.client(0, {opcode::sma, "", std::string(1'000, 'x'), 0}).server(0, trace_builder::error(0));
        }
        return delayed_rules(flood.wait(long_while).ping(0).complete(1));
    };
    EXPECT_EQ(rules_after(4), "ERR-2");
    EXPECT_EQ(rules_after(20), "");
}

TEST(JudgeDelays, a_server_that_was_slow_before_may_be_slow_again) {
    trace_builder slow = two_users();
    slow.client(0, trace_builder::rpm("bob")).wait(short_while).server(0, trace_builder::error(0));
    slow.malformed(1, "WIRE-1").wait(long_while).ping(0).complete(1);
    EXPECT_EQ(delayed_rules(slow), "");
}

}  // namespace
}  // namespace chatos::conformance
