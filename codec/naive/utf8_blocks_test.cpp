// Texts that meet the ends of blocks of 8, 16, 32 and 64 bytes in every way: sequences across them, texts that are cut
// short at them, bytes just before and after the text, which must not matter.
#include "agreement.hpp"
#include "base/hex.hpp"
#include "boundary_sequences.hpp"
#include "decode_batch_with.hpp"
#include "packet_space.hpp"
#include "utf8_implementations.hpp"

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>

namespace chatos::testing {
namespace {

void expect_cases(std::uint64_t cases, std::uint64_t cases_min, const char* space) {
    std::printf("[    cases ] %" PRIu64 ": %s\n", cases, space);
    EXPECT_GE(cases, cases_min);
}

/// Bytes that a text lies between, to mislead code that reads beyond its ends: these complete a sequence that
/// the text leaves open, or leave one open before it, or are just wrong.
struct surroundings {
    std::string_view before;
    std::string_view behind;
};
constexpr surroundings every_surroundings[] = {
    {"aaaa", "aaaa"},
    {"\xE2\x82\xF0\x9F", "\x80\x80\x80\x80"},
    {"\xF0\x9F\x90\xC3", "\xBF\xBF\xBF\xBF"},
    {"\xFF\xFF\xFF\xFF", "\xFF\xFF\xFF\xFF"},
};

/// A text and what surrounds it in one run of bytes. All texts of a test have the same surroundings.
class surrounded_text {
public:
    explicit surrounded_text(const surroundings& around) : around_{around} {}

