// The cells of the rules, against the scenarios and the faults that there are.
#include "report/cell_coverage.hpp"
#include "report/rule_coverage.hpp"
#include "scenario/catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

const std::vector<scenario>& loaded_scenarios() {
    static const catalog_result result = make_catalog({});
    return result.loaded.scenarios;
}

const scenario* scenario_named(std::string_view id) {
    const auto& all = loaded_scenarios();
    const auto named = std::find_if(all.begin(), all.end(), [&](const scenario& each) { return each.id == id; });
    return named == all.end() ? nullptr : &*named;
}

bool tests_rule(const scenario& tested, std::string_view rule_id) {
    return std::find(tested.rules.begin(), tested.rules.end(), rule_id) != tested.rules.end();
}

TEST(RuleCells, each_has_a_rule_a_name_of_its_own_and_a_sentence) {
    std::set<std::string_view> ids;
    for (const rule_cell& cell : all_cells()) {
        EXPECT_TRUE(ids.insert(cell.id).second) << cell.id;
        EXPECT_NE(find_rule(cell.rule()), nullptr) << cell.id;
        EXPECT_GT(cell.id.size(), cell.rule().size() + 1) << cell.id;
        EXPECT_EQ(cell.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", cell.rule().size() + 1),
                  std::string_view::npos)
            << cell.id;
        EXPECT_TRUE(cell.text.ends_with('.')) << cell.id;
    }
}

TEST(RuleCells, each_has_a_scenario_or_a_reason) {
    for (const rule_cell& cell : all_cells()) {
        EXPECT_NE(cell.scenarios.empty(), cell.untested.empty()) << cell.id;
    }
}

TEST(RuleCells, its_scenarios_exist_and_test_its_rule) {
    for (const rule_cell& cell : all_cells()) {
        for (const std::string_view id : words_of(cell.scenarios)) {
            const scenario* tested = scenario_named(id);
            ASSERT_NE(tested, nullptr) << cell.id << ": " << id;
            EXPECT_TRUE(tests_rule(*tested, cell.rule())) << cell.id << ": " << id;
        }
    }
}

TEST(RuleCells, its_faults_break_its_rule_and_one_of_its_scenarios_kills_each) {
    for (const rule_cell& cell : all_cells()) {
        const std::vector<std::string_view> scenarios = words_of(cell.scenarios);
        for (const std::string_view name : words_of(cell.faults)) {
            const known_fault* broken = find_known_fault(name);
            ASSERT_NE(broken, nullptr) << cell.id << ": " << name;
            EXPECT_EQ(broken->rule, cell.rule()) << name;
            EXPECT_TRUE(std::any_of(scenarios.begin(), scenarios.end(),
                                    [&](std::string_view id) {
                                        const scenario* killer = scenario_named(id);
                                        return killer != nullptr && kills(*killer, *broken);
                                    }))
                << cell.id << ": " << name;
        }
    }
}

TEST(RuleCells, every_rule_has_some_and_every_fault_belongs_to_one) {
    for (const rule& rule : all_rules()) {
        EXPECT_NE(count_cells(rule.id).tested, 0U) << rule.id;
    }
    std::set<std::string_view> placed;
    for (const rule_cell& cell : all_cells()) {
        for (const std::string_view name : words_of(cell.faults)) {
            EXPECT_TRUE(placed.insert(name).second) << name << " breaks two cells";
        }
    }
    for (const known_fault& fault : known_faults()) {
        EXPECT_EQ(placed.contains(fault.name), !fault.rule.empty()) << fault.name;
    }
}

TEST(RuleCells, each_that_is_tested_has_a_fault_unless_its_rule_leaves_a_choice) {
    for (const rule_cell& cell : all_cells()) {
        const bool is_choice = find_rule(cell.rule())->level == rule_level::choice;
        EXPECT_TRUE(is_choice || cell.scenarios.empty() || !cell.faults.empty() || cell.id.ends_with("/choice") ||
                    cell.id == "CONN-4/taken-as-well")
            << cell.id;
    }
}

TEST(RuleCells, are_counted_by_rule_and_in_sum) {
    std::size_t sum = 0;
    for (const rule& rule : all_rules()) {
        sum += count_cells(rule.id).all;
    }
    EXPECT_EQ(sum, all_cells().size());
    EXPECT_EQ(count_cells("").all, sum);
    EXPECT_EQ(cell_text(count_cells("PM-6")), "1 of 2 cells tested");
    EXPECT_EQ(cell_text({1, 1}), "1 of 1 cell tested");
    EXPECT_EQ(words_of(" a  bc "), (std::vector<std::string_view>{"a", "bc"}));
}

}  // namespace
}  // namespace chatos::conformance
