#include "base/hex.hpp"

#include <chatos/decode_batch.hpp>

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace chatos {
namespace {

using base::hex_bytes;

const std::vector<std::byte> all_packets = base::hex_bytes(
    "01 0003 626f62  02 0001 61  03 0003 626f62 00000002 6869  04 00000000  05 0002 c3a9  06 00  06 05");

TEST(DecodeBatch, gives_every_packet_of_the_buffer_in_order) {
    std::array<packet_view, 16> packets;
    const batch_result result = decode_batch(all_packets, packets);
    EXPECT_EQ(result.count, 7U);
    EXPECT_EQ(result.consumed, all_packets.size());
    EXPECT_EQ(result.status, decode_status::incomplete);
    EXPECT_EQ(result.need, 1U);
    EXPECT_EQ(packets[0], make_cr("bob"));
    EXPECT_EQ(packets[2], make_spm("bob", "hi"));
    EXPECT_EQ(packets[4], make_pc("\xC3\xA9"));
    EXPECT_EQ(packets[6], make_error(error_code::refused));
}

TEST(DecodeBatch, stops_when_the_array_is_full_and_goes_on_from_there) {
    std::array<packet_view, 3> packets;
    const batch_result first = decode_batch(all_packets, packets);
    EXPECT_EQ(first.count, 3U);
    EXPECT_EQ(first.status, decode_status::complete);
    const batch_result second = decode_batch(std::span{all_packets}.subspan(first.consumed), packets);
    EXPECT_EQ(second.count, 3U);
    EXPECT_EQ(packets[0], make_sma(""));
}

TEST(DecodeBatch, no_room_for_packets_decodes_nothing) {
    const batch_result result = decode_batch(all_packets, {});
    EXPECT_EQ(result.count, 0U);
    EXPECT_EQ(result.consumed, 0U);
    EXPECT_EQ(result.status, decode_status::complete);
}

TEST(DecodeBatch, ERR_1_a_malformed_packet_ends_the_batch_with_its_absolute_offset) {
    std::array<packet_view, 16> packets;
    const auto bytes = base::hex_bytes("06 00  04 00000002 41ff  06 00");
    const batch_result result = decode_batch(bytes, packets, {}, 100);
    EXPECT_EQ(result.count, 1U);
    EXPECT_EQ(result.consumed, 2U);
    EXPECT_EQ(result.status, decode_status::malformed);
    EXPECT_EQ(result.error, (decode_error{violation::ill_formed_utf8, field::message, 108}));
}

TEST(DecodeBatch, an_unfinished_packet_says_how_much_is_missing) {
    std::array<packet_view, 16> packets;
    const auto bytes = base::hex_bytes("06 00 04 0000");
    const batch_result result = decode_batch(bytes, packets);
    EXPECT_EQ(result.count, 1U);
    EXPECT_EQ(result.status, decode_status::incomplete);
    EXPECT_EQ(result.need, 2U);
}

}  // namespace
}  // namespace chatos