    [[nodiscard]] std::string_view place(std::string_view text) {
        bytes_.assign(64, 'q').append(around_.before);
        const std::size_t start = bytes_.size();
        bytes_.append(text).append(around_.behind).append(64, '\x80');
        return std::string_view{bytes_}.substr(start, text.size());
    }

private:
    surroundings around_;
    std::string bytes_{};
};

/// Sequences for places: those of the edges that are well-formed, or wrong by one thing only.
constexpr std::string_view placed_sequences[] = {
    "\xC2\x80",
    "\xDF\xBF",
    "\xE0\xA0\x80",
    "\xE0\x9F\xBF",
    "\xED\x9F\xBF",
    "\xED\xA0\x80",
    "\xEE\x80\x80",
    "\xEF\xBF\xBF",
    "\xF0\x90\x80\x80",
    "\xF0\x8F\xBF\xBF",
    "\xF1\x80\x80\x80",
    "\xF4\x8F\xBF\xBF",
    "\xF4\x90\x80\x80",
    "\xF5\x80\x80\x80",
    "\xC1\xBF",
    "\x80",
    "\xC2",
    "\xE2\x82",
    "\xF0\x9F\x99",
    "\xC2\x80\x80",
    "\xE2\x82\xAC\x80",
    "\xF0\x9F\x99\x80\x80",
};

class Utf8Blocks : public ::testing::TestWithParam<surroundings> {};

TEST_P(Utf8Blocks, WIRE_8_a_sequence_at_every_place_of_texts_of_every_size_up_to_140_bytes) {
    surrounded_text around{GetParam()};
    std::uint64_t cases = 0;
    for (const std::string_view sequence : placed_sequences) {
        for (std::size_t size = 1; size <= 140; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                // Near the end, the text's end cuts the sequence short.
                std::string text = std::string(at, 'a').append(sequence);
                text.resize(size, 'z');
                const std::string_view placed = around.place(text);
                const char* judge = dissenter(placed, naive_first_ill_formed(placed));
                ASSERT_EQ(judge, nullptr) << base::to_hex(std::as_bytes(std::span{placed}));
                ++cases;
            }
        }
    }
    expect_cases(cases, 200'000, "sequences at every place of texts of 1 to 140 bytes");
}

TEST_P(Utf8Blocks, WIRE_8_every_boundary_sequence_across_every_end_of_a_block) {
    surrounded_text around{GetParam()};
    std::uint64_t cases = 0;
    for (const std::string& sequence : boundary_sequences()) {
        for (const std::size_t block_end : {8U, 16U, 32U, 64U, 96U, 128U}) {
            for (std::size_t back = 0; back <= sequence.size(); ++back) {
                for (const std::size_t behind : {0U, 1U, 40U}) {
                    std::string text = std::string(block_end - back, 'a').append(sequence).append(behind, 'z');
                    const std::string_view placed = around.place(text);
                    const char* judge = dissenter(placed, naive_first_ill_formed(placed));
                    ASSERT_EQ(judge, nullptr) << base::to_hex(std::as_bytes(std::span{placed}));
                    ++cases;
                }
            }
        }
    }
    expect_cases(cases, 50'000, "boundary sequences across the ends of blocks");
}

TEST_P(Utf8Blocks, WIRE_8_dense_text_of_every_size_with_one_byte_changed) {
    surrounded_text around{GetParam()};
    std::uint64_t cases = 0;
    for (const std::string_view character : {"\u00e9", "\u20ac", "\U0001f419"}) {
        for (std::size_t size = 1; size <= 132; size += size < 120 ? 7 : 1) {
            std::string dense;
            while (dense.size() < size) {
                dense += character;
            }
            dense.resize(size);
            for (std::size_t at = 0; at < size; ++at) {
                for (const unsigned change : {0x00U, 0x01U, 0x20U, 0x40U, 0x80U}) {
                    std::string text = dense;
                    text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ change);
                    const std::string_view placed = around.place(text);
                    const char* judge = dissenter(placed, naive_first_ill_formed(placed));
                    ASSERT_EQ(judge, nullptr) << base::to_hex(std::as_bytes(std::span{placed}));
                    ++cases;
                }
            }
        }
    }
    expect_cases(cases, 10'000, "dense texts with one byte changed");
}

std::string name_of(const ::testing::TestParamInfo<surroundings>& around) {
    constexpr std::string_view names[] = {"ascii", "two_open_before", "one_open_before", "wrong"};
    return std::string{names[around.index]};
}

INSTANTIATE_TEST_SUITE_P(Surroundings, Utf8Blocks, ::testing::ValuesIn(every_surroundings), name_of);

TEST(Utf8Runs, WIRE_8_every_run_of_7_characters_of_one_to_four_bytes_cut_short_anywhere) {
    const std::string_view kinds[] = {"a", "\u00e9", "\u20ac", "\U0001f419"};
    surrounded_text around{every_surroundings[1]};
    std::uint64_t cases = 0;
    for (const std::size_t before : {0U, 24U, 56U}) {
        for (unsigned run = 0; run < 1U << 14U; ++run) {
            std::string text(before, 'b');
            for (unsigned shift = 0; shift < 14; shift += 2) {
                text += kinds[(run >> shift) % 4];
            }
            for (std::size_t size = before; size <= text.size(); ++size) {
                const std::string_view placed = around.place(std::string_view{text}.substr(0, size));
                ASSERT_EQ(dissenter(placed, naive_first_ill_formed(placed)), nullptr)
                    << base::to_hex(std::as_bytes(std::span{placed}));
                ++cases;
            }
        }
    }
    expect_cases(cases, 500'000, "runs of 7 characters of one to four bytes, cut short anywhere");
}

TEST(Utf8Blocks, a_text_without_memory_is_well_formed) {
    EXPECT_EQ(dissenter(std::string_view{}, 0), nullptr);
    for (const detail::kernel& fast : detail::usable_kernels()) {
        packet_view packet{};
        const batch_result nothing = detail::decode_batch_with(fast, {}, std::span{&packet, 1}, limits{}, 0);
        EXPECT_EQ(nothing.count, 0U) << fast.name;
        EXPECT_EQ(nothing.need, 1U) << fast.name;
    }
}

}  // namespace
}  // namespace chatos::testing
