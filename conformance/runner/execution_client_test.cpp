// Steps that judge a client: its process, its screen, its standard input, and the closing fence.
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using testing::manual_run;
using lines = std::vector<std::string>;

constexpr std::string_view keys =
    R"("role": "client", "id": "client.test.steps", "rules": ["CLI-2"], "actors": ["alice"],)";
constexpr std::string_view login = R"({"actor": "alice", "login": true})";

scenario client_scenario(const std::string& steps, const std::string& more_keys = "") {
    return testing::make_scenario("[" + std::string{login} + (steps.empty() ? "" : ", ") + steps + "]",
                                  std::string{keys} + more_keys);
}

client_dialogue dialogue() {
    client_dialogue dialogue;
    dialogue.input = {{"say", "{text}\n"}, {"msg", "/msg {pseudo} {text}\n"}, {"quit", "/quit\n"}};
    dialogue.screen = {{"message", "^<{pseudo}> {text}$"}, {"broken", "^broken"}};
    dialogue.exit_codes = {{"quit", 0}, {"taken", 4}};
    return dialogue;
}

std::string failure_of(manual_run& run) {
    const outcome result = run.result();
    return result.failure ? result.failure->rule + ": " + result.failure->expected + "; " + result.failure->observed
                          : "passed";
}

TEST(ExecutionClient, is_started_registers_and_is_fenced_with_a_message) {
    manual_run run{client_scenario(""), dialogue()};
    EXPECT_EQ(run.log(), lines{"alice-t starts"});
    run.receives("alice", make_cr("alice-t"));
    EXPECT_EQ(run.log(), (lines{"alice sends ERROR 0 OK", "alice reads",
                                R"(alice sends SPM pseudo="fence-t" message="the end")"}));
    run.receives("alice", make_error(error_code::ok));
    EXPECT_EQ(run.log(), (lines{"alice reads", "alice ends: fin"}));
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "passed");
}

TEST(ExecutionClient, a_second_answer_to_the_fence_fails) {
    manual_run run{client_scenario(""), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.receives_all("alice", {make_error(error_code::ok), make_error(error_code::ok)});
    EXPECT_EQ(failure_of(run), "CLI-2: from alice comes nothing more; from alice came ERROR 0 OK");
}

TEST(ExecutionClient, one_that_is_not_registered_is_not_fenced_and_may_hang_up) {
    manual_run run{testing::make_scenario(R"([{"actor": "alice", "expect": {"packet": "CR"}},
                                            {"actor": "alice", "send": {"packet": "ERROR", "code": 1}}])",
                                          keys),
                   dialogue()};
    run.receives("alice", make_cr("alice-t"));
    EXPECT_EQ(run.log(),
              (lines{"alice-t starts", "alice sends ERROR 1 PSEUDO_TAKEN", "alice reads", "alice ends: fin"}));
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "passed");
}

TEST(ExecutionClient, a_login_blames_the_client_for_what_is_no_cr) {
    manual_run run{client_scenario(""), dialogue()};
    run.receives("alice", make_sma("hello"));
    EXPECT_EQ(failure_of(run), R"(CLI-1: from alice comes CR pseudo="alice-t"; from alice came SMA message="hello")");
}

TEST(ExecutionClient, is_told_what_the_profile_says) {
    manual_run run{
        client_scenario(R"({"actor": "alice", "tell": {"command": "msg", "pseudo": "{alice}", "text": "{{hi}}"}},
                                    {"actor": "alice", "expect": {"packet": "RPM"}})"),
        dialogue()};
    run.receives("alice", make_cr("alice-t"));
    EXPECT_EQ(run.log().back(), R"(alice is told "/msg alice-t {hi}\n")");
    run.wait_for_deadline();
    EXPECT_EQ(failure_of(run), "CLI-2: from alice comes RPM pseudo=any; nothing came for 2000 ms");
}

