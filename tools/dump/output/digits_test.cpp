#include "dump/output/digits.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace chatos::dump::testing {
namespace {

std::string number_text(std::uint64_t number) {
    std::array<char, number_room> letters;
    letters.fill('?');
    return {letters.data(), write_number(letters.data(), number)};
}

std::string fraction_text(std::uint32_t nanoseconds, std::size_t digits) {
    std::array<char, number_room> letters;
    return {letters.data(), write_fraction(letters.data(), nanoseconds, digits)};
}

TEST(dump_digits, are_those_of_the_standard_library_at_every_length) {
    std::uint64_t power = 1;
    for (int digits = 1; digits <= 20; ++digits, power *= 10) {
        for (const std::uint64_t number : {power - 1, power, power + 1, power * 7 + power / 3, ~power}) {
            EXPECT_EQ(number_text(number), std::to_string(number));
        }
    }
    EXPECT_EQ(number_text(UINT64_MAX), "18446744073709551615");
    for (std::uint64_t number = 0; number < 1'000'000; number += number < 20'000 ? 1 : 97) {
        ASSERT_EQ(number_text(number), std::to_string(number));
        ASSERT_EQ(number_text(number * 100), std::to_string(number * 100));
    }
}

TEST(dump_digits, of_a_fraction_keep_their_zeros) {
    EXPECT_EQ(fraction_text(0, 6), ".000000");
    EXPECT_EQ(fraction_text(999'999'999, 9), ".999999999");
    EXPECT_EQ(fraction_text(1'002'003, 9), ".001002003");
    EXPECT_EQ(fraction_text(120'000'999, 6), ".120000");
    EXPECT_EQ(fraction_text(120'000'999, 3), ".120");
}

}  // namespace
}  // namespace chatos::dump::testing
