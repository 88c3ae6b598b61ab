// Every short sequence there is: all of up to three bytes, and all of four bytes with a first byte of F0 and above.
// Longer sequences are covered by these, because a well-formed text is a row of well-formed sequences; how the rows
// meet blocks is utf8_blocks_test.cpp.
#include "base/hex.hpp"
#include "sampled.hpp"
#include "utf8_implementations.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>

namespace chatos::testing {
namespace {

// A sample has all sequences of up to three bytes; of those of four, the ones whose last byte is at the edges of the
// continuation range or beside them.
constexpr std::array<unsigned, 8> sampled_bytes{0x00, 0x7F, 0x80, 0x81, 0xBE, 0xBF, 0xC0, 0xFF};

void expect_cases(std::uint64_t cases, std::uint64_t expected, const char* space) {
    std::printf("[    cases ] %" PRIu64 ": %s\n", cases, space);
    EXPECT_EQ(cases, expected);
}

::testing::AssertionResult all_agree(std::string_view text) {
    const std::size_t expected = naive_first_ill_formed(text);
    if (const char* judge = dissenter(text, expected); judge != nullptr) {
        auto failure = ::testing::AssertionFailure() << judge << " does not say " << expected << " of";
        for (const char letter : text) {
            failure << ' ' << std::hex << static_cast<unsigned>(static_cast<unsigned char>(letter));
        }
        return failure;
    }
    return ::testing::AssertionSuccess();
}

TEST(Utf8Exhaustive, WIRE_8_every_sequence_of_one_and_two_bytes) {
    std::uint64_t cases = 0;
    std::array<char, 2> bytes{};
    for (unsigned first = 0; first < 256; ++first) {
        bytes[0] = static_cast<char>(first);
        ASSERT_TRUE(all_agree({bytes.data(), 1}));
        ++cases;
        for (unsigned second = 0; second < 256; ++second) {
            bytes[1] = static_cast<char>(second);
            ASSERT_TRUE(all_agree({bytes.data(), 2}));
            ++cases;
        }
    }
    expect_cases(cases, 256 + 65'536, "every sequence of one and two bytes");
}

/// Every sequence of `size` bytes that starts with this byte; of four bytes maybe a sample.
void judge_all_that_start_with(unsigned first, std::size_t size, std::uint64_t& cases) {
    std::array<char, 4> bytes{static_cast<char>(first)};
    for (unsigned second_and_third = 0; second_and_third < 65'536; ++second_and_third) {
        bytes[1] = static_cast<char>(second_and_third / 256);
        bytes[2] = static_cast<char>(second_and_third % 256);
        if (size == 3) {
            ASSERT_TRUE(all_agree({bytes.data(), 3}));
            ++cases;
            continue;
        }
        const unsigned fourth_bytes = is_sampled ? sampled_bytes.size() : 256;
        for (unsigned fourth = 0; fourth < fourth_bytes; ++fourth) {
            bytes[3] = static_cast<char>(is_sampled ? sampled_bytes[fourth] : fourth);
            ASSERT_TRUE(all_agree({bytes.data(), 4}));
            ++cases;
        }
    }
}

TEST(Utf8Exhaustive, WIRE_8_every_sequence_of_three_bytes) {
    std::uint64_t cases = 0;
    for (unsigned first = 0; first < 256; ++first) {
        ASSERT_NO_FATAL_FAILURE(judge_all_that_start_with(first, 3, cases));
    }
    expect_cases(cases, 1U << 24U, "every sequence of three bytes");
}

/// A test for each first byte, so that they can run side by side.
class Utf8ExhaustiveFourBytes : public ::testing::TestWithParam<unsigned> {};

TEST_P(Utf8ExhaustiveFourBytes, WIRE_8_every_sequence_that_starts_with_this_byte) {
    std::uint64_t cases = 0;
    ASSERT_NO_FATAL_FAILURE(judge_all_that_start_with(GetParam(), 4, cases));
    expect_cases(cases, 65'536U * (is_sampled ? sampled_bytes.size() : 256U),
                 is_sampled ? "a sample of the sequences of four bytes" : "every sequence of four bytes");
}

INSTANTIATE_TEST_SUITE_P(FirstByte, Utf8ExhaustiveFourBytes, ::testing::Range(0xF0U, 0x100U),
                         [](const ::testing::TestParamInfo<unsigned>& first) {
                             return "F" + std::string(1, base::hex_digits[first.param % 16]);
                         });

}  // namespace
}  // namespace chatos::testing
