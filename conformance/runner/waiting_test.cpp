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
    outcome seen;
    seen.failure.emplace();
    seen.failure->by_silence = true;
    return seen;
}

TEST(WaitingBudget, is_patient_with_a_server_that_talks) {
    waiting_budget budget{1.0};
    outcome seen;
    seen.peer_spoke = true;
    for (int count = 0; count < 1'000; ++count) {
        budget.learn(seen);
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

TEST(WaitingBudget, one_word_restores_its_patience) {
    waiting_budget budget{1.0};
    for (int count = 0; count < 6; ++count) {
        budget.learn(silent_outcome());
    }
    outcome seen = silent_outcome();
    seen.peer_spoke = true;
    budget.learn(seen);
    EXPECT_EQ(budget.now().answer, 2'000ms);
}

TEST(WaitingBudget, ends_after_20_seconds_of_silence_in_all) {
    waiting_budget budget{1.0};
    outcome seen = silent_outcome();
    seen.peer_spoke = true;
    for (int count = 0; count < 10; ++count) {
        budget.learn(seen);
    }
    EXPECT_FALSE(budget.is_exhausted());
    budget.learn(seen);
    EXPECT_TRUE(budget.is_exhausted());
    EXPECT_EQ(budget.now().answer, 250ms);
}

TEST(WaitingBudget, waits_less_for_closings_that_never_come) {
    waiting_budget budget{1.0};
    outcome seen;
    seen.peer_spoke = true;
    seen.ended_without_close = true;
    EXPECT_EQ(budget.now().closing, 500ms);
    for (int count = 0; count < 3; ++count) {
        budget.learn(seen);
    }
    EXPECT_EQ(budget.now().closing, 50ms);
}

TEST(WaitingBudget, everything_is_multiplied_by_the_time_factor) {
    const patience times = waiting_budget{2.5}.now();
    EXPECT_EQ(times.answer, 5'000ms);
    EXPECT_EQ(times.closing, 1'250ms);
    EXPECT_EQ(times.scenario, 150'000ms);
    EXPECT_EQ(times.time_factor, 2.5);
}

TEST(WaitingBudget, a_mute_server_is_judged_within_a_minute) {
    const catalog_result result = make_catalog({});
    waiting_budget budget{1.0};
    std::set<std::string> failed;
    std::chrono::milliseconds total{0};
    // Controls stand alone, so those without one come first.
    for (const bool with_control : {false, true}) {
        for (const scenario& one : result.loaded.scenarios) {
            if (one.control.empty() == with_control || failed.contains(one.control)) {
                continue;
            }
            manual_run run{one, budget.now()};
            while (!run.finished()) {
                run.wait_for_deadline();
            }
            const outcome seen = run.result();
            if (seen.failure) {
                failed.insert(one.id);
            }
            total += run.time();
            budget.learn(seen);
        }
    }
    RecordProperty("seconds", static_cast<int>(total.count() / 1'000));
    EXPECT_LT(total, 60s);
    EXPECT_GT(failed.size(), 20U);
}

}  // namespace
}  // namespace chatos::conformance
