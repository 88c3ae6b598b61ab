// What chatos-conformance tells people about its scenarios, rules and itself.
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"
#include "rules/packet_table.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::conformance::testing {
namespace {

using base::testing::program_result;
using base::testing::run_program;
using base::testing::temporary_folder;

program_result run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CHATOS_CONFORMANCE);
    return run_program(arguments);
}

TEST(ShowProgram, lists_scenarios_and_counts_them) {
    const program_result all = run({"list"});
    EXPECT_EQ(all.exit_code, 0);
    const auto lines = std::count(all.out.begin(), all.out.end(), '\n');
    EXPECT_GE(lines, 50);
    EXPECT_EQ(all.err, std::to_string(lines) + " scenarios\n");
    const program_result some = run({"list", "--rule", "PM-4", "--level", "must", "--area", "pm"});
    EXPECT_EQ(some.exit_code, 0);
    EXPECT_TRUE(some.out.starts_with("server.pm.")) << some.out;
    EXPECT_EQ(run({"list", "server.pm.*", "--area", "pc"}).exit_code, 2);
}

TEST(ShowProgram, shows_all_rules_with_the_scenarios_that_test_them) {
    const program_result rules = run({"rules"});
    EXPECT_NE(rules.out.find("faults of the model break it, "), std::string::npos) << rules.out;
    EXPECT_NE(rules.err.find(" faults of the models break them"), std::string::npos) << rules.err;
    EXPECT_EQ(rules.exit_code, 0);
    EXPECT_NE(rules.err.find(" rules, tested by "), std::string::npos) << rules.err;
    for (const char* wanted :
         {"WIRE-1 ", "PM-4 ", "TUN-5 ", "MUST", "CHOICE", "figure", "tested by server.", "client.cli.asks-first"}) {
        EXPECT_NE(rules.out.find(wanted), std::string::npos) << wanted;
    }
}

TEST(ShowProgram, begins_the_rules_with_the_packets_and_the_error_codes) {
    EXPECT_TRUE(run({"rules"}).out.starts_with(packet_table_text()));
    EXPECT_EQ(run({"rules", "--markdown"}).out, rules_markdown());
}

TEST(ShowProgram, explains_rules_and_scenarios) {
    const program_result rule = run({"explain", "pm-4"});
    EXPECT_EQ(rule.exit_code, 0);
    EXPECT_TRUE(rule.out.starts_with("PM-4  MUST, text (personal messages)")) << rule.out;
    EXPECT_NE(rule.out.find("Scenarios that test it:\n  server."), std::string::npos);
    const std::string listed = run({"list", "--rule", "PM-4"}).out;
    const program_result scenario = run({"explain", listed.substr(0, listed.find(' '))});
    EXPECT_EQ(scenario.exit_code, 0);
    EXPECT_NE(scenario.out.find("Steps (built in/"), std::string::npos) << scenario.out;
    EXPECT_NE(scenario.out.find("logs in") == std::string::npos ? scenario.out.find("sends CR") : 0U,
              std::string::npos);
    EXPECT_NE(scenario.out.find("Must catch these faults of the model"), std::string::npos) << scenario.out;
    EXPECT_NE(rule.out.find("faults of the model break it, "), std::string::npos) << rule.out;
    EXPECT_NE(rule.out.find("; caught by server.pm."), std::string::npos) << rule.out;
    EXPECT_EQ(run({"explain"}).exit_code, 2);
}

TEST(ShowProgram, explains_a_file_or_says_what_is_wrong_with_it) {
    const temporary_folder folder;
    const std::string good = folder.write(
        "mine.json",
        R"({"schema": 1, "id": "my.own", "title": "Mine", "rules": ["PM-2"], "actors": ["alice"], "steps": [{"actor": "alice", "login": true}]})");
    EXPECT_EQ(run({"explain", good}).exit_code, 0);
    EXPECT_NE(run({"explain", good}).out.find("my.own"), std::string::npos);
    const program_result bad = run({"explain", folder.write("bad.json", "{\n\"schema\": 2}")});
    EXPECT_EQ(bad.exit_code, 2);
    EXPECT_NE(bad.err.find("bad.json:2: /schema: "), std::string::npos) << bad.err;
}

TEST(ShowProgram, every_scenario_and_every_rule_can_be_explained) {
    const std::string listed = run({"list"}).out;
    for (std::size_t at = 0, count = 0; at < listed.size() && count < 20; at = listed.find('\n', at) + 1, ++count) {
        const std::string id = listed.substr(at, listed.find(' ', at) - at);
        EXPECT_EQ(run({"explain", id}).exit_code, 0) << id;
    }
}

TEST(ShowProgram, prints_the_schemas_that_stand_in_the_source_tree) {
    EXPECT_EQ(run({"schema"}).out, source_file("scenario/scenario.schema.json"));
    EXPECT_EQ(run({"schema", "profile"}).out, source_file("profile/profile.schema.json"));
    for (const std::string name : {"report", "list", "rules"}) {
        EXPECT_EQ(run({"schema", name}).out, source_file("report/" + name + ".schema.json"));
    }
}

TEST(ShowProgram, names_the_rule_scenario_schema_or_fault_that_was_probably_meant) {
    for (const auto& [words, meant] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"explain", "pm4"}, "did you mean \"PM-4\"?"},
             {{"explain", "WIER-6"}, "did you mean \"WIRE-6\"?"},
             {{"explain", "server.pm.relay_ok"}, "did you mean server.pm.relay-ok?"},
             {{"list", "sever.pm.*"}, "did you mean server.pm.*?"},
             {{"list", "--rule", "PM_4"}, "did you mean \"PM-4\"?"},
             {{"schema", "profil"}, "did you mean 'profile'?"},
             {{"model", "--port", "0", "--fault", "rpm-to-nobody-get-ok"}, "did you mean 'rpm-to-nobody-gets-ok'?"}}) {
        const program_result result = run(words);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_EQ(result.out, "");
        EXPECT_NE(result.err.find(meant), std::string::npos) << result.err;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
}

TEST(ShowProgram, says_what_it_is) {
    const program_result version = run({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_TRUE(version.out.starts_with("chatos-conformance ")) << version.out;
    for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                  {"run", "--help"},
                                                  {"list", "--help"},
                                                  {"rules", "--help"},
                                                  {"explain", "--help"},
                                                  {"schema", "--help"}}) {
        const program_result help = run(words);
        EXPECT_EQ(help.exit_code, 0);
        EXPECT_NE(help.out.find("xample"), std::string::npos) << help.out;
    }
}

TEST(ShowProgram, every_flag_of_run_stands_in_an_example) {
    const std::string help = run({"run", "--help"}).out;
    const std::string examples = help.substr(help.find("Examples:"));
    for (const char* flag :
         {"--target", "--server-command", "--profile", "--json", "--junit", "--html", "--tap", "--pcap", "--baseline",
          "--segment", "--interleave", "--schedule", "--jobs", "--strict", "--rule", "--role"}) {
        EXPECT_NE(examples.find(flag), std::string::npos) << flag;
    }
}

}  // namespace
}  // namespace chatos::conformance::testing
