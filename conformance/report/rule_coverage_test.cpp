#include "report/rule_coverage.hpp"
#include "scenario/catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::conformance {
namespace {

TEST(RuleCoverage, every_rule_is_tested) {
    const catalog_result catalog = make_catalog({});
    ASSERT_TRUE(catalog.problems.empty());
    for (const rule_coverage& line : make_rule_coverage(catalog.loaded.scenarios)) {
        EXPECT_FALSE(line.tested_by.empty()) << line.rule->id << ": no scenario tests it; write one";
    }
}

TEST(RuleCoverage, has_a_line_for_each_rule_in_their_order) {
    const std::vector<rule_coverage> lines = make_rule_coverage({});
    ASSERT_EQ(lines.size(), all_rules().size());
    for (std::size_t index = 0; index < lines.size(); ++index) {
        EXPECT_EQ(lines[index].rule, &all_rules()[index]);
        EXPECT_TRUE(lines[index].tested_by.empty());
    }
}

TEST(RuleCoverage, counts_the_faults_that_break_a_rule_and_who_must_catch_them) {
    const catalog_result catalog = make_catalog({});
    std::size_t faults = 0;
    for (const rule_coverage& line : make_rule_coverage(catalog.loaded.scenarios)) {
        faults += line.faults.size();
        for (const known_fault* fault : line.faults) {
            EXPECT_EQ(fault->rule, line.rule->id);
            EXPECT_TRUE(std::any_of(line.caught_by.begin(), line.caught_by.end(), [&](const scenario* killer) {
                return kills(*killer, *fault);
            })) << fault->name;
        }
        EXPECT_EQ(line.faults.empty(), line.caught_by.empty()) << line.rule->id;
    }
    const auto bound = std::count_if(known_faults().begin(), known_faults().end(),
                                     [](const known_fault& fault) { return !fault.rule.empty(); });
    EXPECT_EQ(faults, static_cast<std::size_t>(bound));
}

TEST(RuleCoverage, tells_kills_in_words) {
    EXPECT_EQ(kill_text(0, 0), "");
    EXPECT_EQ(kill_text(1, 1), "1 fault of the model breaks it, 1 scenario must catch it");
    EXPECT_EQ(kill_text(3, 2), "3 faults of the model break it, 2 scenarios must catch them");
}

}  // namespace
}  // namespace chatos::conformance
