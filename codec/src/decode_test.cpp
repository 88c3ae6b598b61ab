#include "base/hex.hpp"

#include <chatos/decode.hpp>

#include <gtest/gtest.h>

#include <string>

namespace chatos {
namespace {

using base::hex_bytes;

struct accepted_case {
    const char* hex;
    packet_view packet;
};

const accepted_case accepted_cases[] = {
    {"01 0003 626f62", make_cr("bob")},
    {"02 0003 626f62", make_rpm("bob")},
    {"03 0003 626f62 00000002 6869", make_spm("bob", "hi")},
    {"03 0003 626f62 00000000", make_spm("bob", "")},  // WIRE-10
    {"04 00000002 6869", make_sma("hi")},
    {"04 00000000", make_sma("")},
    {"05 0002 c3a9", make_pc("\xC3\xA9")},  // WIRE-7: two bytes, one character
    {"06 00", make_error(error_code::ok)},
    {"06 01", make_error(error_code::pseudo_taken)},
    {"06 02", make_error(error_code::out_of_capacity)},
    {"06 04", make_error(error_code::unreachable)},
    {"06 05", make_error(error_code::refused)},
};

TEST(Decode, WIRE_2_to_6_gives_every_packet_with_its_fields) {
    for (const accepted_case& tested : accepted_cases) {
        const auto input = base::hex_bytes(tested.hex);
        const decode_result result = decode(input);
        ASSERT_EQ(result.status, decode_status::complete) << tested.hex;
        EXPECT_EQ(result.packet, tested.packet) << tested.hex;
        EXPECT_EQ(result.consumed, input.size()) << tested.hex;
    }
}

TEST(Decode, views_point_into_the_input) {
    const auto input = base::hex_bytes("03 0003 626f62 00000002 6869");
    const decode_result result = decode(input);
    EXPECT_EQ(static_cast<const void*>(result.packet.pseudo.data()), &input[3]);
    EXPECT_EQ(static_cast<const void*>(result.packet.message.data()), &input[10]);
}

TEST(Decode, takes_one_packet_and_leaves_what_follows) {
    const auto input = base::hex_bytes("06 00 ff ff");
    EXPECT_EQ(decode(input).consumed, 2U);
}

TEST(Decode, need_counts_the_bytes_up_to_the_next_decision) {
    const auto input = base::hex_bytes("03 0003 626f62 00000002 6869");
    // After k bytes: opcode, pseudo size, pseudo, message size, message.
    const std::size_t needs[] = {1, 2, 1, 3, 2, 1, 4, 3, 2, 1, 2, 1};
    for (std::size_t size = 0; size < input.size(); ++size) {
        const decode_result result = decode(std::span{input}.first(size));
        EXPECT_EQ(result.status, decode_status::incomplete) << size;
        EXPECT_EQ(result.need, needs[size]) << size;
        EXPECT_EQ(result.consumed, 0U) << size;
    }
}

struct refused_case {
    const char* hex;
    violation broken;
    field where;
    std::uint64_t offset;
    std::size_t decided_at;  // bytes that suffice for the verdict
};

const refused_case refused_cases[] = {
    {"00", violation::unknown_opcode, field::opcode, 0, 1},
    {"07", violation::unknown_opcode, field::opcode, 0, 1},
    {"ff 00", violation::unknown_opcode, field::opcode, 0, 1},
    {"01 0000", violation::empty_pseudo, field::pseudo_size, 1, 3},
    {"02 8000", violation::negative_size, field::pseudo_size, 1, 3},
    {"05 ffff", violation::negative_size, field::pseudo_size, 1, 3},
    {"01 0100", violation::size_over_limit, field::pseudo_size, 1, 3},
    {"01 7fff", violation::size_over_limit, field::pseudo_size, 1, 3},
    {"03 0003 62ff62 00000002 6869", violation::ill_formed_utf8, field::pseudo, 4, 6},
    {"03 0003 626f62 80000000", violation::negative_size, field::message_size, 6, 10},
    {"03 0003 626f62 ffffffff", violation::negative_size, field::message_size, 6, 10},
    {"03 0003 626f62 00010001", violation::size_over_limit, field::message_size, 6, 10},
    {"03 0003 626f62 7fffffff", violation::size_over_limit, field::message_size, 6, 10},
    {"04 00010001", violation::size_over_limit, field::message_size, 1, 5},
    {"04 00000004 41c32041", violation::ill_formed_utf8, field::message, 6, 9},
    {"04 00000003 eda080", violation::ill_formed_utf8, field::message, 5, 8},
    {"06 03", violation::unassigned_error_code, field::error_code, 1, 2},
    {"06 06", violation::unassigned_error_code, field::error_code, 1, 2},
    {"06 ff", violation::unassigned_error_code, field::error_code, 1, 2},
};

TEST(Decode, refuses_with_code_field_and_offset) {
    for (const refused_case& tested : refused_cases) {
        const auto input = base::hex_bytes(tested.hex);
        const decode_result result = decode(input);
        ASSERT_EQ(result.status, decode_status::malformed) << tested.hex;
        EXPECT_EQ(result.error, (decode_error{tested.broken, tested.where, tested.offset})) << tested.hex;
    }
}

TEST(Decode, WIRE_14_judges_as_soon_as_the_field_is_there_and_never_before) {
    for (const refused_case& tested : refused_cases) {
        const auto input = base::hex_bytes(tested.hex);
        for (std::size_t size = 0; size < input.size(); ++size) {
            const decode_result result = decode(std::span{input}.first(size));
            EXPECT_EQ(result.status, size < tested.decided_at ? decode_status::incomplete : decode_status::malformed)
                << tested.hex << " cut to " << size;
        }
    }
}

TEST(Decode, error_offsets_are_absolute_in_the_stream) {
    const auto input = base::hex_bytes("06 03");
    EXPECT_EQ(decode(input, {}, 1'000).error.offset, 1'001U);
}

TEST(Decode, WIRE_14_limits_are_inclusive) {
    const limits bounds{.pseudo_bytes_max = 2, .message_bytes_max = 3};
    const auto verdict = [&](const char* hex) {
        const auto input = base::hex_bytes(hex);
        const decode_result result = decode(input, bounds);
        EXPECT_NE(result.status, decode_status::incomplete) << hex;
        return result.error.what;
    };
    EXPECT_EQ(verdict("01 0002 6161"), violation::none);
    EXPECT_EQ(verdict("01 0003"), violation::size_over_limit);
    EXPECT_EQ(verdict("04 00000003 616161"), violation::none);
    EXPECT_EQ(verdict("04 00000004"), violation::size_over_limit);
}

TEST(Decode, WIRE_11_a_negative_size_is_called_negative_and_not_too_large) {
    const limits all{.pseudo_bytes_max = 0xFFFF, .message_bytes_max = 0xFFFFFFFF};
    for (const char* hex : {"01 8000", "04 80000000"}) {
        const auto input = base::hex_bytes(hex);
        EXPECT_EQ(decode(input, all).error.what, violation::negative_size) << hex;
    }
}

TEST(Decode, every_violation_names_its_rule) {
    for (const refused_case& tested : refused_cases) {
        EXPECT_TRUE(rule_of(tested.broken).starts_with("WIRE-"));
        EXPECT_NE(describe(tested.broken), "unknown");
        EXPECT_NE(violation_name(tested.broken), "unknown");
    }
}

}  // namespace
}  // namespace chatos
