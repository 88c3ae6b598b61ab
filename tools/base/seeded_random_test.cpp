#include "base/seeded_random.hpp"

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

TEST(seeded_random, gives_the_numbers_of_splitmix64) {
    seeded_random random{0};
    EXPECT_EQ(random.next(), 0xE220'A839'7B1D'CDAFU);
    EXPECT_EQ(random.next(), 0x6E78'9E6A'A1B9'65F4U);
}

TEST(seeded_random, numbers_below_a_bound_are_all_drawn_about_as_often) {
    seeded_random random{7};
    int counts[10] = {};
    for (int draw = 0; draw < 100'000; ++draw) {
        ++counts[random.below(10)];
    }
    for (const int count : counts) {
        EXPECT_GT(count, 9'500);
        EXPECT_LT(count, 10'500);
    }
    EXPECT_TRUE(random.one_in(1));
    EXPECT_LT(random.below(std::uint64_t{1} << 40U), std::uint64_t{1} << 40U);
}

}  // namespace
}  // namespace chatos::base
