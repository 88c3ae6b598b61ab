#include "rules/rule.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace chatos::conformance {
namespace {

TEST(Rules, ids_are_unique_and_numbered_without_a_hole) {
    std::map<std::string, unsigned> last_number;
    for (const rule& one : all_rules()) {
        const std::string id{one.id};
        const std::size_t dash = id.find('-');
        ASSERT_NE(dash, std::string::npos) << id;
        EXPECT_EQ(std::stoul(id.substr(dash + 1)), ++last_number[id.substr(0, dash)]) << id;
        EXPECT_EQ(find_rule(id), &one);
    }
    const std::map<std::string, unsigned> expected{{"WIRE", 14}, {"CONN", 9}, {"PM", 10}, {"ALL", 9}, {"PC", 7},
                                                   {"FLOW", 10}, {"ERR", 5},  {"CLI", 8}, {"TUN", 5}};
    EXPECT_EQ(last_number, expected);
}

TEST(Rules, every_rule_has_an_area_and_a_text) {
    for (const rule& one : all_rules()) {
        EXPECT_TRUE(one.id.starts_with(area_of(one.id).id));
        EXPECT_GT(one.text.size(), 20U) << one.id;
        EXPECT_EQ(one.text.back(), '.') << one.id;
    }
}

TEST(Rules, an_unknown_id_is_no_rule) {
    EXPECT_EQ(find_rule("PM-11"), nullptr);
    EXPECT_EQ(find_rule("pm-1"), nullptr);
    EXPECT_EQ(find_rule(""), nullptr);
}

TEST(Rules, levels_are_read_in_either_case) {
    EXPECT_EQ(parse_level("MUST"), rule_level::must);
    EXPECT_EQ(parse_level("should"), rule_level::should);
    EXPECT_EQ(parse_level("Choice"), rule_level::choice);
    EXPECT_EQ(parse_level("may"), std::nullopt);
    EXPECT_EQ(parse_level(""), std::nullopt);
}

}  // namespace
}  // namespace chatos::conformance