TEST(ExecutionClient, a_command_that_the_profile_does_not_know_is_passed_over) {
    manual_run run{
        client_scenario(R"({"actor": "alice", "tell": {"command": "accept", "pseudo": "bob", "if_known": true}})"),
        dialogue()};
    run.receives("alice", make_cr("alice-t"));
    EXPECT_EQ(run.log().back(), R"(alice sends SPM pseudo="fence-t" message="the end")");
}

TEST(ExecutionClient, waits_with_commands_until_the_client_says_that_it_is_ready) {
    client_dialogue with_ready = dialogue();
    with_ready.screen["ready"] = "^welcome";
    manual_run run{client_scenario(R"({"actor": "alice", "tell": {"command": "say", "text": "hi"}})"), with_ready};
    run.receives("alice", make_cr("alice-t"));
    EXPECT_EQ(run.log().back(), "alice sends ERROR 0 OK");
    run.shows("alice", "wel");
    EXPECT_EQ(run.log(), lines{});
    run.shows("alice", "come\n");
    EXPECT_EQ(run.log().front(), R"(alice is told "hi\n")");
}

TEST(ExecutionClient, one_that_is_never_ready_fails) {
    client_dialogue with_ready = dialogue();
    with_ready.screen["ready"] = "^welcome";
    manual_run run{client_scenario(R"({"actor": "alice", "tell": {"command": "say", "text": "hi"}})"), with_ready};
    run.receives("alice", make_cr("alice-t"));
    run.wait_for_deadline();
    EXPECT_EQ(failure_of(run), "CLI-2: from alice comes on its screen that it is ready; its screen shows nothing new");
}

const std::string shows_message =
    R"({"actor": "alice", "expect": {"screen": "message", "pseudo": "bob", "text": "hi"}})";

