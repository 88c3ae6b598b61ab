#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

TEST(hex, every_byte_is_two_lower_case_digits) {
    const std::vector<std::byte> bytes{std::byte{0x06}, std::byte{0x00}, std::byte{0xFA}};
    EXPECT_EQ(to_hex(bytes), "0600fa");
    EXPECT_EQ(to_hex(bytes, " "), "06 00 fa");
    EXPECT_EQ(to_hex(std::string_view{"\xff\x01z"}), "ff017a");
    EXPECT_EQ(to_hex(std::string_view{}, " "), "");
}

TEST(hex, what_is_written_can_be_read_back) {
    for (unsigned value = 0; value < 256; ++value) {
        const std::vector<std::byte> byte{static_cast<std::byte>(value)};
        EXPECT_EQ(from_hex(to_hex(byte)), byte);
    }
}

TEST(hex, pairs_of_digits_of_either_case_are_read_and_nothing_else) {
    EXPECT_EQ(from_hex("00ffAb"), (std::vector<std::byte>{std::byte{0}, std::byte{0xFF}, std::byte{0xAB}}));
    EXPECT_EQ(from_hex(""), std::vector<std::byte>{});
    for (const std::string_view text : {"0", "0g", "g0", "00 0", " 00", "0x", "0@", "0`", ":0"}) {
        EXPECT_EQ(from_hex(text), std::nullopt) << text;
    }
}

TEST(hex, bytes_of_the_program_may_be_spaced) {
    EXPECT_EQ(to_hex(hex_bytes("03 0003 626f62")), "030003626f62");
    EXPECT_THROW((void)hex_bytes("03 0"), std::invalid_argument);
}

}  // namespace
}  // namespace chatos::base
