// What each kind of step does, with a network and a clock that exist only in the test.
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::make_scenario;
using testing::manual_run;
using testing::wire;
using lines = std::vector<std::string>;

const packet_view ok = make_error(error_code::ok);
const packet_view unreachable = make_error(error_code::unreachable);
const packet_view refused = make_error(error_code::refused);

/// A run of these steps without a closing fence, so that a test ends where its steps end.
manual_run run_of(std::string_view steps, const std::string& keys = "") {
    return manual_run{make_scenario(steps, keys + R"("closing_fence": false,)")};
}

/// "" when it passed; else "RULE at POINTER: seen".
std::string failure_of(manual_run& run) {
    if (!run.finished()) {
        return "not finished";
    }
    const outcome result = run.result();
    return result.failure ? result.failure->rule + " at " + result.failure->pointer + ": " + result.failure->observed
                          : "";
}

TEST(ExecutionSteps, run_in_order_and_each_waits_for_the_one_before) {
    manual_run run = run_of(R"([
        {"actor": "alice", "login": true},
        {"actor": "alice", "send": {"packet": "SMA", "message": "one"}},
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}},
        {"actor": "alice", "close": "fin"},
        {"actor": "alice", "expect": {"closed": "fin"}}])");
    EXPECT_EQ(run.log(), (lines{"alice connects", R"(alice sends CR pseudo="alice-t")"}));
    run.receives("alice", ok);
    EXPECT_EQ(run.log(), lines{R"(alice sends SMA message="one")"});
    run.receives("alice", ok);
    EXPECT_EQ(run.log(), lines{"alice ends: fin"});
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
}

TEST(ExecutionSteps, a_connection_is_made_when_the_first_step_of_its_actor_comes) {
    manual_run run = run_of(R"([
        {"actor": "alice", "connect": true, "id": "there"},
        {"actor": "bob", "reading": false, "after": ["alice-ends"]},
        {"actor": "alice", "close": "full", "id": "alice-ends"}])");
    EXPECT_EQ(run.log(), (lines{"alice connects", "alice ends: full", "bob connects", "bob stops reading", "bob reads",
                                "bob ends: fin"}));
}

TEST(ExecutionSteps, nothing_is_sent_before_the_connection_is_there_and_the_last_write_is_done) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true, "id": "in"},
                                    {"actor": "bob", "connect": true, "after": ["in"]},
                                    {"actor": "bob", "send": {"packet": "CR", "pseudo": "a"}},
                                    {"actor": "bob", "send": {"packet": "SMA", "message": "b"}}])",
                                 R"("closing_fence": false,)")};
    run.hold_connections();
    run.hold_writes();
    run.log();
    run.receives("alice", ok);
    EXPECT_EQ(run.log(), lines{"bob connects"});
    run.connects("bob");
    EXPECT_EQ(run.log(), lines{R"(bob sends CR pseudo="a")"});
    run.wait(1s);
    EXPECT_EQ(run.log(), lines{});
    run.release_writes();
    EXPECT_EQ(run.log().front(), R"(bob sends SMA message="b")");
}

TEST(ExecutionSteps, after_orders_steps_of_different_actors) {
    manual_run run = run_of(R"([
        {"actor": "bob", "send": {"packet": "SMA", "message": "later"}, "after": ["alice-in"]},
        {"actor": "alice", "login": true, "id": "alice-in"}])");
    EXPECT_EQ(run.log(), (lines{"alice connects", R"(alice sends CR pseudo="alice-t")"}));
    run.receives("alice", ok);
    EXPECT_EQ(run.log().at(1), R"(bob sends SMA message="later")");
}

TEST(ExecutionSteps, what_comes_before_its_cause_fails_however_it_looks) {
    const char* steps = R"([
        {"actor": "alice", "connect": true},
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 5}, "after": ["bob-answers"], "rule": "PM-4"},
        {"actor": "bob", "expect": {"packet": "SPM"}},
        {"actor": "bob", "send": {"packet": "ERROR", "code": 5}, "id": "bob-answers"}])";
    manual_run early = run_of(steps);
    early.receives("alice", refused);
    EXPECT_EQ(failure_of(early), "PM-4 at /steps/1: alice received ERROR 5 REFUSED, too early");
    manual_run in_time = run_of(steps);
    in_time.receives("bob", make_spm("alice", "hi"));
    in_time.receives("alice", refused);
    in_time.closes("alice");
    in_time.closes("bob");
    EXPECT_EQ(failure_of(in_time), "");
}

