#include "scenario/load.hpp"
#include "testing/refused_cases.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using testing::make_scenario;

constexpr const char* table = "scenario/refused_scenarios.json";

std::vector<std::string> problems_of(const std::string& text) {
    std::vector<std::string> lines;
    const auto loaded = load_scenario(text, "refused.json");
    if (const auto* problems = std::get_if<std::vector<problem>>(&loaded)) {
        for (const problem& entry : *problems) {
            lines.push_back(entry.text());
        }
    }
    return lines;
}

TEST(LoadScenario, refuses_what_is_wrong_and_says_exactly_where_and_why) {
    const auto cases = testing::refused_cases(table);
    EXPECT_GT(cases.size(), 100U);
    for (const testing::refused_case& entry : cases) {
        EXPECT_EQ(problems_of(entry.text), entry.problems) << entry.name << '\n' << entry.text;
    }
}

TEST(LoadScenario, accepts_the_scenario_that_the_refused_ones_were_made_from) {
    EXPECT_EQ(problems_of(testing::good_document(table)), std::vector<std::string>{});
}

TEST(LoadScenario, the_steps_of_a_long_scenario_are_bounded) {
    std::string steps = "[";
    for (int count = 0; count < 10'001; ++count) {
        steps += count == 0 ? "" : ",";
        steps += R"({"actor": "bob", "connect": true})";
    }
    EXPECT_EQ(problems_of(testing::scenario_text(steps + "]")),
              std::vector<std::string>{"refused.json:1: /steps: more than 10,000 steps"});
}

TEST(LoadScenario, reads_the_keys_of_a_scenario) {
    const scenario scenario = make_scenario(
        R"([{"actor": "alice", "connect": true}])",
        R"("id": "server.conn.full-2", "since": "1.1", "rules": ["CONN-4", "CONN-3"], "needs": {"capacity": 2, "pc_timeout_ms": 9},
           "control": "server.conn.ok", "names": ["nobody"], "unexpected": "ERR-3", "closing_fence": false,)");
    EXPECT_EQ(scenario.id, "server.conn.full-2");
    EXPECT_EQ(scenario.title, "a test");
    EXPECT_EQ(scenario.since, "1.1");
    EXPECT_EQ(scenario.rules, (std::vector<std::string>{"CONN-4", "CONN-3"}));
    EXPECT_EQ(scenario.needs, (std::map<std::string, std::int64_t>{{"capacity", 2}, {"pc_timeout_ms", 9}}));
    EXPECT_EQ(scenario.control, "server.conn.ok");
    EXPECT_EQ(scenario.names, std::vector<std::string>{"nobody"});
    EXPECT_EQ(scenario.unexpected, "ERR-3");
    EXPECT_FALSE(scenario.closing_fence);
    EXPECT_EQ(scenario.actors, (std::vector<std::string>{"alice", "bob", "carol"}));
    EXPECT_EQ(scenario.source, "test.json");
}

TEST(LoadScenario, the_first_rule_is_blamed_for_the_unexpected_unless_the_scenario_says_otherwise) {
    const scenario scenario =
        make_scenario(R"([{"actor": "alice", "connect": true}])", R"("rules": ["PM-7", "PM-4"],)");
    EXPECT_EQ(scenario.unexpected, "PM-7");
    EXPECT_EQ(scenario.since, "1.0") << "the version of those that do not say";
    EXPECT_TRUE(scenario.closing_fence);
}

TEST(LoadScenario, a_login_is_a_request_and_its_answer) {
    const scenario scenario = make_scenario(
        R"([{"actor": "bob", "login": true, "id": "in"}, {"actor": "alice", "login": "{bob}", "after": ["in"]}])");
    ASSERT_EQ(scenario.steps.size(), 4U);
    EXPECT_EQ(scenario.steps[0].rule, "CONN-1");
    const auto& request = std::get<packet_source>(std::get<send_action>(scenario.steps[0].action).units.front());
    EXPECT_EQ(request.op, opcode::cr);
    EXPECT_EQ(request.pseudo.text, "{bob}");
    const auto& answer = std::get<expect_action>(scenario.steps[1].action);
    EXPECT_EQ(std::get<packet_pattern>(answer.event).code.codes, std::vector<std::uint8_t>{0});
    EXPECT_EQ(scenario.steps[1].rule, "CONN-1");
    EXPECT_EQ(scenario.steps[2].after, std::vector<std::size_t>{1}) << "a login is over when it is answered";
    EXPECT_TRUE(scenario.steps[3].after.empty());
}

