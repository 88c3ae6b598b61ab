#include "dump/stats/duration_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace chatos::dump {
namespace {

TEST(duration_histogram, has_nothing_before_anything_was_added) {
    const duration_histogram none;
    EXPECT_EQ(none.count(), 0U);
    EXPECT_EQ(none.at_percent(50), 0U);
}

TEST(duration_histogram, is_exact_for_one_value_and_for_the_ends) {
    for (const std::uint64_t value : {0ULL, 1ULL, 127ULL, 128ULL, 1'000'000'007ULL, ~0ULL}) {
        duration_histogram one;
        one.add(value);
        EXPECT_EQ(one.lowest(), value);
        EXPECT_EQ(one.highest(), value);
        EXPECT_EQ(one.at_percent(50), value);
        EXPECT_EQ(one.at_percent(99), value);
    }
}

TEST(duration_histogram, is_within_one_percent_of_sorted_values) {
    std::mt19937_64 random{1};
    std::vector<std::uint64_t> values;
    duration_histogram counted;
    for (int count = 0; count < 5'000; ++count) {
        values.push_back(random() >> (random() % 64));
        counted.add(values.back());
    }
    std::ranges::sort(values);
    for (const unsigned percent : {1U, 50U, 90U, 99U, 100U}) {
        const std::uint64_t exact = values[(values.size() * percent + 99) / 100 - 1];
        EXPECT_GE(counted.at_percent(percent), exact);
        EXPECT_LE(static_cast<double>(counted.at_percent(percent)), static_cast<double>(exact) * 1.01);
    }
    EXPECT_EQ(counted.lowest(), values.front());
    EXPECT_EQ(counted.highest(), values.back());
}

}  // namespace
}  // namespace chatos::dump
