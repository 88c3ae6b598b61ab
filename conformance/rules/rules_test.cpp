#include "rules/rule.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace chatos::conformance {
namespace {

TEST(Rules, ids_are_numbered_without_gaps) {
    std::map<std::string, unsigned> last_number;
    for (const rule& rule : all_rules()) {
        const std::string id{rule.id};
        const std::size_t dash = id.find('-');
        ASSERT_NE(dash, std::string::npos) << id;
        EXPECT_EQ(std::stoul(id.substr(dash + 1)), ++last_number[id.substr(0, dash)]) << id;
        EXPECT_EQ(find_rule(id), &rule);
    }
    const std::map<std::string, unsigned> expected{{"WIRE", 14}, {"CONN", 9}, {"PM", 10}, {"ALL", 9}, {"PC", 8},
                                                   {"FLOW", 10}, {"ERR", 5},  {"CLI", 8}, {"TUN", 5}};
    EXPECT_EQ(last_number, expected);
}

TEST(Rules, every_rule_has_an_area_and_a_text) {
    for (const rule& rule : all_rules()) {
        EXPECT_TRUE(rule.id.starts_with(area_of(rule.id).id));
        EXPECT_GT(rule.text.size(), 20U) << rule.id;
        EXPECT_EQ(rule.text.back(), '.') << rule.id;
    }
}

TEST(Rules, unknown_ids_have_no_rule) {
    EXPECT_EQ(find_rule("PM-11"), nullptr);
    EXPECT_EQ(find_rule("pm-1"), nullptr);
    EXPECT_EQ(find_rule(""), nullptr);
}

TEST(Rules, parses_levels_ignoring_case) {
    EXPECT_EQ(parse_level("MUST"), rule_level::must);
    EXPECT_EQ(parse_level("should"), rule_level::should);
    EXPECT_EQ(parse_level("Choice"), rule_level::choice);
    EXPECT_EQ(parse_level("may"), std::nullopt);
    EXPECT_EQ(parse_level(""), std::nullopt);
}

}  // namespace
}  // namespace chatos::conformance
