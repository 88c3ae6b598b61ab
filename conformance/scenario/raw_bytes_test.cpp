#include "base/hex.hpp"
#include "scenario/raw_bytes.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

/// The atoms as text: bytes in hex, texts between apostrophes; or the error.
std::string read(std::string_view text) {
    const auto parsed = parse_raw_bytes(text);
    if (const auto* error = std::get_if<std::string>(&parsed)) {
        return "refused: " + *error;
    }
    std::string shown;
    for (const raw_atom& atom : std::get<raw_source>(parsed).atoms) {
        shown += shown.empty() ? "" : " ";
        if (const auto* quoted = std::get_if<std::string>(&atom)) {
            shown += '\'' + *quoted + '\'';
            continue;
        }
        shown += base::to_hex(std::get<std::vector<std::byte>>(atom));
    }
    return shown;
}

TEST(RawBytes, integers_are_big_endian_and_as_wide_as_they_say) {
    EXPECT_EQ(read("u8:0 u8:255 u16:1 u16:65535 u32:258 u32:4294967295"), "00 ff 0001 ffff 00000102 ffffffff");
}

TEST(RawBytes, hex_is_read_in_either_case) {
    EXPECT_EQ(read("x:00ffAb"), "00ffab");
}

TEST(RawBytes, text_may_hold_spaces_names_and_apostrophes) {
    EXPECT_EQ(read("'a b' '{bob}' 'it''s' ''''  ''"), "'a b' '{bob}' 'it's' ''' ''");
    EXPECT_EQ(read("u8:1'x'"),
              "refused: \"u8:1'x'\" is not a valid atom; expected u8:N, u16:N or u32:N with a number that fits, "
              "x: and pairs of hex digits, or 'text'");
    EXPECT_EQ(read("'x'u8:1"), "'x' 01") << "behind an apostrophe the next atom may start";
}

TEST(RawBytes, what_is_no_atom_is_refused_by_name) {
    for (const char* atom : {"u8:256", "u16:65536", "u32:4294967296", "u8:-1", "u8:+1", "u8:", "u8:1x", "u8", "u24:1",
                             "x:", "x:f", "x:0g", "x:0x00", "hello", "U8:1", "u8:99999999999999999999"}) {
        EXPECT_TRUE(read(std::string{"u8:1 "} + atom)
                        .starts_with("refused: \"" + std::string{atom} + "\" is not a valid atom;"))
            << read(atom);
    }
    EXPECT_EQ(read("'open"), "refused: the text 'open has no closing apostrophe");
    EXPECT_EQ(read("'''"), "refused: the text ''' has no closing apostrophe");
    EXPECT_EQ(read(""), "refused: expected at least one atom, for example u8:4 u32:2 'hi'");
    EXPECT_EQ(read("   "), read(""));
}

}  // namespace
}  // namespace chatos::conformance
