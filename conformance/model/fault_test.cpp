// The tables of faults and variants, and what the built-in scenarios say about them.
#include "model/client_fault.hpp"
#include "model/fault.hpp"
#include "model/variant.hpp"
#include "rules/rule.hpp"
#include "scenario/catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

template <typename Entries>
void expect_a_table_in_order(const Entries& entries) {
    std::set<std::string_view> names;
    for (std::size_t index = 0; index < entries.size(); ++index) {
        const auto& one = entries[index];
        EXPECT_EQ(static_cast<std::size_t>(one.id), index) << one.name;
        EXPECT_TRUE(names.insert(one.name).second) << one.name;
        EXPECT_TRUE(std::all_of(one.name.begin(), one.name.end(), [](char letter) {
            return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
        })) << one.name;
        EXPECT_EQ(one.what.find_first_of("\"\\\n"), std::string_view::npos) << one.name;
        EXPECT_FALSE(one.what.empty()) << one.name;
    }
}

TEST(Faults, the_tables_are_in_the_order_of_their_enumerations) {
    expect_a_table_in_order(all_faults());
    expect_a_table_in_order(all_variants());
    expect_a_table_in_order(all_client_faults());
    expect_a_table_in_order(all_client_variants());
}

TEST(Faults, each_is_found_by_its_name) {
    for (const fault_entry& one : all_faults()) {
        EXPECT_EQ(find_fault(one.name), &one);
    }
    EXPECT_EQ(find_fault("no-such-fault"), nullptr);
    for (const variant_entry& one : all_variants()) {
        EXPECT_EQ(find_variant(one.name), &one);
    }
    EXPECT_EQ(find_variant("no-such-variant"), nullptr);
    for (const client_fault_entry& one : all_client_faults()) {
        EXPECT_EQ(find_client_fault(one.name), &one);
        EXPECT_EQ(find_fault(one.name), nullptr) << one.name << " is a server's as well";
    }
    EXPECT_EQ(find_client_fault("no-such-fault"), nullptr);
    for (const client_variant_entry& one : all_client_variants()) {
        EXPECT_EQ(find_client_variant(one.name), &one);
        EXPECT_EQ(find_variant(one.name), nullptr) << one.name << " is a server's as well";
    }
    EXPECT_EQ(find_client_variant("no-such-variant"), nullptr);
}

TEST(Faults, every_rule_of_clients_has_one) {
    std::size_t bound = 0;
    for (const client_fault_entry& one : all_client_faults()) {
        bound += one.rule.empty() ? 0 : 1;
        EXPECT_TRUE(one.rule.empty() || find_rule(one.rule) != nullptr) << one.name;
    }
    EXPECT_GE(bound, 30U);
    for (const rule& one : all_rules()) {
        EXPECT_TRUE(area_of(one.id).party != rule_party::client ||
                    std::any_of(all_client_faults().begin(), all_client_faults().end(),
                                [&](const client_fault_entry& other) { return other.rule == one.id; }))
            << one.id;
    }
    for (const client_variant_entry& one : all_client_variants()) {
        EXPECT_NE(find_rule(one.rule), nullptr) << one.name;
    }
}

TEST(Faults, every_must_and_should_rule_of_a_server_has_one_and_no_choice_has) {
    std::size_t bound = 0;
    for (const fault_entry& one : all_faults()) {
        bound += one.rule.empty() ? 0 : 1;
        EXPECT_TRUE(one.rule.empty() || find_rule(one.rule) != nullptr) << one.name;
    }
    EXPECT_GE(bound, 90U);
    for (const rule& one : all_rules()) {
        const rule_party party = area_of(one.id).party;
        if (party == rule_party::client) {
            continue;
        }
        const bool has_fault = std::any_of(all_faults().begin(), all_faults().end(),
                                           [&](const fault_entry& other) { return other.rule == one.id; });
        EXPECT_EQ(has_fault, one.level != rule_level::choice) << one.id;
    }
}

TEST(Faults, every_choice_of_a_server_has_a_variant) {
    for (const rule& one : all_rules()) {
        const bool has_variant = std::any_of(all_variants().begin(), all_variants().end(),
                                             [&](const variant_entry& other) { return other.rule == one.id; });
        EXPECT_TRUE(one.level != rule_level::choice || has_variant) << one.id;
    }
}

/// A scenario of this role that lists the rule and says that it kills the fault.
bool is_killed(const std::vector<scenario>& all, test_role role, std::string_view fault_name,
               std::string_view rule_id) {
    const auto lists = [](const std::vector<std::string>& names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    return std::any_of(all.begin(), all.end(), [&](const scenario& killer) {
        return killer.role == role && lists(killer.kills, fault_name) && lists(killer.rules, rule_id);
    });
}

TEST(Faults, every_fault_has_a_scenario_that_kills_it_and_tests_its_rule) {
    const catalog_result all = make_catalog({});
    for (const fault_entry& one : all_faults()) {
        EXPECT_EQ(is_killed(all.made.scenarios, test_role::server, one.name, one.rule), !one.rule.empty()) << one.name;
    }
    for (const client_fault_entry& one : all_client_faults()) {
        EXPECT_EQ(is_killed(all.made.scenarios, test_role::client, one.name, one.rule), !one.rule.empty()) << one.name;
    }
}

TEST(Faults, scenarios_kill_only_what_exists) {
    const catalog_result all = make_catalog({});
    for (const scenario& killer : all.made.scenarios) {
        for (const std::string& name : killer.kills) {
            const bool exists =
                killer.role == test_role::server ? find_fault(name) != nullptr : find_client_fault(name) != nullptr;
            EXPECT_TRUE(exists) << killer.id << " kills " << name << ", which is no fault of its role";
        }
    }
}

}  // namespace
}  // namespace chatos::conformance
