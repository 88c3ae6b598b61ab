#include "report/ledger.hpp"
#include "scenario/catalog.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

TEST(Ledger, every_rule_is_tested_or_says_why_it_cannot_be_and_never_both) {
    const catalog_result found = make_catalog({});
    ASSERT_TRUE(found.problems.empty());
    for (const ledger_line& line : make_ledger(found.made.scenarios)) {
        EXPECT_NE(line.tested_by.empty(), untestable_reason(line.what->id).empty())
            << line.what->id
            << (line.tested_by.empty() ? ": no scenario tests it; write one, or say in "
                                         "rules/untestable.cpp why none can"
                                       : ": tested by now; take it out of rules/untestable.cpp");
    }
}

TEST(Ledger, has_a_line_for_each_rule_in_their_order) {
    const std::vector<ledger_line> lines = make_ledger({});
    ASSERT_EQ(lines.size(), all_rules().size());
    for (std::size_t index = 0; index < lines.size(); ++index) {
        EXPECT_EQ(lines[index].what, &all_rules()[index]);
        EXPECT_TRUE(lines[index].tested_by.empty());
        EXPECT_EQ(lines[index].why_untested, untestable_reason(lines[index].what->id));
    }
}

TEST(Ledger, an_unknown_rule_has_no_reason) {
    EXPECT_EQ(untestable_reason("PM-99"), "");
}

}  // namespace
}  // namespace chatos::conformance
