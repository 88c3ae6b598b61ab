// Millions of events from a few seeds. And tests of the simulation: it finds each planted fault, shrinks the list of
// operations, and replays it.
#include "simulation/faulty_subjects.hpp"
#include "simulation/shrink.hpp"
#include "simulation/trial.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <ostream>

namespace chatos::core::simulation {

// For test reports.
void PrintTo(const setting& setting, std::ostream* out) {
    *out << "seed " << setting.seed << " users " << setting.users;
}
void PrintTo(const planted_fault& planted, std::ostream* out) {
    *out << planted.name;
}

namespace {

#ifdef CHATOS_SANITIZED
constexpr std::uint64_t events_per_seed = 30'000;
constexpr std::uint32_t tries_max = 600;
#else
constexpr std::uint64_t events_per_seed = 500'000;
constexpr std::uint32_t tries_max = 5'000;
#endif

std::vector<operation> shrunk(const setting& setting, const outcome& end, const subject_maker& make) {
    const auto same = [&](std::span<const operation> list) {
        return run_list(setting, list, make).first_failure.rule == end.first_failure.rule;
    };
    return shrink(operations_of(setting, end), same, tries_max);
}

class Simulation : public testing::TestWithParam<setting> {};

TEST_P(Simulation, every_client_gets_what_it_may_expect_and_nothing_else) {
    const setting setting = GetParam();
    const outcome end = run_schedule(setting, events_per_seed);
    ASSERT_FALSE(end.failed()) << end.first_failure.rule << " (" << end.first_failure.detail
                               << ")\nagain: core_simulation --seed " << setting.seed << " --users " << setting.users
                               << " --events " << events_per_seed << "\nshrunk, for core_simulation --replay FILE:\n"
                               << text_of(setting, shrunk(setting, end, honest_subject));
    EXPECT_GT(end.deliveries, end.events / 20) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(end.packets, end.events / 20);
    EXPECT_GT(end.connections, setting.users / 2);
    std::cout << static_cast<double>(end.events) / end.cpu_seconds << " events per CPU second\n";
}

std::vector<setting> some_settings() {
    std::vector<setting> all;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        all.push_back({.seed = seed, .users = 24});
    }
    for (std::uint64_t seed = 11; seed <= 14; ++seed) {
        all.push_back({.seed = seed, .users = 300});
    }
    for (const std::uint32_t users : {1U, 2U, 3U, 1'000U}) {
        all.push_back({.seed = 21, .users = users});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulation, testing::ValuesIn(some_settings()), [](const auto& it) {
    return "seed_" + std::to_string(it.param.seed) + "_users_" + std::to_string(it.param.users);
});

TEST(SimulationItself, the_same_seed_gives_the_same_events) {
    const outcome first = run_schedule({.seed = 5, .users = 50}, 20'000);
    const outcome second = run_schedule({.seed = 5, .users = 50}, 20'000);
    EXPECT_EQ(first.events, second.events);
    EXPECT_EQ(first.operations, second.operations);
    EXPECT_EQ(first.deliveries, second.deliveries);
    EXPECT_NE(first.deliveries, run_schedule({.seed = 6, .users = 50}, 20'000).deliveries);
}

TEST(SimulationItself, a_list_plays_what_the_seed_played) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {  // some drain early
        const setting setting{.seed = seed, .users = 20};
        const outcome planned = run_schedule(setting, 10'000);
        const replay read = replay_from(text_of(setting, operations_of(setting, planned)));
        ASSERT_EQ(read.fault, "");
        const outcome played = run_list(read.settings, read.list);
        EXPECT_EQ(played.events, planned.events);
        EXPECT_EQ(played.deliveries, planned.deliveries);
    }
}

class PlantedFault : public testing::TestWithParam<planted_fault> {};

TEST_P(PlantedFault, is_found_made_short_and_shown_again) {
    const subject_maker& make = GetParam().make;
    constexpr std::uint64_t first_seed = 100;  // whose schedules shrink well for each of them
    setting setting{.seed = first_seed, .users = 8};
    outcome end{};
    while (!end.failed() && setting.seed < first_seed + 40) {
        ++setting.seed;
        end = run_schedule(setting, 3'000, make);
    }
    ASSERT_TRUE(end.failed()) << "not found";
    const std::vector<operation> list = shrunk(setting, end, make);
    const std::string text = text_of(setting, list);
    EXPECT_LE(list.size(), 10U) << text;
    const replay read = replay_from(text);
    ASSERT_EQ(read.fault, "");
    EXPECT_EQ(read.list, list);
    EXPECT_EQ(run_list(read.settings, read.list, make).first_failure.rule, end.first_failure.rule) << text;
    EXPECT_FALSE(run_list(read.settings, read.list).failed()) << "the fault is the double's, not the core's\n" << text;
    std::cout << end.first_failure.rule << "\n" << text;
}

INSTANTIATE_TEST_SUITE_P(Doubles, PlantedFault, testing::ValuesIn(planted_faults()),
                         [](const auto& it) { return it.param.name; });

TEST(ReplayFile, says_which_line_is_none) {
    EXPECT_NE(replay_from("").fault, "");
    EXPECT_NE(replay_from("# nothing but words\n").fault, "");
    EXPECT_NE(replay_from("join actor=1\n").fault.find("line 1"), std::string::npos);
    EXPECT_NE(replay_from("seed 1 users 0\n").fault.find("line 1"), std::string::npos);
    for (const std::string_view line :
         {"jump", "join who=1", "join actor=x", "join actor=70000", "answer code=3", "join turn=2"}) {
        const replay read = replay_from("seed 1 users 2\n\n" + std::string{line} + "\n");
        EXPECT_NE(read.fault.find("line 3"), std::string::npos) << line;
    }
}

TEST(ReplayFile, every_operation_survives_the_way_through_text) {
    schedule plan{{.seed = 9, .users = 100}};
    for (int i = 0; i < 20'000; ++i) {
        const operation operation = plan.next();
        ASSERT_EQ(operation_from(text_of(operation)), operation) << text_of(operation);
        ASSERT_NE(in_words(operation), "");
    }
}

TEST(Shrink, leaves_what_matters_and_nothing_else) {
    std::vector<operation> list(1'000, operation{.kind = operation_kind::wait, .turn = false, .amount = 7});
    list[100] = {.kind = operation_kind::join, .actor = 12, .pseudo = 30, .amount = 99};
    list[900] = {.kind = operation_kind::broadcast, .actor = 12, .amount = 900};
    const auto fails = [](std::span<const operation> candidate) {
        bool joined = false;
        for (const operation& operation : candidate) {
            joined = joined || operation.kind == operation_kind::join;
            if (joined && operation.kind == operation_kind::broadcast && operation.amount >= 17) {
                return true;
            }
        }
        return false;
    };
    const std::vector<operation> expected{{.kind = operation_kind::join},
                                          {.kind = operation_kind::broadcast, .amount = 17}};
    EXPECT_EQ(shrink(list, fails), expected);
}

}  // namespace
}  // namespace chatos::core::simulation
