#include "runner/trace_search.hpp"
#include "scenario/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace chatos::conformance {
namespace {

class TraceSearch : public ::testing::Test {
protected:
    explicit TraceSearch(std::size_t count = 200) {
        for (std::size_t index = 0; index < count; ++index) {
            before_.push_back(&scenarios_.emplace_back());
        }
    }

    [[nodiscard]] static std::size_t count_in(std::span<const scenario* const> part,
                                              const std::vector<const scenario*>& wanted) {
        return static_cast<std::size_t>(std::count_if(part.begin(), part.end(), [&](const scenario* scenario) {
            return std::find(wanted.begin(), wanted.end(), scenario) != wanted.end();
        }));
    }

    /// Fails after at least `needed` of these.
    trace_search search(const std::vector<const scenario*>& guilty, std::size_t needed) {
        return find_trace(before_, [&](std::span<const scenario* const> part) -> std::optional<bool> {
            if (questions_ >= questions_max_) {
                return std::nullopt;
            }
            ++questions_;
            return count_in(part, guilty) >= needed;
        });
    }

    std::deque<scenario> scenarios_;
    std::vector<const scenario*> before_;
    std::size_t questions_{0};
    std::size_t questions_max_{SIZE_MAX};
};

TEST_F(TraceSearch, names_the_only_scenario_that_leaves_a_trace) {
    for (const std::size_t place : {0U, 1U, 99U, 198U, 199U}) {
        questions_ = 0;
        EXPECT_EQ(search({before_[place]}, 1).needed, std::vector<const scenario*>{before_[place]});
        EXPECT_LE(questions_, 20U);
    }
}

TEST_F(TraceSearch, names_the_last_one_of_several_that_would_do) {
    const trace_search result = search({before_[3], before_[150]}, 1);
    EXPECT_EQ(result.needed, std::vector<const scenario*>{before_[150]});
    EXPECT_FALSE(result.is_cut);
}

TEST_F(TraceSearch, names_all_that_are_needed_together) {
    const std::vector<const scenario*> guilty{before_[10], before_[11], before_[120], before_[199]};
    EXPECT_EQ(search(guilty, 4).needed, guilty);
    EXPECT_EQ(search(guilty, 2).needed, (std::vector<const scenario*>{before_[120], before_[199]}));
}

TEST_F(TraceSearch, names_none_when_the_failure_does_not_come_back) {
    const trace_search result = search({}, 1);
    EXPECT_TRUE(result.needed.empty());
    EXPECT_FALSE(result.is_cut);
    before_.clear();
    EXPECT_TRUE(search({}, 1).needed.empty());
}

TEST_F(TraceSearch, says_that_a_bound_cut_it) {
    questions_max_ = 10;  // enough for the doubling, not for the bisection
    const trace_search result = search({before_[77]}, 1);
    EXPECT_TRUE(result.is_cut);
    EXPECT_NE(std::find(result.needed.begin(), result.needed.end(), before_[77]), result.needed.end());
    questions_max_ = 0;
    EXPECT_TRUE(search({before_[77]}, 1).needed.empty());
}

}  // namespace
}  // namespace chatos::conformance