TEST(ExecutionSteps, what_came_before_its_cause_is_caught_even_if_the_cause_has_come_by_the_time_of_the_look) {
    manual_run run = run_of(R"([
        {"actor": "alice", "connect": true},
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}},
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 5}, "after": ["bob-answers"]},
        {"actor": "bob", "expect": {"packet": "SPM"}},
        {"actor": "bob", "send": {"packet": "ERROR", "code": 5}, "id": "bob-answers"}])");
    run.receives_all("alice", {ok, refused});
    EXPECT_EQ(failure_of(run), "PM-4 at /steps/2: alice received ERROR 5 REFUSED, too early");
}

TEST(ExecutionSteps, another_packet_than_the_expected_fails_with_the_rule_of_the_step) {
    manual_run run = run_of(R"([{"actor": "alice", "expect": {"packet": "ERROR", "code": 0}, "rule": "PM-1",
                              "note": "bob is there"}])");
    run.receives("alice", unreachable);
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.failure->rule, "PM-1");
    EXPECT_EQ(result.failure->expected, "alice receives ERROR 0 OK");
    EXPECT_EQ(result.failure->observed, "alice received ERROR 4 UNREACHABLE");
    EXPECT_EQ(result.failure->observed_hex, "06 04");
    EXPECT_EQ(result.failure->note, "bob is there");
    EXPECT_FALSE(result.failure->by_silence);
    EXPECT_EQ(run.log().back(), "alice ends: full");
}

TEST(ExecutionSteps, a_second_answer_is_caught_at_the_next_expectation) {
    manual_run run = run_of(R"([
        {"actor": "alice", "send": {"packet": "RPM", "pseudo": "{bob}"}},
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}},
        {"actor": "alice", "expect": {"packet": "SPM"}}])");
    run.receives_all("alice", {ok, ok});
    EXPECT_EQ(failure_of(run), "PM-4 at /steps/2: alice received ERROR 0 OK");
}

TEST(ExecutionSteps, the_answer_that_does_not_come_fails_at_the_deadline_and_not_before) {
    manual_run run = run_of(R"([{"actor": "alice", "login": true}])");
    run.wait(300ms);
    EXPECT_EQ(run.deadline(), 2'000ms);
    run.wait(1'699ms);
    EXPECT_FALSE(run.finished());
    run.wait_for_deadline();
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.failure->observed, "nothing came for 2000 ms");
    EXPECT_EQ(result.failure->rule, "CONN-1");
    EXPECT_TRUE(result.failure->by_silence);
    EXPECT_FALSE(result.peer_spoke);
}

TEST(ExecutionSteps, the_clock_of_an_expectation_starts_when_its_turn_comes) {
    manual_run run = run_of(R"([
        {"actor": "alice", "login": true},
        {"actor": "alice", "expect": {"packet": "SPM"}}])");
    run.wait(1'500ms);
    run.receives("alice", ok);
    EXPECT_EQ(run.deadline(), 3'500ms);
}

TEST(ExecutionSteps, within_ms_and_silence_are_scaled_by_the_time_factor_and_replace_the_timeouts) {
    timeouts times;
    times.time_factor = 0.5;
    manual_run run{make_scenario(R"([{"actor": "alice", "connect": true},
                                   {"actor": "alice", "expect": {"packet": "SPM"}, "within_ms": 5000},
                                   {"actor": "alice", "expect": {"silence_ms": 300}},
                                   {"actor": "alice", "expect": {"packet": "ERROR"}}])"),
                   times};
    EXPECT_EQ(run.deadline(), 2'500ms);
    run.receives("alice", make_spm("bob", "hi"));
    EXPECT_EQ(run.deadline(), 150ms);
    run.wait_for_deadline();
    EXPECT_EQ(run.deadline(), 2'150ms) << "the timeouts are scaled already";
}

TEST(ExecutionSteps, an_optional_packet_may_come_or_be_passed_over) {
    const char* steps = R"([
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 5}, "optional": true, "within_ms": 100},
        {"actor": "alice", "expect": {"closed": "any"}}])";
    manual_run with = run_of(steps);
    with.receives("alice", refused);
    with.closes("alice");
    EXPECT_EQ(failure_of(with), "");
    manual_run without = run_of(steps);
    without.closes("alice");
    EXPECT_EQ(failure_of(without), "");
    manual_run late = run_of(steps);
    late.wait_for_deadline();
    EXPECT_EQ(late.time(), 100ms);
    late.closes("alice", true);
    EXPECT_EQ(failure_of(late), "");
    manual_run other = run_of(steps);
    other.receives("alice", ok);
    EXPECT_EQ(failure_of(other), "PM-4 at /steps/1: alice received ERROR 0 OK");
}