TEST(LoadScenario, reads_everything_that_can_be_sent) {
    const scenario scenario = make_scenario(R"([
        {"actor": "alice", "send": {"packet": "SPM", "pseudo": "{bob}", "message": {"repeat": "ab", "times": 512},
                                    "edit": [{"at": 3, "hex": "FFfe"}]}},
        {"actor": "alice", "send": [{"packet": "ERROR", "code": 200}, {"raw": "u8:4 u16:258 x:00 'it''s {bob}'"}],
         "split": [1, 3], "rule": "WIRE-13", "note": "split"},
        {"actor": "alice", "send": {"raw": "u32:7"}, "split": "bytes"}])");
    const auto& first = std::get<send_action>(scenario.steps[0].action);
    EXPECT_EQ(first.split, split_mode::whole);
    const auto& packet = std::get<packet_source>(first.units.at(0));
    EXPECT_EQ(packet.message.text, "ab");
    EXPECT_EQ(packet.message.times, 512U);
    ASSERT_EQ(packet.edits.size(), 1U);
    EXPECT_EQ(packet.edits[0].at, 3U);
    EXPECT_EQ(packet.edits[0].bytes, (std::vector<std::byte>{std::byte{0xFF}, std::byte{0xFE}}));

    const auto& second = std::get<send_action>(scenario.steps[1].action);
    EXPECT_EQ(scenario.steps[1].pointer, "/steps/1");
    EXPECT_EQ(scenario.steps[1].rule, "WIRE-13");
    EXPECT_EQ(scenario.steps[1].note, "split");
    EXPECT_EQ(std::get<packet_source>(second.units.at(0)).code, 200);
    EXPECT_EQ(std::get<raw_source>(second.units.at(1)).atoms.size(), 4U);
    EXPECT_EQ(second.split, split_mode::at_offsets);
    EXPECT_EQ(second.split_offsets, (std::vector<std::size_t>{1, 3}));
    EXPECT_EQ(std::get<send_action>(scenario.steps[2].action).split, split_mode::every_byte);
}

TEST(LoadScenario, reads_everything_that_a_connection_can_do) {
    const scenario scenario = make_scenario(R"([
        {"actor": "carol", "connect": true}, {"actor": "carol", "reading": false}, {"actor": "carol", "reading": true},
        {"actor": "carol", "close": "fin"}, {"actor": "alice", "close": "full"}, {"actor": "bob", "close": "reset"}])");
    EXPECT_TRUE(std::holds_alternative<connect_action>(scenario.steps[0].action));
    EXPECT_EQ(scenario.steps[0].actor, 2U);
    EXPECT_FALSE(std::get<reading_action>(scenario.steps[1].action).reading);
    EXPECT_TRUE(std::get<reading_action>(scenario.steps[2].action).reading);
    EXPECT_EQ(std::get<close_action>(scenario.steps[3].action).how, close_how::fin);
    EXPECT_EQ(std::get<close_action>(scenario.steps[4].action).how, close_how::full);
    EXPECT_EQ(std::get<close_action>(scenario.steps[5].action).how, close_how::reset);
}

TEST(LoadScenario, reads_everything_that_a_field_can_be_compared_with) {
    const scenario scenario = make_scenario(R"([
        {"actor": "bob", "expect": {"packet": "SPM", "pseudo": {"bind": "who"}, "message": {"regex": "h[ae]llo"}}},
        {"actor": "bob", "expect": {"packet": "SPM", "pseudo": {"same": "who"}, "message": {"any": true}}},
        {"actor": "bob", "expect": {"packet": "SPM", "pseudo": "{alice}", "message": {"repeat": "x", "times": 3}}},
        {"actor": "bob", "expect": {"packet": "SPM"}},
        {"actor": "bob", "expect": {"packet": "ERROR", "code": {"in": [4, 5]}}, "optional": true, "within_ms": 70},
        {"actor": "bob", "expect": {"packet": "ERROR", "code": {"not": 0}}},
        {"actor": "bob", "expect": {"packet": "ERROR", "code": {"any": true}}}])");
    const auto packet_at = [&](std::size_t index) {
        return std::get<packet_pattern>(std::get<expect_action>(scenario.steps.at(index).action).event);
    };
    EXPECT_EQ(packet_at(0).pseudo.mode, text_pattern::kind::bind);
    EXPECT_EQ(packet_at(0).pseudo.name, "who");
    EXPECT_EQ(packet_at(0).message.mode, text_pattern::kind::regex);
    EXPECT_EQ(packet_at(1).pseudo.mode, text_pattern::kind::same);
    EXPECT_EQ(packet_at(1).message.mode, text_pattern::kind::anything);
    EXPECT_EQ(packet_at(2).message.mode, text_pattern::kind::literal);
    EXPECT_EQ(packet_at(2).message.text.times, 3U);
    EXPECT_EQ(packet_at(3).pseudo.mode, text_pattern::kind::anything);
    EXPECT_EQ(packet_at(4).code.codes, (std::vector<std::uint8_t>{4, 5}));
    EXPECT_EQ(packet_at(5).code.mode, code_pattern::kind::not_in);
    EXPECT_EQ(packet_at(6).code.mode, code_pattern::kind::anything);
    const auto& hurried = std::get<expect_action>(scenario.steps[4].action);
    EXPECT_TRUE(hurried.optional);
    EXPECT_EQ(hurried.within, std::chrono::milliseconds{70});
}

