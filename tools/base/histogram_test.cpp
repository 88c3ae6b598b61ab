// Percentiles from buckets, against sorted values.
#include "base/histogram.hpp"
#include "base/seeded_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace chatos::base {
namespace {

TEST(histogram, has_nothing_to_tell_without_values) {
    const histogram empty;
    EXPECT_EQ(empty.count(), 0U);
    EXPECT_EQ(empty.lowest(), 0U);
    EXPECT_EQ(empty.highest(), 0U);
    EXPECT_EQ(empty.at_per_mille(500), 0U);
    EXPECT_EQ(empty.at_per_mille(1000), 0U);
}

TEST(histogram, is_exact_for_small_values) {
    histogram small;
    for (std::uint64_t value = 1; value <= 100; ++value) {
        small.add(value);
    }
    EXPECT_EQ(small.count(), 100U);
    EXPECT_EQ(small.at_per_mille(0), 1U);
    EXPECT_EQ(small.at_per_mille(10), 1U);
    EXPECT_EQ(small.at_per_mille(500), 50U);
    EXPECT_EQ(small.at_per_mille(990), 99U);
    EXPECT_EQ(small.at_per_mille(999), 100U);
    EXPECT_EQ(small.at_per_mille(1000), 100U);
}

TEST(histogram, one_value_is_every_percentile) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{129}, std::uint64_t{255},
          std::uint64_t{256}, std::uint64_t{1'000'003}, std::uint64_t{1} << 63U, ~std::uint64_t{0}}) {
        histogram single;
        single.add(value);
        EXPECT_EQ(single.at_per_mille(1), value);
        EXPECT_EQ(single.at_per_mille(500), value);
        EXPECT_EQ(single.at_per_mille(1000), value);
    }
}

TEST(histogram, is_within_one_percent_above_and_never_below) {
    seeded_random random{7};
    histogram buckets;
    std::vector<std::uint64_t> sorted;
    for (int count = 0; count < 20'000; ++count) {
        const std::uint64_t value = random.next() >> random.below(64U);
        buckets.add(value);
        sorted.push_back(value);
    }
    std::sort(sorted.begin(), sorted.end());
    for (const std::uint32_t per_mille : {1U, 10U, 100U, 500U, 900U, 990U, 999U, 1000U}) {
        const std::uint64_t exact = sorted[(sorted.size() * per_mille + 999U) / 1000U - 1U];
        const std::uint64_t estimate = buckets.at_per_mille(per_mille);
        EXPECT_GE(estimate, exact) << per_mille;
        EXPECT_LE(estimate - exact, exact / 100U) << per_mille;
    }
    EXPECT_EQ(buckets.lowest(), sorted.front());
    EXPECT_EQ(buckets.highest(), sorted.back());
}

TEST(histogram, forgets_when_cleared) {
    histogram values;
    values.add(9);
    values.clear();
    EXPECT_EQ(values.count(), 0U);
    values.add(5);
    EXPECT_EQ(values.at_per_mille(1000), 5U);
}

}  // namespace
}  // namespace chatos::base
