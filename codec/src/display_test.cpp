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

TEST(Display, what_has_no_glyph_or_is_no_character_is_spelled_out) {
    for (const char* const hidden :
         {"\u00a0",     "\u1680",     "\u2000", "\u202f", "\u205f",    "\u3000",                // odd spaces
          "\u00ad",     "\u034f",     "\u115f", "\u1160", "\u2800",    "\u3164",     "\uffa0",  // fillers, soft hyphen
          "\u200b",     "\u200c",     "\u200d", "\u200e", "\u2060",    "\ufe0f",     "\u180e",  // zero-width
          "\u2028",     "\u2029",     "\u061c", "\u2069", "\ufffc",    "\U000e0100", "\U000e007f",
          "\U0001d159", "\ufdd0",     "\ufdef", "\ufffe", "\uffff",    "\U0001fffe", "\U0010ffff",  // noncharacters
          "\u0378",     "\U0003fffd", "\ue000", "\uf8ff", "\U000f0000"}) {  // unassigned, private use
        EXPECT_EQ(shown(hidden).substr(0, 3), "\\u{") << shown(hidden);
    }
    EXPECT_EQ(shown("\u202f\uffff"), "\\u{202f}\\u{ffff}");
    EXPECT_EQ(shown("\u1681\u00ff\ufffd\u0600\u2801"), "\u1681\u00ff\ufffd\u0600\u2801") << "their neighbors stay";
}

TEST(Display, emoji_of_several_characters_stay_as_they_are) {
    for (const char* const emoji :
         {"\u2764\ufe0f",                                                                      // red heart
          "\u2764\ufe0f\u200d\U0001f525",                                                      // heart on fire
          "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",                        // family
          "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468\U0001f3fb",  // kiss
          "\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f3f4\u200d\u2620\ufe0f",                  // flags
          "\U0001f1eb\U0001f1f7",
          "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  // England
          "1\ufe0f\u20e3", "#\ufe0f\u20e3", "call 9\ufe0f\u20e31\ufe0f\u20e3 now",   // keycaps
          "\U0001f44d\U0001f3ff", "\u2603\ufe0e", "\U0001f469\U0001f3fd\u200d\U0001f680"}) {
        EXPECT_EQ(shown(emoji), emoji) << shown(emoji);
    }
}

TEST(Display, joiners_stay_where_they_join_letters) {
    for (const char* const text : {
             "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",      // Persian: "I want"
             "\u06a9\u0627\u0631\u200c\u0647\u0627",                  // Persian, after a letter that joins no other
             "\u0647\u200d", "\u0647\u200d.",                         // the initial form of heh
             "\u0915\u094d\u200d\u0937", "\u0915\u094d\u200c\u0937",  // Hindi: half form, no conjunct
             "\u0930\u094d\u200d",                                    // eyelash ra
             "\u0dc1\u0dca\u200d\u0dbb\u0dd3",                        // Sinhala: "Sri"
             "\u09b0\u200d\u09cd\u09af\u09be\u09ac",                  // Bengali: "RAB"
             "\u0c38\u0c3e\u0c2b\u0c4d\u0c1f\u0c4d\u200c\u0c35\u0c47\u0c30\u0c4d",  // Telugu: "software"
             "\u1820\u180b\u182d\u180e\u1820",                                      // Mongolian
             "\u845b\U000e0100", "\u2229\ufe00",  // variants of an ideograph, of a symbol
         }) {
        EXPECT_EQ(shown(text), text) << shown(text);
    }
}

TEST(Display, joiners_and_selectors_that_change_nothing_are_spelled_out) {
    EXPECT_EQ(shown("a\u200db\u200cc"), "a\\u{200d}b\\u{200c}c");
    EXPECT_EQ(shown("a\ufe0f1\ufe0f2"), "a\\u{fe0f}1\\u{fe0f}2");
    EXPECT_EQ(shown("\u2764\ufe0f\ufe0f"), "\u2764\ufe0f\\u{fe0f}");
    EXPECT_EQ(shown("\U0001f600\ufe0f"), "\U0001f600\\u{fe0f}") << "it has no other form";
    EXPECT_EQ(shown("\U0001f600\u200da"), "\U0001f600\\u{200d}a");
    EXPECT_EQ(shown("\U0001f468\u200d\u200d\U0001f469"), "\U0001f468\\u{200d}\\u{200d}\U0001f469");
    EXPECT_EQ(shown("\U0001f600\U000e0101"), "\U0001f600\\u{e0101}") << "hides data";
    EXPECT_EQ(shown("\u0645\u200c\u200c\u0645"), "\u0645\\u{200c}\\u{200c}\u0645");
    EXPECT_EQ(shown("\u0645\u200ca"), "\u0645\\u{200c}a");
    EXPECT_EQ(shown("\u0645\u200d\u0645"), "\u0645\\u{200d}\u0645") << "they join without it";
    EXPECT_EQ(shown("\u0915\u094d\u200c"), "\u0915\u094d\\u{200c}");
    EXPECT_EQ(shown("\u65e5\u200d\u672c"), "\u65e5\\u{200d}\u672c");
    EXPECT_EQ(shown("\U0001f3f4\U000e0068\U000e0069\U000e007f"), "\U0001f3f4\\u{e0068}\\u{e0069}\\u{e007f}")
        << "no flag, a hidden text";
    EXPECT_EQ(shown("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0068\U000e007f").substr(0, 13),
              "\U0001f3f4\\u{e0067}");
    EXPECT_EQ(shown("\U0001f600\U000e0067\U000e007f"), "\U0001f600\\u{e0067}\\u{e007f}");
}

TEST(Display, marks_follow_a_character_and_are_few) {
    EXPECT_EQ(shown("e\u0301\u0323 n\u0303"), "e\u0301\u0323 n\u0303");
    EXPECT_EQ(shown("\u0e1b\u0e35\u0e48"), "\u0e1b\u0e35\u0e48");
    EXPECT_EQ(shown("\u0301e"), "\\u{0301}e") << "it would stand on the quote before it";
    EXPECT_EQ(shown("\n\u0301"), "\\n\\u{0301}");
    std::string marks;
    for (int count = 0; count < 6; ++count) {
        marks += "\u0336";
    }
    EXPECT_EQ(shown("z" + marks), "z" + marks);
    EXPECT_EQ(shown("z" + marks + marks), "z" + marks + "\\u{0336}\\u{0336}\\u{0336}\\u{0336}\\u{0336}\\u{0336}");
    for (const std::size_t size : {190U, 191U, 192U, 400U}) {
        const std::string run(size, 'x');
        EXPECT_EQ(shown(run + "\u0301" + run + "y\u0301"), run + "\u0301" + run + "y\u0301") << "wherever pieces end";
    }
}

TEST(Display, a_character_is_never_parted_from_what_is_joined_to_it) {
    EXPECT_EQ(next_display_character("ab").consumed, 1);
    EXPECT_EQ(next_display_character("e\u0301b").consumed, 3);
    EXPECT_EQ(next_display_character("\U0001f468\u200d\U0001f469\u200d\U0001f467x").consumed, 18);
    EXPECT_EQ(next_display_character("\n").consumed, 1);
    EXPECT_EQ(next_display_piece("abcd\u0301").consumed, 6);
}

TEST(Display, a_joined_text_without_end_is_cut_into_pieces) {
    std::string text = "\U0001f468";
    for (int count = 0; count < 100; ++count) {
        text += "\u200d\U0001f469";
    }
    EXPECT_LE(next_display_piece(text).consumed, 68);
    EXPECT_LE(shown(text).size(), 4 * text.size());
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
