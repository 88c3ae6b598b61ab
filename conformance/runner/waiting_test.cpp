// How long a server that never says anything can keep the whole suite waiting: computed, not waited for.
#include "runner/waiting.hpp"
#include "scenario/catalog.hpp"
#include "testing/manual_run.hpp"

#include <gtest/gtest.h>

#include <set>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::manual_run;

outcome silent_outcome() {
    outcome result;
    result.failure.emplace();
    result.failure->by_silence = true;
    return result;
}

TEST(WaitingBudget, is_patient_with_a_server_that_talks) {
    waiting_budget budget{1.0};
    outcome result;
    result.peer_spoke = true;
    for (int count = 0; count < 1'000; ++count) {
        budget.learn(result);
    }
    EXPECT_EQ(budget.now().answer, 2'000ms);
    EXPECT_EQ(budget.now().scenario, 60'000ms);
    EXPECT_FALSE(budget.is_exhausted());
}

TEST(WaitingBudget, waits_ever_less_for_one_that_never_says_anything) {
    waiting_budget budget{1.0};
    std::vector<std::int64_t> waits;
    for (int count = 0; count < 6; ++count) {
        waits.push_back(budget.now().answer.count());
        budget.learn(silent_outcome());
    }
    EXPECT_EQ(waits, (std::vector<std::int64_t>{2'000, 1'000, 500, 250, 200, 200}));
}

TEST(WaitingBudget, one_word_restores_the_full_timeout) {
    waiting_budget budget{1.0};
    for (int count = 0; count < 6; ++count) {
        budget.learn(silent_outcome());
    }
    outcome result = silent_outcome();
    result.peer_spoke = true;
    budget.learn(result);
    EXPECT_EQ(budget.now().answer, 2'000ms);
}

TEST(WaitingBudget, ends_after_20_seconds_of_silence_in_all) {
    waiting_budget budget{1.0};
    outcome result = silent_outcome();
    result.peer_spoke = true;
    for (int count = 0; count < 10; ++count) {
        budget.learn(result);
    }
    EXPECT_FALSE(budget.is_exhausted());
    budget.learn(result);
    EXPECT_TRUE(budget.is_exhausted());
    EXPECT_EQ(budget.now().answer, 250ms);
}

TEST(WaitingBudget, waits_less_for_closings_that_never_come) {
    waiting_budget budget{1.0};
    outcome result;
    result.peer_spoke = true;
    result.ended_without_close = true;
    EXPECT_EQ(budget.now().closing, 500ms);
    for (int count = 0; count < 3; ++count) {
        budget.learn(result);
    }
    EXPECT_EQ(budget.now().closing, 50ms);
}

TEST(WaitingBudget, everything_is_multiplied_by_the_time_factor) {
    const timeouts times = waiting_budget{2.5}.now();
    EXPECT_EQ(times.answer, 5'000ms);
    EXPECT_EQ(times.closing, 1'250ms);
    EXPECT_EQ(times.scenario, 150'000ms);
    EXPECT_EQ(times.time_factor, 2.5);
}

TEST(WaitingBudget, a_mute_server_is_judged_within_a_minute) {
    const catalog_result catalog = make_catalog({});
    waiting_budget budget{1.0};
    std::set<std::string> failed;
    std::chrono::milliseconds total{0};
    // Scenarios without a control come first, since they may be controls of others.
    for (const bool with_control : {false, true}) {
        for (const scenario& scenario : catalog.loaded.scenarios) {
            if (scenario.control.empty() == with_control || failed.contains(scenario.control)) {
                continue;
            }
            manual_run run{scenario, budget.now()};
            while (!run.finished()) {
                run.wait_for_deadline();
            }
            const outcome result = run.result();
            if (result.failure) {
                failed.insert(scenario.id);
            }
            total += run.time();
            budget.learn(result);
        }
    }
    RecordProperty("seconds", static_cast<int>(total.count() / 1'000));
    EXPECT_LT(total, 60s);
    EXPECT_GT(failed.size(), 20U);
}

}  // namespace
}  // namespace chatos::conformance