TEST(LoadScenario, reads_everything_that_can_happen) {
    const scenario scenario = make_scenario(
        R"([
        {"actor": "bob", "expect": {"closed": "reset"}},
        {"actor": "bob", "expect": {"silence_ms": 20}},
        {"actor": "bob", "expect": {"unordered": [{"packet": "SPM"}, {"packet": "ERROR"}]}},
        {"actor": "bob", "expect": {"choice": "CONN-3", "one_of": [
            {"name": "open", "steps": [{"expect": {"packet": "ERROR"}}, {"send": {"packet": "ERROR", "code": 0}},
                                       {"login": true}, {"close": "fin"}]},
            {"name": "closed", "steps": [{"expect": {"closed": "any"}, "rule": "CONN-2"}]}]}}])",
        R"("rules": ["CONN-2", "CONN-3"],)");
    const auto event_at = [&](std::size_t index) {
        return std::get<expect_action>(scenario.steps.at(index).action).event;
    };
    EXPECT_EQ(std::get<closed_pattern>(event_at(0)).how, closed_pattern::kind::reset);
    EXPECT_EQ(std::get<silence_pattern>(event_at(1)).window, std::chrono::milliseconds{20});
    EXPECT_EQ(std::get<unordered_pattern>(event_at(2)).packets.size(), 2U);
    const auto one_of = std::get<one_of_pattern>(event_at(3));
    EXPECT_EQ(one_of.choice, "CONN-3");
    ASSERT_EQ(one_of.alternatives.size(), 2U);
    EXPECT_EQ(one_of.alternatives[0].name, "open");
    EXPECT_EQ(one_of.alternatives[0].steps.size(), 5U) << "a login counts twice";
    EXPECT_EQ(one_of.alternatives[0].steps[1].actor, 1U);
    EXPECT_EQ(one_of.alternatives[0].steps[1].pointer, "/steps/3/expect/one_of/0/steps/1");
    EXPECT_EQ(one_of.alternatives[1].steps[0].rule, "CONN-2");
}

TEST(LoadScenario, after_may_name_a_later_step_of_another_actor) {
    const scenario scenario = make_scenario(R"([{"actor": "alice", "connect": true, "after": ["bob-there"]},
                                           {"actor": "bob", "connect": true, "id": "bob-there"}])");
    EXPECT_EQ(scenario.steps[0].after, std::vector<std::size_t>{1});
}

TEST(LoadScenario, the_area_is_the_second_word_of_the_id) {
    scenario scenario;
    scenario.id = "server.pm.relay-code";
    EXPECT_EQ(scenario_area(scenario), "pm");
    scenario.id = "server.pm";
    EXPECT_EQ(scenario_area(scenario), "pm");
    scenario.id = "alone";
    EXPECT_EQ(scenario_area(scenario), "alone");
}

TEST(ExpectsRefusal, is_true_when_the_server_must_say_no) {
    const auto refusal = [](const std::string& expect) {
        return expects_refusal(
            make_scenario(R"([{"actor": "alice", "expect": )" + expect + "}]", R"("rules": ["PM-4", "CONN-3"],)"));
    };
    EXPECT_TRUE(refusal(R"({"packet": "ERROR", "code": 4})"));
    EXPECT_TRUE(refusal(R"({"packet": "ERROR", "code": {"not": 0}})"));
    EXPECT_TRUE(refusal(R"({"packet": "ERROR", "code": {"in": [4, 5]}})"));
    EXPECT_TRUE(refusal(R"({"closed": "fin"})"));
    EXPECT_TRUE(refusal(R"({"unordered": [{"packet": "ERROR", "code": 4}, {"packet": "SPM"}]})"));
    EXPECT_FALSE(refusal(R"({"packet": "ERROR", "code": 0})"));
    EXPECT_FALSE(refusal(R"({"packet": "ERROR", "code": {"in": [0, 5]}})"));
    EXPECT_FALSE(refusal(R"({"packet": "ERROR", "code": {"any": true}})"));
    EXPECT_FALSE(refusal(R"({"packet": "ERROR", "code": {"not": 5}})"));
    EXPECT_FALSE(refusal(R"({"packet": "SPM"})"));
    EXPECT_FALSE(refusal(R"({"silence_ms": 5})"));
    const std::string no = R"({"name": "no", "steps": [{"expect": {"packet": "ERROR", "code": 5}}]})";
    const std::string closed = R"({"name": "closed", "steps": [{"expect": {"closed": "any"}}]})";
    const std::string yes = R"({"name": "yes", "steps": [{"expect": {"packet": "ERROR", "code": 0}}]})";
    EXPECT_TRUE(refusal(R"({"one_of": [)" + no + "," + closed + "]}"));
    EXPECT_FALSE(refusal(R"({"one_of": [)" + no + "," + yes + "]}"));
    EXPECT_FALSE(
        expects_refusal(make_scenario(R"([{"actor": "alice", "expect": {"closed": "any"}, "optional": true}])")));
    EXPECT_FALSE(expects_refusal(
        make_scenario(R"([{"actor": "alice", "close": "fin"}, {"actor": "alice", "expect": {"closed": "any"}}])")));
}

}  // namespace
}  // namespace chatos::conformance
