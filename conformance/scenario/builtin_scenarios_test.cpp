// What must hold for the scenarios that are compiled in.
#include "rules/rule.hpp"
#include "scenario/catalog.hpp"
#include "scenario/load.hpp"
#include "scenario/suite_version.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>

namespace chatos::conformance {
namespace {

const catalog& all_scenarios() {
    static const catalog_result result = make_catalog({});
    for (const problem& scenario : result.problems) {
        ADD_FAILURE() << scenario.text();
    }
    return result.loaded;
}

TEST(BuiltinScenarios, all_of_them_load) {
    EXPECT_GE(all_scenarios().scenarios.size(), 50U);
    EXPECT_EQ(all_scenarios().scenarios.size(), builtin_files().size());
}

TEST(BuiltinScenarios, each_is_named_after_its_id) {
    for (const scenario& scenario : all_scenarios().scenarios) {
        EXPECT_EQ(scenario.source, "built in/" + scenario.id + ".json");
        EXPECT_TRUE(scenario.id.starts_with(std::string{role_name(scenario.role)} + '.')) << scenario.id;
    }
}

TEST(BuiltinScenarios, the_area_in_an_id_is_one_that_rules_have) {
    for (const scenario& scenario : all_scenarios().scenarios) {
        std::string area{scenario_area(scenario)};
        std::transform(area.begin(), area.end(), area.begin(),
                       [](char letter) { return static_cast<char>(letter - ('a' - 'A')); });
        EXPECT_TRUE(std::any_of(all_areas().begin(), all_areas().end(), [&](const rule_area& other) {
            return other.id == area;
        })) << scenario.id;
    }
}

TEST(BuiltinScenarios, every_must_rule_of_a_server_or_a_client_has_one_that_tests_it) {
    for (const rule& rule : all_rules()) {
        const rule_party party = area_of(rule.id).party;
        if (rule.level != rule_level::must || party == rule_party::tunnel) {
            continue;
        }
        const test_role role = party == rule_party::client ? test_role::client : test_role::server;
        EXPECT_TRUE(std::any_of(all_scenarios().scenarios.begin(), all_scenarios().scenarios.end(),
                                [&](const scenario& tested) {
                                    return tested.role == role && std::find(tested.rules.begin(), tested.rules.end(),
                                                                            rule.id) != tested.rules.end();
                                }))
            << rule.id << ": " << rule.text;
    }
}

TEST(BuiltinScenarios, what_expects_a_refusal_proves_that_the_server_does_not_refuse_everything) {
    for (const scenario& scenario : all_scenarios().scenarios) {
        const bool sees_a_yes = std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const step& each) {
            const auto* expect = std::get_if<expect_action>(&each.action);
            const auto* packet = expect == nullptr ? nullptr : std::get_if<packet_pattern>(&expect->event);
            return packet != nullptr && !expect->optional &&
                   (packet->op != opcode::error || packet->code.codes == std::vector<std::uint8_t>{0});
        });
        EXPECT_TRUE(!expects_refusal(scenario) || sees_a_yes || !scenario.control.empty()) << scenario.id;
    }
}

TEST(BuiltinScenarios, what_waits_for_a_time_limit_of_the_server_waits_as_long_as_its_options_say_and_an_answer) {
    constexpr std::chrono::milliseconds answer{2'000};
    for (const scenario& scenario : all_scenarios().scenarios) {
        std::chrono::milliseconds limits{0};
        for (const auto& [option, value] : scenario.needs) {
            limits += std::chrono::milliseconds{option.ends_with("_timeout_ms") ? value : 0};
        }
        for (const step& each : scenario.steps) {
            const auto* expect = std::get_if<expect_action>(&each.action);
            if (expect != nullptr && expect->within && limits.count() != 0) {
                EXPECT_LE(*expect->within, answer + limits) << scenario.id << each.pointer;
            }
        }
    }
}

/// An implementer's CI runs the scenarios of one version. A file that says nothing belongs to 1.0, so the list of those
/// is closed.
TEST(BuiltinScenarios, each_says_in_which_version_of_the_suite_it_came) {
    std::set<std::string> first_ids;
    std::istringstream lines{testing::source_file("scenario/scenarios_of_1.0.txt")};
    for (std::string id; std::getline(lines, id);) {
        first_ids.insert(id);
    }
    for (const scenario& scenario : all_scenarios().scenarios) {
        const bool is_of_first = scenario.since == first_suite_version();
        EXPECT_EQ(is_of_first, first_ids.erase(scenario.id) == 1)
            << scenario.id << (is_of_first ? " is not one of 1.0: give it \"since\": \"" : " is one of 1.0, not of \"")
            << newest_suite_version() << '"';
    }
    EXPECT_TRUE(first_ids.empty()) << *first_ids.begin() << " is missing, and belongs to 1.0";
}

TEST(BuiltinScenarios, none_has_a_control_that_came_later) {
    const std::vector<scenario>& all = all_scenarios().scenarios;
    for (const scenario& tested : all) {
        const auto control =
            std::find_if(all.begin(), all.end(), [&](const scenario& other) { return other.id == tested.control; });
        EXPECT_TRUE(control == all.end() || existed_in(control->since, tested.since)) << tested.id;
    }
}

}  // namespace
}  // namespace chatos::conformance
