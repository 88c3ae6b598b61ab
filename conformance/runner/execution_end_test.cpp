// The end of a scenario: nothing unexpected came.
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::make_scenario;
using testing::manual_run;
using lines = std::vector<std::string>;

const packet_view ok = make_error(error_code::ok);
const packet_view unreachable = make_error(error_code::unreachable);

constexpr const char* alice_logs_in = R"([{"actor": "alice", "login": true}])";

/// Alice is logged in and her fence is out.
struct fenced_run : manual_run {
    fenced_run() : manual_run{make_scenario(alice_logs_in, R"("unexpected": "PM-7",)")} { receives("alice", ok); }
};

std::string failure_of(manual_run& run) {
    if (!run.finished()) {
        return "not finished";
    }
    const outcome result = run.result();
    return result.failure ? result.failure->rule + ": " + result.failure->expected + "; " + result.failure->observed
                          : "";
}

TEST(ExecutionEnd, a_registered_actor_asks_for_nobody_then_half_closes_then_reads_to_the_end) {
    fenced_run run;
    EXPECT_EQ(run.log().back(), R"(alice sends RPM pseudo="fence-t")");
    run.receives("alice", unreachable);
    EXPECT_EQ(run.log(), (lines{"alice reads", "alice ends: fin"}));
    EXPECT_FALSE(run.finished());
    run.closes("alice");
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_FALSE(result.failure);
    EXPECT_FALSE(result.ended_without_close);
}

TEST(ExecutionEnd, any_error_answers_the_fence_because_another_rule_judges_the_code) {
    fenced_run run;
    run.receives("alice", ok);
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
}

TEST(ExecutionEnd, what_came_before_the_fence_is_unexpected) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true}])",
                                 R"("unexpected": "PM-7",)")};
    run.receives("alice", ok);
    run.receives("alice", make_spm("eve", "psst"));
    EXPECT_EQ(failure_of(run), R"(PM-7: alice receives nothing more; alice received SPM pseudo="eve" message="psst")");
}

TEST(ExecutionEnd, what_comes_instead_of_the_answer_to_the_fence_is_unexpected) {
    fenced_run delivery;
    delivery.receives("alice", make_pc("eve"));
    EXPECT_EQ(failure_of(delivery), R"(PM-7: alice receives nothing more; alice received PC pseudo="eve")");
    fenced_run hang_up;
    hang_up.closes("alice");
    EXPECT_EQ(failure_of(hang_up), "PM-7: alice receives nothing more; alice received the end of the connection (FIN)");
    fenced_run garbage;
    garbage.receives_bytes("alice", "\x09");
    ASSERT_TRUE(garbage.finished());
    EXPECT_EQ(garbage.result().failure->rule, "WIRE-1");
}

TEST(ExecutionEnd, a_second_answer_to_the_last_request_is_caught_by_the_fence) {
    fenced_run run;
    run.receives_all("alice", {ok, unreachable});
    EXPECT_EQ(failure_of(run), "PM-7: alice receives nothing more; alice received ERROR 4 UNREACHABLE");
}

TEST(ExecutionEnd, a_packet_after_the_fence_is_caught_while_the_connection_drains) {
    fenced_run run;
    run.receives("alice", unreachable);
    run.receives("alice", unreachable);
    EXPECT_EQ(failure_of(run), "PM-7: alice receives nothing more; alice received ERROR 4 UNREACHABLE");
    fenced_run half;
    half.receives("alice", unreachable);
    half.receives_bytes("alice", "\x06");
    half.closes("alice");
    EXPECT_EQ(failure_of(half),
              "PM-7: alice receives nothing more; alice received the end of the connection (FIN) inside a packet");
}

TEST(ExecutionEnd, a_fence_that_is_not_answered_fails_at_its_deadline) {
    fenced_run run;
    run.wait_for_deadline();
    EXPECT_EQ(run.time(), 2'000ms);
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.failure->rule, "PM-7");
    EXPECT_EQ(result.failure->observed, "nothing came for 2000 ms");
    EXPECT_TRUE(result.failure->by_silence);
}

