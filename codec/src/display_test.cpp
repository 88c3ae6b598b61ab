#include <chatos/display.hpp>

#include <gtest/gtest.h>

#include <string>

namespace chatos {
namespace {

std::string shown(std::string_view text) {
    std::string output;
    escape(text, [&](std::string_view piece) { output += piece; });
    return output;
}

TEST(Display, printable_text_stays_as_it_is) {
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("hello, world"), "hello, world");
    EXPECT_EQ(shown("h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80"), "h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80");
    EXPECT_EQ(shown(std::string(1'000, 'x')), std::string(1'000, 'x'));
}

TEST(Display, plain_bytes_end_at_the_first_byte_that_is_not_plain) {
    for (std::size_t size = 0; size < 70; ++size) {
        std::string text(size, '~');
        ASSERT_EQ(plain_bytes(text), size);
        for (std::size_t place = 0; place < size; ++place) {
            for (const char letter : {'\0', '\x1f', '"', '\\', '\x7f', '\x80', '\xff'}) {
                text[place] = letter;
                ASSERT_EQ(plain_bytes(text), place) << size << ' ' << +letter;
            }
            text[place] = ' ';
        }
    }
    for (unsigned letter = 0; letter < 256; ++letter) {
        const bool is_plain = letter >= 0x20 && letter < 0x7F && letter != '"' && letter != '\\';
        ASSERT_EQ(plain_bytes(std::string(16, static_cast<char>(letter))), is_plain ? 16U : 0U) << letter;
        ASSERT_EQ(plain_bytes(std::string(1, static_cast<char>(letter))), is_plain ? 1U : 0U) << letter;
    }
}

TEST(Display, terminal_controls_are_never_printed) {
    EXPECT_EQ(shown("\x1b[2J"), "\\x1b[2J");
    EXPECT_EQ(shown("a\nb\rc\td"), "a\\nb\\rc\\td");
    EXPECT_EQ(shown(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
    EXPECT_EQ(shown("\xC2\x9B"), "\\u{009b}");  // C1: one-character CSI
}

TEST(Display, what_hides_or_reorders_text_is_spelled_out) {
    EXPECT_EQ(shown("\xE2\x80\xAE"), "\\u{202e}");
    EXPECT_EQ(shown("\xE2\x81\xA6"), "\\u{2066}");
    EXPECT_EQ(shown("\xE2\x80\x8B"), "\\u{200b}");
    EXPECT_EQ(shown("\xE2\x80\xA8"), "\\u{2028}");
    EXPECT_EQ(shown("\xEF\xBB\xBF"), "\\u{feff}");
    EXPECT_EQ(shown("\xF3\xA0\x81\x81"), "\\u{e0041}");
}

TEST(Display, ill_formed_bytes_show_as_bytes) {
    EXPECT_EQ(shown("a\xFFz"), "a\\xffz");
    EXPECT_EQ(shown("\xE2\x82"), "\\xe2\\x82");
    EXPECT_EQ(shown("\xC3\xA9\xFFz"), "\xC3\xA9\\xffz") << "the character before them stays";
}

TEST(Display, escapes_are_unambiguous) {
    EXPECT_EQ(shown("\\x1b \"q\""), "\\\\x1b \\\"q\\\"");
}

TEST(Display, output_is_at_most_four_times_the_input_for_every_byte_pair) {
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            const std::string output = shown(text);
            ASSERT_LE(output.size(), 4 * text.size());
            for (const char byte : output) {
                ASSERT_GE(static_cast<unsigned char>(byte), 0x20) << first << ' ' << second;
                ASSERT_NE(byte, '\x7f');
            }
        }
    }
}

}  // namespace
}  // namespace chatos
