#include "report/ledger.hpp"
#include "scenario/catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::conformance {
namespace {

TEST(Ledger, every_rule_is_tested) {
    const catalog_result found = make_catalog({});
    ASSERT_TRUE(found.problems.empty());
    for (const ledger_line& line : make_ledger(found.loaded.scenarios)) {
        EXPECT_FALSE(line.tested_by.empty()) << line.what->id << ": no scenario tests it; write one";
    }
}

TEST(Ledger, has_a_line_for_each_rule_in_their_order) {
    const std::vector<ledger_line> lines = make_ledger({});
    ASSERT_EQ(lines.size(), all_rules().size());
    for (std::size_t index = 0; index < lines.size(); ++index) {
        EXPECT_EQ(lines[index].what, &all_rules()[index]);
        EXPECT_TRUE(lines[index].tested_by.empty());
    }
}

TEST(Ledger, counts_the_faults_that_break_a_rule_and_who_must_catch_them) {
    const catalog_result found = make_catalog({});
    std::size_t faults = 0;
    for (const ledger_line& line : make_ledger(found.loaded.scenarios)) {
        faults += line.faults.size();
        for (const known_fault* one : line.faults) {
            EXPECT_EQ(one->rule, line.what->id);
            EXPECT_TRUE(std::any_of(line.caught_by.begin(), line.caught_by.end(), [&](const scenario* killer) {
                return kills(*killer, *one);
            })) << one->name;
        }
        EXPECT_EQ(line.faults.empty(), line.caught_by.empty()) << line.what->id;
    }
    const auto bound = std::count_if(known_faults().begin(), known_faults().end(),
                                     [](const known_fault& one) { return !one.rule.empty(); });
    EXPECT_EQ(faults, static_cast<std::size_t>(bound));
}

TEST(Ledger, tells_kills_in_words) {
    EXPECT_EQ(kill_text(0, 0), "");
    EXPECT_EQ(kill_text(1, 1), "1 fault of the model breaks it, 1 scenario must catch it");
    EXPECT_EQ(kill_text(3, 2), "3 faults of the model break it, 2 scenarios must catch them");
}

}  // namespace
}  // namespace chatos::conformance