TEST(ExecutionSteps, packets_in_any_order_are_all_waited_for) {
    const char* steps = R"([{"actor": "alice", "expect": {"unordered": [
        {"packet": "SPM", "message": "a"}, {"packet": "SPM", "message": "b"}, {"packet": "ERROR", "code": 0}]}}])";
    manual_run run = run_of(steps);
    run.receives("alice", ok);
    run.receives_all("alice", {make_spm("bob", "b"), make_spm("bob", "a")});
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
    manual_run twice = run_of(steps);
    twice.receives_all("alice", {make_spm("bob", "b"), make_spm("bob", "b")});
    EXPECT_EQ(failure_of(twice), R"(PM-4 at /steps/0: alice received SPM pseudo="bob" message="b")");
    manual_run one_short = run_of(steps);
    one_short.receives_all("alice", {ok, make_spm("bob", "b")});
    one_short.wait_for_deadline();
    EXPECT_EQ(failure_of(one_short), "PM-4 at /steps/0: nothing came for 2000 ms");
}

TEST(ExecutionSteps, silence_is_broken_by_anything) {
    const char* steps = R"([{"actor": "alice", "expect": {"silence_ms": 200}}])";
    manual_run quiet = run_of(steps);
    quiet.wait_for_deadline();
    EXPECT_EQ(quiet.time(), 200ms);
    quiet.closes("alice");
    EXPECT_EQ(failure_of(quiet), "");
    manual_run loud = run_of(steps);
    loud.wait(199ms);
    loud.receives("alice", ok);
    EXPECT_EQ(failure_of(loud), "PM-4 at /steps/0: alice received ERROR 0 OK");
    manual_run closed = run_of(steps);
    closed.closes("alice");
    EXPECT_EQ(failure_of(closed), "PM-4 at /steps/0: alice received the end of the connection (FIN)");
}

TEST(ExecutionSteps, the_first_event_chooses_an_alternative_and_its_steps_run) {
    const char* steps = R"([
        {"actor": "alice", "expect": {"choice": "CONN-3", "one_of": [
            {"name": "open", "steps": [{"expect": {"packet": "ERROR", "code": 1}},
                                       {"send": {"packet": "CR", "pseudo": "other"}},
                                       {"expect": {"packet": "ERROR", "code": 0}, "rule": "CONN-1"}]},
            {"name": "closed", "steps": [{"expect": {"closed": "any"}}]}]}, "id": "chosen"},
        {"actor": "bob", "connect": true, "after": ["chosen"]}])";
    const std::string keys = R"("rules": ["CONN-2", "CONN-3"],)";
    manual_run open = run_of(steps, keys);
    open.log();
    open.receives("alice", make_error(error_code::pseudo_taken));
    EXPECT_EQ(open.log(), lines{R"(alice sends CR pseudo="other")"}) << "bob waits until the alternative is through";
    open.receives("alice", ok);
    EXPECT_EQ(open.log().front(), "bob connects");
    open.closes("alice");
    open.closes("bob");
    ASSERT_TRUE(open.finished());
    EXPECT_EQ(open.result().choices, (std::map<std::string, std::string>{{"CONN-3", "open"}}));

    manual_run closed = run_of(steps, keys);
    closed.closes("alice", true);
    closed.closes("bob");
    ASSERT_TRUE(closed.finished());
    EXPECT_EQ(closed.result().choices.at("CONN-3"), "closed");

    manual_run neither = run_of(steps, keys);
    neither.receives("alice", ok);
    EXPECT_EQ(failure_of(neither), "CONN-2 at /steps/0: alice received ERROR 0 OK");

    manual_run broken_inside = run_of(steps, keys);
    broken_inside.receives("alice", make_error(error_code::pseudo_taken));
    broken_inside.receives("alice", refused);
    EXPECT_EQ(failure_of(broken_inside), "CONN-1 at /steps/0/expect/one_of/0/steps/2: alice received ERROR 5 REFUSED");
}

