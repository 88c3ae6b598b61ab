#include <chatos/layout.hpp>

#include <gtest/gtest.h>

namespace chatos {
namespace {

TEST(Layout, WIRE_1_opcodes_one_to_six_have_a_row_and_no_other_byte_has) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        const packet_layout* row = find_layout(static_cast<std::uint8_t>(byte));
        if (byte >= 1 && byte <= 6) {
            ASSERT_NE(row, nullptr) << byte;
            EXPECT_EQ(static_cast<unsigned>(row->op), byte);
        } else {
            EXPECT_EQ(row, nullptr) << byte;
        }
    }
}

TEST(Layout, directions_are_those_of_the_six_figures) {
    const auto directions = [](opcode op) { return std::pair{layout_of(op).from_client, layout_of(op).from_server}; };
    EXPECT_EQ(directions(opcode::cr), std::pair(true, false));
    EXPECT_EQ(directions(opcode::rpm), std::pair(true, false));
    EXPECT_EQ(directions(opcode::spm), std::pair(true, true));
    EXPECT_EQ(directions(opcode::sma), std::pair(true, false));
    EXPECT_EQ(directions(opcode::pc), std::pair(true, true));
    EXPECT_EQ(directions(opcode::error), std::pair(true, true));
}

TEST(Layout, the_largest_packet_is_an_spm_with_both_strings_at_their_limits) {
    EXPECT_EQ(packet_bytes_max({}), 1U + 2 + 255 + 4 + 65'536);
    EXPECT_EQ(packet_bytes_max({.pseudo_bytes_max = 32, .message_bytes_max = 1'024}), 1U + 2 + 32 + 4 + 1'024);
    EXPECT_EQ(packet_bytes_max({.pseudo_bytes_max = 0, .message_bytes_max = 0}), 7U);
    // WIRE-11: whatever the limits say, no size has its top bit set.
    EXPECT_EQ(packet_bytes_max({.pseudo_bytes_max = 0xFFFF'FFFF, .message_bytes_max = 0xFFFF'FFFF}),
              1ULL + 2 + 0x7FFF + 4 + 0x7FFF'FFFF);
}

TEST(Layout, names_are_the_ones_of_the_text) {
    EXPECT_EQ(packet_name(opcode::cr), "CR");
    EXPECT_EQ(packet_name(opcode::error), "ERROR");
    EXPECT_EQ(error_code_name(error_code::unreachable), "UNREACHABLE");
    EXPECT_EQ(error_code_name(static_cast<error_code>(3)), "UNASSIGNED");
    EXPECT_EQ(field_name(field::message_size), "message_size");
}

TEST(Layout, WIRE_12_assigned_codes_are_0_1_2_4_and_5) {
    for (unsigned code = 0; code < 256; ++code) {
        const bool assigned = code == 0 || code == 1 || code == 2 || code == 4 || code == 5;
        EXPECT_EQ(is_assigned_error_code(static_cast<std::uint8_t>(code)), assigned) << code;
    }
}

}  // namespace
}  // namespace chatos
