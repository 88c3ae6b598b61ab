#include "base/word_list.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace chatos::base {
namespace {

TEST(word_list, joins_words) {
    EXPECT_EQ(joined(std::vector<std::string>{}), "");
    EXPECT_EQ(joined(std::vector<std::string>{"a", "b"}, ", "), "a, b");
    EXPECT_EQ(joined(std::set<std::string>{"", "c"}), " c");
}

TEST(word_list, counts_with_the_plural) {
    EXPECT_EQ(counted(0, "byte"), "0 bytes");
    EXPECT_EQ(counted(1, "byte"), "1 byte");
    EXPECT_EQ(counted(1'000, "byte"), "1000 bytes");
}

}  // namespace
}  // namespace chatos::base
