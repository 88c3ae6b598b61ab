#include "dump/record/packet_fields.hpp"
#include "dump/testing/dump_testing.hpp"

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

TEST(packet_fields, every_byte_of_a_packet_belongs_to_one_field) {
    for (const packet_view& packet : every_packet()) {
        const std::vector<std::byte> bytes = wire_of(packet);
        std::size_t position = 0;
        for (const packet_field& part : packet_fields{bytes}) {
            EXPECT_EQ(part.position, position);
            EXPECT_TRUE(part.is_whole());
            EXPECT_EQ(part.bytes.data(), bytes.data() + position);
            position += part.bytes.size();
        }
        EXPECT_EQ(position, bytes.size()) << packet_name(packet.op);
    }
}

TEST(packet_fields, bytes_behind_the_packet_are_left_alone) {
    const std::vector<std::byte> bytes = wire_of({make_spm("bob", "hi"), make_error(error_code::ok)});
    EXPECT_EQ(packet_fields{bytes}.back().name, field::message);
    EXPECT_EQ(packet_fields{bytes}.back().bytes.size(), 2U);
}

TEST(packet_fields, only_the_last_field_of_a_cut_packet_is_not_whole) {
    const std::vector<std::byte> bytes = wire_of(make_spm("bob", "hi"));
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        const packet_fields fields{std::span{bytes}.first(cut)};
        std::size_t total_bytes = 0;
        for (const packet_field& part : fields) {
            total_bytes += part.bytes.size();
            EXPECT_EQ(part.is_whole(), &part != &fields.back()) << "cut at " << cut;
        }
        EXPECT_EQ(total_bytes, cut);
    }
}

TEST(packet_fields, an_empty_span_is_an_opcode_that_is_not_there) {
    const packet_fields fields{std::span<const std::byte>{}};
    EXPECT_EQ(fields.back().name, field::opcode);
    EXPECT_FALSE(fields.back().is_whole());
}

TEST(packet_fields, nothing_follows_what_cannot_be_read) {
    EXPECT_EQ(packet_fields{bytes_of("\x07\x00\x01z"sv)}.back().name, field::opcode);
    EXPECT_EQ(packet_fields{bytes_of("\x01\x80\x01z"sv)}.back().name, field::pseudo_size);
    EXPECT_EQ(packet_fields{bytes_of("\x04\xff\xff\xff\xffz"sv)}.back().name, field::message_size);
}

TEST(packet_fields, a_huge_size_is_expected_not_touched) {
    const std::vector<std::byte> bytes = bytes_of("\x04\x7f\xff\xff\xffz"sv);
    const packet_fields fields{bytes};
    EXPECT_EQ(fields.back().size_expected, 0x7FFF'FFFFU);
    EXPECT_EQ(fields.back().bytes.size(), 1U);
}

}  // namespace
}  // namespace chatos::dump::testing