TEST(ExecutionSteps, alternatives_inside_alternatives_run_before_the_step_is_over) {
    manual_run run = run_of(
        R"([
        {"actor": "alice", "expect": {"choice": "CONN-3", "one_of": [
            {"name": "a", "steps": [
                {"expect": {"packet": "ERROR", "code": 0}},
                {"expect": {"choice": "WIRE-10", "one_of": [
                    {"name": "b", "steps": [{"expect": {"packet": "ERROR", "code": 4}},
                                            {"send": {"packet": "SMA", "message": "inner"}}]},
                    {"name": "c", "steps": [{"expect": {"closed": "any"}}]}]}},
                {"send": {"packet": "SMA", "message": "outer"}}]},
            {"name": "d", "steps": [{"expect": {"closed": "any"}}]}]}, "id": "all"},
        {"actor": "alice", "send": {"packet": "SMA", "message": "last"}},
        {"actor": "bob", "send": {"packet": "SMA", "message": "bob"}, "after": ["all"]}])",
        R"("rules": ["PM-4", "CONN-3", "WIRE-10"],)");
    run.log();
    run.receives("alice", ok);
    run.receives("alice", unreachable);
    const lines log = run.log();
    ASSERT_GE(log.size(), 4U);
    EXPECT_EQ(log[0], R"(alice sends SMA message="inner")");
    EXPECT_EQ(log[1], R"(alice sends SMA message="outer")");
    EXPECT_EQ(log[2], "bob connects") << "the step is over with its last nested step";
    EXPECT_EQ(log[3], R"(alice sends SMA message="last")");
    run.closes("alice");
    run.closes("bob");
    ASSERT_TRUE(run.finished());
    EXPECT_EQ(run.result().choices, (std::map<std::string, std::string>{{"CONN-3", "a"}, {"WIRE-10", "b"}}));
}

TEST(ExecutionSteps, a_remembered_text_must_come_again) {
    const char* steps = R"([
        {"actor": "alice", "expect": {"packet": "SPM", "pseudo": {"bind": "who"}}},
        {"actor": "bob", "connect": true, "after": ["never-mind"]},
        {"actor": "alice", "reading": true, "id": "never-mind"},
        {"actor": "bob", "expect": {"packet": "PC", "pseudo": {"same": "who"}}}])";
    manual_run same = run_of(steps);
    same.receives("alice", make_spm("zoe", "hi"));
    same.receives("bob", make_pc("zoe"));
    same.closes("alice");
    same.closes("bob");
    EXPECT_EQ(failure_of(same), "");
    manual_run other = run_of(steps);
    other.receives("alice", make_spm("zoe", "hi"));
    other.receives("bob", make_pc("zack"));
    EXPECT_EQ(failure_of(other), R"(PM-4 at /steps/3: bob received PC pseudo="zack")");
}

TEST(ExecutionSteps, ends_of_a_connection_are_told_apart) {
    const auto result = [](const std::string& how, bool reset) {
        manual_run run = run_of(R"([{"actor": "alice", "expect": {"closed": ")" + how + R"("}}])");
        run.closes("alice", reset);
        return failure_of(run);
    };
    EXPECT_EQ(result("fin", false), "");
    EXPECT_EQ(result("reset", true), "");
    EXPECT_EQ(result("any", false), "");
    EXPECT_EQ(result("any", true), "");
    EXPECT_EQ(result("fin", true), "PM-4 at /steps/0: alice received a reset of the connection (RST)");
    EXPECT_EQ(result("reset", false), "PM-4 at /steps/0: alice received the end of the connection (FIN)");
}

