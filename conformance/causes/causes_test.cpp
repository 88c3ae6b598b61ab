#include "causes/causes.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace chatos::conformance::testing {
namespace {

/// A run whose results are made up.
class made_up_run {
public:
    scenario_report& add(const std::string& id, verdict verdict, const std::string& rule = "") {
        scenarios_.push_back(make_scenario(R"([{"actor": "alice", "login": true}])", "\"id\": \"" + id + "\","));
        scenario_report& result = reports_.emplace_back();
        result.scenario = &scenarios_.back();
        result.verdict = verdict;
        result.ran = true;
        result.why = "why of " + id;
        result.hint = "hint of " + id;
        if (!rule.empty()) {
            result.failed_rules = {rule};
        }
        return result;
    }

    void add_failures(std::size_t count, const std::string& broken_rule) {
        for (std::size_t index = 0; index < count; ++index) {
            scenario_report& result = add("server.pm.f" + std::to_string(reports_.size()), verdict::fail, "PM-4");
            result.observed.broken_rule = broken_rule;
            result.observed.expected = "this";
            result.observed.actual = "that";
        }
    }

    /// "PM-4 x2 server.pm.f0", in their order.
    std::vector<std::string> causes() {
        report_.scenarios = reports_;
        std::vector<std::string> lines;
        for (const cause& cause : causes_of(report_)) {
            lines.push_back(cause.rule + " x" + std::to_string(cause.effects.size()) + ' ' +
                            cause.begin_with().scenario->id);
        }
        return lines;
    }

    [[nodiscard]] std::size_t size() const { return reports_.size(); }
    suite_report& report() { return report_; }
    std::vector<cause> groups() {
        report_.scenarios = reports_;
        return causes_of(report_);
    }

private:
    std::deque<scenario> scenarios_;
    std::vector<scenario_report> reports_;
    suite_report report_;
};

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
    EXPECT_EQ(groups[0].begin_with().scenario->id, "server.wire.big-endian-pseudo");
    EXPECT_EQ(groups[0].why, "the server seems to read sizes little-endian");
    EXPECT_EQ(groups[0].hint, "htons");
}

}  // namespace
}  // namespace chatos::conformance::testing
