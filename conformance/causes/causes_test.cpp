#include "causes/causes.hpp"
#include "testing/made_up_run.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance::testing {
namespace {

using lines = std::vector<std::string>;

TEST(Causes, of_a_run_in_which_everything_passes_are_none) {
    made_up_run run;
    run.add("server.pm.a", verdict::pass);
    run.add("server.pm.b", verdict::unsupported);
    EXPECT_EQ(run.causes(), lines{});
}

TEST(Causes, are_what_the_traffic_breaks_rather_than_what_the_steps_were_after) {
    made_up_run run;
    run.add("server.wire.a", verdict::fail, "WIRE-13").observed.broken_rule = "ALL-2";
    run.add("server.pm.b", verdict::warn, "FLOW-5").observed.broken_rule = "ALL-2";
    run.add("server.all.echo", verdict::fail, "ALL-2").observed.broken_rule = "ALL-2";
    EXPECT_EQ(run.causes(), lines{"ALL-2 x3 server.all.echo"});
}

TEST(Causes, of_packets_and_registration_come_first_and_larger_ones_before_smaller_ones) {
    made_up_run run;
    run.add_failures(3, "PM-4");
    run.add_failures(5, "ALL-3");
    run.add_failures(2, "CONN-6");
    run.add_failures(1, "WIRE-12");
    const lines causes = run.causes();
    ASSERT_EQ(causes.size(), 4U);
    EXPECT_TRUE(causes[0].starts_with("WIRE-12 x1")) << causes[0];
    EXPECT_TRUE(causes[1].starts_with("CONN-6 x2")) << causes[1];
    EXPECT_TRUE(causes[2].starts_with("ALL-3 x5")) << causes[2];
    EXPECT_TRUE(causes[3].starts_with("PM-4 x3")) << causes[3];
}

TEST(Causes, with_a_failure_come_before_those_with_warnings_only) {
    made_up_run run;
    for (const char* id : {"server.flow.a", "server.flow.b"}) {
        run.add(id, verdict::warn, "FLOW-5");
    }
    run.add("server.pm.c", verdict::fail, "PM-2");
    EXPECT_EQ(run.causes(), (lines{"PM-2 x1 server.pm.c", "FLOW-5 x2 server.flow.a"}));
}

TEST(Causes, that_explain_far_fewer_failures_than_another_do_not_come_before_it_though_they_are_about_packets) {
    made_up_run run;
    run.add_failures(2, "CONN-5");
    run.add_failures(20, "PM-7");
    run.add_failures(17, "PM-4");
    EXPECT_EQ(run.causes(), (lines{"PM-4 x17 server.pm.f22", "PM-7 x20 server.pm.f2", "CONN-5 x2 server.pm.f0"}));
}

TEST(Causes, of_one_rule_are_one_and_begin_with_what_shows_it_by_itself_rather_than_with_a_trace) {
    made_up_run run;
    run.add("server.conn.earlier", verdict::pass);
    const scenario* earlier = run.add("server.conn.earliest", verdict::pass).scenario;
    run.add("server.all.victim", verdict::fail, "ALL-3").fresh = fresh_look{true, {earlier}, false, false};
    EXPECT_EQ(run.causes(), lines{"CONN-6 x1 server.conn.earliest"});
    EXPECT_EQ(run.groups().front().why, "server.all.victim passes on a fresh server: something earlier left a trace; "
                                        "it fails after server.conn.earliest");
    run.add("server.conn.free-after-close", verdict::fail, "CONN-6");
    EXPECT_EQ(run.causes(), lines{"CONN-6 x2 server.conn.free-after-close"});
    EXPECT_EQ(run.groups().front().why, "why of server.conn.free-after-close");
}

TEST(Causes, by_which_answers_belong_to_others_come_before_wrong_codes_and_early_answers_before_both) {
    made_up_run run;
    run.add_failures(3, "ALL-5");
    run.add_failures(3, "FLOW-2");
    EXPECT_EQ(run.causes(), (lines{"FLOW-2 x3 server.pm.f3", "ALL-5 x3 server.pm.f0"}));
    made_up_run weak;
    for (int count = 0; count < 4; ++count) {
        (void)weak.add("server.all.wrong-" + std::to_string(count), verdict::fail, "ALL-5");
    }
    step_failure& failure = weak.add("server.all.early", verdict::fail, "ALL-3").outcome.failure.emplace();
    failure.observed = "alice received ERROR 0 OK, too early";
    EXPECT_EQ(weak.causes(), (lines{"ALL-3 x1 server.all.early", "ALL-5 x4 server.all.wrong-0"}));
}

TEST(Causes, of_a_trace_that_takes_room_is_that_leaving_makes_none) {
    made_up_run run;
    const scenario* earlier = run.add("server.err.unfinished-packet", verdict::pass).scenario;
    run.add("server.conn.capacity", verdict::fail, "CONN-4").fresh = fresh_look{true, {earlier}, false, false};
    EXPECT_EQ(run.causes(), lines{"CONN-9 x1 server.err.unfinished-packet"});
    made_up_run other;
    earlier = other.add("server.err.unfinished-packet", verdict::pass).scenario;
    scenario_report& refused = other.add("server.pm.ten-permissions", verdict::fail, "CONN-1");
    refused.fresh = fresh_look{true, {earlier}, false, false};
    refused.outcome.failure.emplace().observed_hex = "06 02";
    EXPECT_EQ(other.causes(), lines{"CONN-9 x1 server.err.unfinished-packet"});
}

TEST(Causes, that_only_steps_name_come_behind_those_that_the_traffic_shows) {
    made_up_run run;
    run.add("server.wire.a", verdict::fail, "WIRE-14");
    run.add_failures(2, "PM-4");
    const lines causes = run.causes();
    ASSERT_EQ(causes.size(), 2U);
    EXPECT_TRUE(causes[0].starts_with("PM-4 x2")) << causes[0];
    EXPECT_EQ(causes[1], "WIRE-14 x1 server.wire.a");
}

TEST(Causes, are_circumstances_under_which_nearly_everything_fails_and_without_which_it_passes) {
    made_up_run run;
    const auto beyond_ascii = static_cast<std::size_t>(circumstance::beyond_ascii);
    for (const char* rule : {"CONN-1", "PM-4", "WIRE-8"}) {
        run.add("server.pm.f" + std::to_string(run.size()), verdict::fail, rule)
            .observed.circumstances.set(beyond_ascii);
    }
    for (int index = 0; index < 8; ++index) {
        run.add("server.pm.p" + std::to_string(index), verdict::pass);
    }
    const std::vector<cause> groups = run.groups();
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].rule, "WIRE-7");
    EXPECT_EQ(groups[0].basis, cause_basis::circumstance);
    EXPECT_EQ(groups[0].why, "3 of 3 scenarios in which texts had other characters than ASCII failed in this way");
}

TEST(Causes, are_no_circumstances_where_everything_fails) {
    made_up_run run;
    for (int index = 0; index < 6; ++index) {
        run.add("server.conn.f" + std::to_string(index), verdict::fail, "CONN-1")
            .observed.circumstances.set(static_cast<std::size_t>(circumstance::user_left), index % 2 == 0);
    }
    EXPECT_EQ(run.causes(), lines{"CONN-1 x6 server.conn.f0"});
}

TEST(Causes, are_one_where_the_server_reads_packets_in_another_way) {
    made_up_run run;
    run.add("server.conn.register", verdict::fail, "CONN-1");
    run.add("server.wire.big-endian-pseudo", verdict::fail, "WIRE-6");
    run.report().other_reading = reading{"WIRE-6", "the server seems to read sizes little-endian", "htons"};
    const std::vector<cause> groups = run.groups();
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].rule, "WIRE-6");
    EXPECT_EQ(groups[0].effects.size(), 2U);
    EXPECT_EQ(groups[0].begin_with().id, "server.wire.big-endian-pseudo");
    EXPECT_EQ(groups[0].why, "the server seems to read sizes little-endian");
    EXPECT_EQ(groups[0].hint, "htons");
}

}  // namespace
}  // namespace chatos::conformance::testing
