// The lists of faults and variants, and what the built-in scenarios say about them.
#include "model/fault.hpp"
#include "rules/rule.hpp"
#include "scenario/catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

template <typename Id>
bool any_has_rule(std::string_view rule_id) {
    const auto entries = all_entries<Id>();
    return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.rule == rule_id; });
}

/// Names and rules are valid, and no name is in `names` yet.
template <typename Id>
void check_entries(std::set<std::string_view>& names) {
    for (const auto& entry : all_entries<Id>()) {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        EXPECT_EQ(entry.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos);
        EXPECT_TRUE(entry.rule.empty() || find_rule(entry.rule) != nullptr) << entry.name;
        EXPECT_FALSE(entry.description.empty()) << entry.name;
        EXPECT_EQ(entry.description.find_first_of("\"\\\n"), std::string_view::npos)
            << entry.name << ": --list-faults --json writes it unescaped";
        EXPECT_EQ(find_entry<Id>(entry.name), &entry);
    }
    EXPECT_EQ(find_entry<Id>("no-such-fault"), nullptr);
}

TEST(Faults, names_are_unique_and_rules_exist) {
    std::set<std::string_view> names;
    check_entries<fault>(names);
    check_entries<variant>(names);
    check_entries<client_fault>(names);
    check_entries<client_variant>(names);
    EXPECT_EQ(find_entry<fault>("rest-of-a-read-lost")->id, fault::rest_of_a_read_lost);
}

TEST(Faults, every_must_and_should_rule_has_one) {
    for (const rule& rule : all_rules()) {
        if (area_of(rule.id).party == rule_party::client) {
            EXPECT_TRUE(any_has_rule<client_fault>(rule.id)) << rule.id;
        } else {
            EXPECT_EQ(any_has_rule<fault>(rule.id), rule.level != rule_level::choice) << rule.id;
        }
    }
}

TEST(Faults, every_choice_of_a_server_has_a_variant) {
    for (const rule& rule : all_rules()) {
        EXPECT_TRUE(rule.level != rule_level::choice || any_has_rule<variant>(rule.id)) << rule.id;
    }
}

TEST(Faults, every_fault_has_a_scenario_that_kills_it_and_tests_its_rule) {
    const catalog_result catalog = make_catalog({});
    const auto& scenarios = catalog.loaded.scenarios;
    for (const known_fault& fault : known_faults()) {
        const bool is_killed = std::any_of(scenarios.begin(), scenarios.end(), [&](const scenario& killer) {
            return killer.role == fault.role && contains(killer.kills, fault.name) &&
                   contains(killer.rules, fault.rule);
        });
        EXPECT_EQ(is_killed, !fault.rule.empty()) << fault.name;
    }
}

TEST(Faults, scenarios_kill_only_faults_of_their_role) {
    const catalog_result catalog = make_catalog({});
    for (const scenario& scenario : catalog.loaded.scenarios) {
        for (const std::string& name : scenario.kills) {
            const known_fault* fault = find_known_fault(name);
            EXPECT_TRUE(fault != nullptr && fault->role == scenario.role) << scenario.id << " kills " << name;
        }
    }
}

}  // namespace
}  // namespace chatos::conformance