TEST(ExecutionSteps, what_comes_after_the_end_of_the_connection_is_not_waited_for) {
    for (const char* next : {R"({"packet": "ERROR"})", R"({"closed": "any"})",
                             R"({"unordered": [{"packet": "ERROR"}, {"packet": "SPM"}]})",
                             R"({"one_of": [{"name": "a", "steps": [{"expect": {"packet": "ERROR"}}]},
                                            {"name": "b", "steps": [{"expect": {"closed": "any"}}]}]})"}) {
        manual_run run = run_of(R"([{"actor": "alice", "expect": {"closed": "any"}},
                                  {"actor": "alice", "expect": )" +
                                std::string{next} + "}]");
        run.closes("alice");
        ASSERT_TRUE(run.finished()) << next;
        const outcome result = run.result();
        ASSERT_TRUE(result.failure) << next;
        EXPECT_EQ(result.failure->observed, "the connection had ended before") << next;
        EXPECT_FALSE(result.failure->by_silence) << next;
    }
}

TEST(ExecutionSteps, an_end_inside_a_packet_is_shown_as_such) {
    manual_run run = run_of(R"([{"actor": "alice", "expect": {"packet": "ERROR"}}])");
    run.receives_bytes("alice", "\x03\x05");
    run.closes("alice");
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.failure->observed, "alice received the end of the connection (FIN) inside a packet");
    EXPECT_EQ(result.failure->observed_hex, "03 05");
    EXPECT_EQ(result.exchange.back().text, "the end of the connection (FIN) inside a packet");
}

TEST(ExecutionSteps, an_end_inside_a_packet_is_an_end_only_where_an_end_is_expected) {
    manual_run run = run_of(R"([{"actor": "alice", "expect": {"closed": "fin"}}])");
    run.receives_bytes("alice", "\x06");
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "PM-4 at /steps/0: alice received the end of the connection (FIN) inside a packet")
        << "half a packet is no clean end";
}

TEST(ExecutionSteps, malformed_bytes_blame_the_rule_of_the_wire_that_they_break) {
    const auto blamed = [](std::string_view bytes) {
        manual_run run = run_of(R"([{"actor": "alice", "expect": {"packet": "ERROR"}}])");
        run.receives_bytes("alice", bytes);
        return run.finished() ? run.result().failure->rule : "none";
    };
    using namespace std::string_view_literals;
    EXPECT_EQ(blamed("\x07"sv), "WIRE-1");
    EXPECT_EQ(blamed("\x06\x03"sv), "WIRE-12");
    EXPECT_EQ(blamed("\x05\x80\x00"sv), "WIRE-11");
    EXPECT_EQ(blamed("\x05\x00\x00"sv), "WIRE-9");
    EXPECT_EQ(blamed("\x05\x00\x01\xff"sv), "WIRE-8");
    EXPECT_EQ(blamed("\x03\x00\x01z\x7f\xff\xff\xff"sv), "WIRE-14");
}

TEST(ExecutionSteps, malformed_bytes_blame_a_step_that_is_about_the_layout_itself) {
    manual_run run =
        run_of(R"([{"actor": "alice", "expect": {"packet": "SPM"}, "rule": "WIRE-3"}])", R"("rules": ["WIRE-3"],)");
    run.receives_bytes("alice", std::string_view{"\x03\x00\x00", 3});
    EXPECT_TRUE(failure_of(run).starts_with("WIRE-3 at /steps/0: alice received malformed bytes (WIRE-9"));
}

TEST(ExecutionSteps, packets_may_come_in_any_pieces) {
    manual_run run = run_of(R"([{"actor": "alice", "expect": {"packet": "SPM", "message": "hello"}},
                             {"actor": "alice", "expect": {"packet": "ERROR", "code": 4}}])");
    const std::string bytes = wire(make_spm("bob", "hello")) + wire(unreachable);
    for (const char byte : bytes) {
        run.receives_bytes("alice", std::string(1, byte));
    }
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
}

