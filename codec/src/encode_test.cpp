#include "base/hex.hpp"

#include <chatos/encode.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace chatos {
namespace {

using base::hex_bytes;

std::vector<std::byte> encoded(const packet_view& packet, const limits& bounds = {}) {
    std::vector<std::byte> output(encoded_size(packet));
    const encode_result result = encode(packet, output, bounds);
    EXPECT_EQ(result.status, encode_status::ok);
    EXPECT_EQ(result.size, output.size());
    return output;
}

TEST(Encode, WIRE_2_to_6_writes_the_bytes_of_the_figures) {
    EXPECT_EQ(encoded(make_cr("bob")), base::hex_bytes("01 0003 626f62"));
    EXPECT_EQ(encoded(make_rpm("bob")), base::hex_bytes("02 0003 626f62"));
    EXPECT_EQ(encoded(make_spm("bob", "hi")), base::hex_bytes("03 0003 626f62 00000002 6869"));
    EXPECT_EQ(encoded(make_sma("hi")), base::hex_bytes("04 00000002 6869"));
    EXPECT_EQ(encoded(make_pc("\xC3\xA9")), base::hex_bytes("05 0002 c3a9"));
    EXPECT_EQ(encoded(make_error(error_code::refused)), base::hex_bytes("06 05"));
}

TEST(Encode, WIRE_6_sizes_are_big_endian) {
    const std::string message(0x10203, 'x');
    const auto bytes = encoded(make_sma(message), {.pseudo_bytes_max = 8, .message_bytes_max = 0x10203});
    EXPECT_EQ(std::vector(bytes.begin(), bytes.begin() + 5), base::hex_bytes("04 00010203"));
}

TEST(Encode, a_short_buffer_stays_untouched_and_the_size_is_told) {
    const packet_view packet = make_spm("bob", "hi");
    for (std::size_t size = 0; size < encoded_size(packet); ++size) {
        std::vector<std::byte> output(size, std::byte{0xEE});
        const encode_result result = encode(packet, output);
        EXPECT_EQ(result.status, encode_status::buffer_too_small);
        EXPECT_EQ(result.size, 12U);
        EXPECT_EQ(output, std::vector(size, std::byte{0xEE}));
    }
}

TEST(Encode, a_large_buffer_keeps_its_tail) {
    std::array<std::byte, 4> output{};
    output.fill(std::byte{0xEE});
    EXPECT_EQ(encode(make_error(error_code::ok), output).size, 2U);
    EXPECT_EQ(output[2], std::byte{0xEE});
}

struct refused_case {
    packet_view packet;
    violation why;
    field where;
};

TEST(Encode, refuses_what_the_decoder_would_refuse_and_writes_nothing) {
    const limits bounds{.pseudo_bytes_max = 4, .message_bytes_max = 4};
    const refused_case cases[] = {
        {make_cr(""), violation::empty_pseudo, field::pseudo_size},
        {make_cr("abcde"), violation::size_over_limit, field::pseudo_size},
        {make_rpm("\xC3"), violation::ill_formed_utf8, field::pseudo},
        {make_spm("bob", "12345"), violation::size_over_limit, field::message_size},
        {make_spm("bob", "\xFF"), violation::ill_formed_utf8, field::message},
        {make_sma("\xED\xA0\x80"), violation::ill_formed_utf8, field::message},
        {make_error(static_cast<error_code>(3)), violation::unassigned_error_code, field::error_code},
        {{.op = static_cast<opcode>(0)}, violation::unknown_opcode, field::opcode},
        {{.op = static_cast<opcode>(7)}, violation::unknown_opcode, field::opcode},
    };
    for (const refused_case& tested : cases) {
        std::array<std::byte, 32> output{};
        const encode_result result = encode(tested.packet, output, bounds);
        EXPECT_EQ(result.status, encode_status::refused);
        EXPECT_EQ(result.why, tested.why);
        EXPECT_EQ(result.where, tested.where);
        EXPECT_EQ(output, (std::array<std::byte, 32>{}));
    }
}

TEST(Encode, WIRE_11_no_limit_allows_a_pseudo_whose_size_would_be_negative) {
    const limits all{.pseudo_bytes_max = 0xFFFFFFFF, .message_bytes_max = 0xFFFFFFFF};
    const std::string pseudo(0x8000, 'x');
    std::vector<std::byte> output(pseudo.size() + 3);
    EXPECT_EQ(encode(make_cr(pseudo), output, all).why, violation::size_over_limit);
    EXPECT_EQ(encode(make_cr(std::string_view{pseudo}.substr(1)), output, all).status, encode_status::ok);
}

}  // namespace
}  // namespace chatos