TEST(ExecutionEnd, a_server_that_does_not_close_is_waited_for_a_bounded_while_and_no_failure) {
    fenced_run run;
    run.receives("alice", unreachable);
    run.wait_for_deadline();
    EXPECT_EQ(run.time(), 500ms);
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_FALSE(result.failure);
    EXPECT_TRUE(result.ended_without_close);
    EXPECT_EQ(run.log().back(), "alice ends: full");
}

TEST(ExecutionEnd, all_registered_actors_are_fenced_and_others_only_end) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true}, {"actor": "bob", "connect": true},
                                   {"actor": "carol", "login": true}, {"actor": "carol", "close": "fin"}])")};
    run.receives("alice", ok);
    run.receives("carol", ok);
    const lines log = run.log();
    EXPECT_EQ(std::count_if(log.begin(), log.end(),
                            [](const std::string& line) { return line.find("RPM") != std::string::npos; }),
              1);
    run.receives("alice", unreachable);
    run.closes("alice");
    run.closes("bob", true);
    run.closes("carol");
    EXPECT_EQ(failure_of(run), "");
}

TEST(ExecutionEnd, an_unregistered_connection_may_be_closed_and_that_of_a_user_may_not) {
    manual_run other_program{
        make_scenario(R"([{"actor": "bob", "connect": true}, {"actor": "alice", "login": true}])")};
    other_program.closes("bob");
    other_program.receives("alice", ok);
    other_program.receives("alice", unreachable);
    other_program.closes("alice");
    EXPECT_EQ(failure_of(other_program), "");
    manual_run user{make_scenario(R"([{"actor": "bob", "login": true}, {"actor": "alice", "login": true}])")};
    user.receives("bob", ok);
    user.closes("bob");
    user.receives("alice", ok);
    EXPECT_EQ(failure_of(user), "PM-4: bob receives nothing more; bob received the end of the connection (FIN)");
}

TEST(ExecutionEnd, without_a_closing_fence_nobody_asks_and_leftovers_are_legal) {
    manual_run run{make_scenario(alice_logs_in, R"("closing_fence": false,)")};
    run.receives_all("alice", {ok, make_spm("bob", "late")});
    EXPECT_EQ(run.log().back(), "alice ends: fin");
    run.receives("alice", unreachable);
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
}

TEST(ExecutionEnd, an_actor_without_steps_never_connects) {
    manual_run run{make_scenario(alice_logs_in)};
    run.receives("alice", ok);
    run.receives("alice", unreachable);
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
    for (const std::string& line : run.log()) {
        EXPECT_TRUE(line.starts_with("alice")) << line;
    }
}

TEST(ExecutionEnd, one_that_stopped_reading_reads_again_for_its_fence) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true}, {"actor": "alice", "reading": false}])")};
    run.receives("alice", ok);
    const lines log = run.log();
    ASSERT_GE(log.size(), 2U);
    EXPECT_EQ(log[log.size() - 2], "alice reads");
    EXPECT_EQ(log.back(), R"(alice sends RPM pseudo="fence-t")");
    run.receives("alice", unreachable);
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
}

TEST(ExecutionEnd, the_last_write_is_done_before_the_fence_goes_out) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true},
                                   {"actor": "alice", "send": {"packet": "ERROR", "code": 0}}])")};
    run.hold_writes();
    run.receives("alice", ok);
    EXPECT_EQ(run.log().back(), "alice sends ERROR 0 OK");
    run.release_writes();
    EXPECT_EQ(run.log().back(), R"(alice sends RPM pseudo="fence-t")");
}

TEST(ExecutionEnd, every_connection_is_closed_after_a_failure) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true}, {"actor": "bob", "connect": true}])")};
    run.log();
    run.receives("alice", unreachable);
    EXPECT_EQ(run.log(), (lines{"alice ends: full", "bob ends: full"}));
    EXPECT_TRUE(run.finished());
}