TEST(ExecutionClient, the_screen_is_looked_at_in_pieces_and_each_text_counts_once) {
    manual_run run{client_scenario(shows_message + ", " + shows_message), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.shows("alice", "noise\n<bob> h");
    run.shows("alice", "i\n");
    EXPECT_FALSE(run.finished());
    run.wait_for_deadline();
    EXPECT_EQ(failure_of(run), R"(CLI-2: from alice comes on its screen message of "bob" "hi"; its screen shows "\n")");
}

TEST(ExecutionClient, a_screen_does_not_wait_for_a_process_that_has_ended) {
    manual_run run{client_scenario(shows_message), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.exits("alice", 1);
    EXPECT_TRUE(run.finished());
    EXPECT_EQ(run.time().count(), 0);
}

TEST(ExecutionClient, a_text_that_the_profile_does_not_know_is_passed_over) {
    manual_run run{
        client_scenario(R"({"actor": "alice", "expect": {"screen": "offer", "pseudo": "bob", "if_known": true}})"),
        dialogue()};
    run.receives("alice", make_cr("alice-t"));
    EXPECT_EQ(run.log().back(), R"(alice sends SPM pseudo="fence-t" message="the end")");
}

std::string ended(const std::string& reason, int code, bool by_signal) {
    manual_run run{client_scenario(R"({"actor": "alice", "expect": {"closed": "any"}},
                                    {"actor": "alice", "expect": {"exit": ")" +
                                   reason + R"("}})"),
                   dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.closes("alice");
    if (!run.finished()) {
        by_signal ? run.is_killed("alice", code) : run.exits("alice", code);
    }
    return failure_of(run);
}

TEST(ExecutionClient, an_exit_code_is_wanted_where_the_profile_names_one) {
    EXPECT_EQ(ended("quit", 0, false), "passed");
    EXPECT_EQ(ended("taken", 0, false), "CLI-2: from alice comes its own end with exit status 4; exit status 0");
    EXPECT_EQ(ended("broken", 7, false), "passed");
    EXPECT_EQ(ended("any", 7, false), "passed");
    EXPECT_EQ(ended("any", 11, true), "CLI-2: from alice comes its own end; killed by signal 11");
}

TEST(ExecutionClient, one_that_goes_on_has_not_ended) {
    manual_run run{client_scenario(R"({"actor": "alice", "expect": {"exit": "quit"}})"), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.wait_for_deadline();
    EXPECT_EQ(failure_of(run), "CLI-2: from alice comes its own end with exit status 0; its process is still running");
}

TEST(ExecutionClient, has_longer_to_start_than_to_answer) {
    scenario scenario = client_scenario("");
    manual_run run{scenario, dialogue()};
    EXPECT_EQ(run.deadline().count(), 2'000);  // connected at once, and silent
}

TEST(ExecutionClient, a_flood_of_packets_is_no_small_matter_whatever_the_scenario_is_about) {
    manual_run run{
        client_scenario(R"({"actor": "alice", "expect": {"screen": "broken"}})", R"("unexpected": "CLI-5",)"),
        dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.receives_all("alice", std::vector<packet_view>(10'001, make_error(error_code::ok)));
    EXPECT_EQ(failure_of(run),
              "CLI-2: no more than what was asked for; the client sent more than 10,000 packets that no "
              "step expected");
}

TEST(ExecutionClient, a_flood_on_the_screen_is_bounded) {
    manual_run run{client_scenario(shows_message), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    const std::string line(100'000, 'x');
    for (int time = 0; time < 20; ++time) {
        run.shows("alice", line);
    }
    run.shows("alice", "\n<bob> hi\n");
    EXPECT_EQ(run.log().back(), R"(alice sends SPM pseudo="fence-t" message="the end")");
}

scenario tunnel_scenario(const std::string& steps) {
    return testing::make_scenario("[" + std::string{login} + ", " + steps + "]",
                                  R"("role": "client", "id": "client.test.steps", "rules": ["CLI-2"],
                                     "actors": ["alice", "end", "other"],
                                     "tunnel_ends": {"end": "alice", "other": "alice"},)");
}

TEST(ExecutionClient, a_tunnel_end_is_awaited_and_starts_no_process) {
    manual_run run{tunnel_scenario(R"({"actor": "end", "expect": {"packet": "PC"}, "rule": "TUN-1"})"), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    EXPECT_EQ(run.log(), (lines{"alice-t starts", "alice sends ERROR 0 OK"}));
    run.connects("end");
    run.receives("end", make_pc("alice-t"));
    EXPECT_EQ(run.log().back(), R"(alice sends SPM pseudo="fence-t" message="the end")");
}

TEST(ExecutionClient, a_tunnel_end_that_does_not_come_fails_the_step_that_awaits_it) {
    manual_run run{tunnel_scenario(R"({"actor": "end", "expect": {"packet": "PC"}, "rule": "TUN-1"})"), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.wait_for_deadline();
    EXPECT_EQ(failure_of(run), "TUN-1: from end comes a further connection to {host}:{port}; nothing came for 2000 ms");
}

TEST(ExecutionClient, that_no_tunnel_end_comes_is_a_silence) {
    manual_run run{tunnel_scenario(R"({"actor": "end", "expect": {"silence_ms": 100}})"), dialogue()};
    run.receives("alice", make_cr("alice-t"));
    run.wait_for_deadline();
    EXPECT_EQ(run.log().back(), R"(alice sends SPM pseudo="fence-t" message="the end")");
}

TEST(ExecutionClient, relays_what_comes_to_one_end_and_its_end_of_input) {
    manual_run run{tunnel_scenario(R"({"actor": "end", "send": {"packet": "ERROR", "code": 0}},
                                      {"actor": "other", "send": {"packet": "ERROR", "code": 0}},
                                      {"actor": "end", "relay": "other"})"),
                   dialogue()};
    run.connects("end");
    run.connects("other");
    (void)run.log();
    run.receives("end", make_sma("any bytes"));
    EXPECT_EQ(run.log().back(), R"(other sends SMA message="any bytes")");
    run.closes("end");
    EXPECT_EQ(run.log().back(), "other ends: fin");
}

}  // namespace
}  // namespace chatos::conformance