TEST(ExecutionSteps, a_flood_of_large_packets_is_cut_off_by_its_bytes) {
    manual_run run{make_scenario(R"([{"actor": "alice", "connect": true},
                                   {"actor": "bob", "login": true},
                                   {"actor": "alice", "close": "full", "after": ["never"]},
                                   {"actor": "bob", "connect": true, "id": "never"}])")};
    const std::string message(65'536, 'm');
    int sent = 0;
    for (; !run.finished() && sent < 300; ++sent) {
        run.receives("alice", make_spm("flood", message));
    }
    EXPECT_EQ(sent, 128);
    EXPECT_EQ(failure_of(run), "FLOW-1 at : the server sent more than 8 MiB that no step expected");
}

TEST(ExecutionSteps, a_flood_is_cut_off) {
    std::string flood;
    for (int count = 0; count < 10'001; ++count) {
        flood += wire(unreachable);
    }
    manual_run run = run_of(R"([{"actor": "alice", "connect": true},
                                  {"actor": "alice", "connect": true, "after": ["bob-in"]},
                                  {"actor": "bob", "login": true, "id": "bob-in"}])",
                            R"("unexpected": "ERR-3",)");
    run.receives_bytes("alice", flood);
    EXPECT_EQ(failure_of(run), "FLOW-1 at : the server sent more than 10,000 packets that no step expected");
}

TEST(ExecutionSteps, a_connection_that_fails_fails_the_scenario) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true, "id": "in"},
                                       {"actor": "bob", "login": true, "after": ["in"], "rule": "CONN-6"}])")};
    run.hold_connections();
    run.receives("alice", ok);
    run.fails_to_connect("bob", "Connection refused");
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.failure->observed, "could not connect: Connection refused");
    EXPECT_EQ(result.failure->rule, "CONN-6");
    EXPECT_TRUE(result.failure->no_connection);
    EXPECT_EQ(run.log().back(), "bob ends: full");
}

TEST(ExecutionSteps, a_connection_that_neither_comes_nor_fails_is_given_up) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true, "id": "in"},
                                   {"actor": "bob", "login": true, "after": ["in"]}])")};
    run.hold_connections();
    run.receives("alice", ok);
    run.wait_for_deadline();
    EXPECT_EQ(run.time(), 2'000ms);
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.failure->observed, "could not connect: nothing came for 2000 ms");
    EXPECT_TRUE(result.failure->no_connection);
}

TEST(ExecutionSteps, a_scenario_ends_at_the_latest_when_its_time_is_over) {
    manual_run run{make_scenario(R"([{"actor": "alice", "login": true},
                                   {"actor": "alice", "expect": {"silence_ms": 100000}}])")};
    run.receives("alice", ok);
    run.wait_for_deadline();
    EXPECT_EQ(run.time(), 60'000ms);
    EXPECT_EQ(failure_of(run), "PM-4 at : the scenario is still going on");
}

TEST(ExecutionSteps, the_exchange_is_kept_in_words_and_bounded) {
    std::string steps = R"([{"actor": "alice", "connect": true})";
    for (int count = 0; count < 300; ++count) {
        steps += R"(, {"actor": "alice", "send": {"packet": "ERROR", "code": 0}})";
    }
    manual_run run = run_of(steps + "]");
    run.closes("alice");
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.exchange.size(), 200U);
    EXPECT_EQ(result.exchange_dropped, 102U);
    EXPECT_EQ(result.exchange.front().text, "ERROR 0 OK");
    EXPECT_EQ(result.exchange.front().hex, "06 00");
    EXPECT_EQ(result.exchange.back().which, exchange_entry::direction::received);
}

TEST(ExecutionSteps, what_is_sent_is_shown_as_a_receiver_reads_it) {
    manual_run run = run_of(R"([{"actor": "alice", "send": [{"packet": "ERROR", "code": 4}, {"raw": "u8:9 u8:1"}]},
                              {"actor": "alice", "send": {"raw": "u8:3 u16:5 'ab'"}, "split": "bytes"}])");
    run.closes("alice");
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_EQ(result.exchange.at(1).text, "ERROR 4 UNREACHABLE + malformed bytes (WIRE-1)");
    EXPECT_EQ(result.exchange.at(2).text, "part of a packet in 5 writes");
}

}  // namespace
}  // namespace chatos::conformance