std::pair<std::size_t, std::size_t> silences_of(manual_run& run) {
    const outcome result = run.result();
    return {result.silences.fenced, result.silences.windowed};
}
using proofs = std::pair<std::size_t, std::size_t>;

TEST(ExecutionEnd, silence_is_proved_by_the_answer_to_the_fence_whether_the_server_closes_or_not) {
    fenced_run run;
    run.receives("alice", unreachable);
    run.wait(1s);
    EXPECT_EQ(silences_of(run), (proofs{1, 0}));
}

TEST(ExecutionEnd, silence_towards_an_unregistered_client_is_proved_by_the_end_of_the_connection) {
    const char* knocks = R"([{"actor": "alice", "connect": true}])";
    manual_run closed{make_scenario(knocks)};
    closed.closes("alice");
    EXPECT_EQ(silences_of(closed), (proofs{1, 0}));
    manual_run open{make_scenario(knocks)};
    open.wait(1s);
    EXPECT_EQ(silences_of(open), (proofs{0, 1}));
}

TEST(ExecutionEnd, a_silence_in_the_steps_is_a_window_and_who_has_closed_claims_nothing) {
    manual_run run{make_scenario(R"([{"actor": "alice", "connect": true},
                                   {"actor": "alice", "expect": {"silence_ms": 50}},
                                   {"actor": "alice", "close": "full"}])")};
    run.wait(1s);
    ASSERT_TRUE(run.finished());
    EXPECT_EQ(silences_of(run), (proofs{0, 1}));
}

TEST(ExecutionEnd, an_optional_event_that_did_not_come_is_fenced_by_what_came_instead) {
    const char* steps = R"([{"actor": "alice", "login": true},
                            {"actor": "alice", "expect": {"packet": "PC"}, "optional": true},
                            {"actor": "alice", "expect": {"packet": "SPM"}, "optional": true},
                            {"actor": "alice", "close": "full"}])";
    manual_run run{make_scenario(steps)};
    run.receives("alice", ok);
    run.receives("alice", make_spm("bob", "hi"));
    EXPECT_EQ(silences_of(run), (proofs{1, 0}));
    manual_run waits{make_scenario(steps)};
    waits.receives("alice", ok);
    waits.wait(2s);
    waits.wait(2s);
    EXPECT_EQ(silences_of(waits), (proofs{0, 2}));
}

TEST(ExecutionEnd, a_failure_rests_on_silence_only_when_nothing_came) {
    fenced_run mute;
    mute.wait(2s);
    EXPECT_EQ(silences_of(mute), (proofs{0, 1}));
    fenced_run talks;
    talks.receives("alice", make_pc("eve"));
    EXPECT_EQ(silences_of(talks), (proofs{0, 0}));
}

TEST(ExecutionEnd, after_a_failure_a_capture_shows_what_the_server_had_read) {
    timeouts times;
    times.aftermath = 160ms;
    manual_run run{
        make_scenario(R"([{"actor": "alice", "login": true}, {"actor": "alice", "expect": {"closed": "any"}}])",
                      R"("unexpected": "PM-7",)"),
        times};
    run.receives("alice", ok);
    (void)run.log();
    run.receives("alice", make_spm("bob", "hi"));
    EXPECT_EQ(run.log(), (lines{"alice reads", R"(alice sends ERROR 0 OK RPM pseudo="fence-t")"}));
    run.receives("alice", unreachable);
    EXPECT_FALSE(run.finished());
    run.receives("alice", make_pc("bob"));
    EXPECT_EQ(run.log(), (lines{"alice sends ERROR 5 REFUSED"}));
    run.wait(20ms);
    EXPECT_EQ(run.log(), (lines{"alice reads", "alice ends: fin"}));
    run.closes("alice");
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.failure->observed, R"(alice received SPM pseudo="bob" message="hi")");
    EXPECT_LT(result.duration, 1ms) << "of what is judged";
}

}  // namespace
}  // namespace chatos::conformance
