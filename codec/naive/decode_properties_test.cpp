// What holds for every packet, told without a second decoder: where decisions fall, what is consumed, which byte
// belongs to which field, and that bytes that were accepted encode back to themselves.
#include "boundary_sequences.hpp"
#include "packet_space.hpp"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

namespace chatos::testing {
namespace {

constexpr limits small_limits{.pseudo_bytes_max = 8, .message_bytes_max = 16};

void expect_cases(std::uint64_t cases, std::uint64_t cases_min, const char* space) {
    std::printf("[    cases ] %" PRIu64 ": %s\n", cases, space);
    EXPECT_GE(cases, cases_min);
}

/// Every size class of every opcode, and every boundary sequence in every string, under small limits.
template <typename Visit>
void for_each_packet(Visit&& visit) {
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        for_each_size_class(opcode, small_limits.pseudo_bytes_max, small_limits.message_bytes_max, visit);
    }
    for (const std::string& sequence : boundary_sequences()) {
        for (const position where : every_position) {
            const std::string pseudo = text_around(sequence, where, 8);
            const std::string message = text_around(sequence, where, 16);
            for (const unsigned opcode : {1U, 2U, 5U}) {
                visit(packet_of(opcode, pseudo, ""));
            }
            visit(packet_of(3, pseudo, "hello"));
            visit(packet_of(3, "bob", message));
            visit(packet_of(4, "", message));
        }
    }
}

TEST(DecodeProperties, WIRE_13_fewer_bytes_than_need_never_decide_anything_whatever_they_are) {
    std::uint64_t cases = 0;
    for_each_packet([&](const byte_string& packet) {
        for (std::size_t size = 0; size <= packet.size(); ++size) {
            const byte_string start{packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)};
            const decode_result first = decode(start, small_limits);
            if (first.status != decode_status::incomplete) {
                return;
            }
            ASSERT_GE(first.need, 1U);
            for (const std::byte filling : {std::byte{0x00}, std::byte{0x61}, std::byte{0x80}, std::byte{0xFF}}) {
                byte_string more = start;
                for (std::size_t added = 1; added < first.need; ++added) {
                    more.push_back(filling);
                    const decode_result next = decode(more, small_limits);
                    ASSERT_EQ(next.status, decode_status::incomplete);
                    ASSERT_EQ(next.need, first.need - added);
                    ++cases;
                }
                // With as many as were asked for, something is decided: the end, or the next need.
                more.push_back(filling);
                const decode_result next = decode(more, small_limits);
                ASSERT_TRUE(next.status != decode_status::incomplete || next.need >= 1);
                ++cases;
            }
        }
    });
    expect_cases(cases, 500'000, "packets cut anywhere, with 1 to need bytes of four kinds more");
}

/// The fields of an accepted packet, one after the other, as the table has them; where they end.
std::size_t end_of_fields(const byte_string& bytes, const packet_view& packet) {
    const auto position_of = [&](std::string_view text) {
        return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(text.data()) - bytes.data());
    };
    std::size_t at = 1;
    for (const part which : layout_of(packet.op).parts()) {
        at += layout_of(which).size_bytes;
        if (which == part::error_code) {
            EXPECT_EQ(static_cast<std::byte>(packet.code), bytes[at]);
            at += 1;
            continue;
        }
        const std::string_view text = which == part::pseudo ? packet.pseudo : packet.message;
        EXPECT_TRUE(text.empty() || position_of(text) == at);
        at += text.size();
    }
    return at;
}

TEST(DecodeProperties, every_accepted_byte_belongs_to_one_field_and_no_byte_behind_it_is_consumed) {
    std::uint64_t cases = 0;
    for_each_packet([&](const byte_string& packet) {
        for (const byte_string& follower : {byte_string{}, error_packet(0), byte_string(9, std::byte{0xFF})}) {
            const byte_string bytes = packet + follower;
            const decode_result result = decode(bytes, small_limits);
            if (result.status == decode_status::complete) {
                ASSERT_EQ(result.consumed, packet.size());
                ASSERT_EQ(result.consumed, end_of_fields(bytes, result.packet));
                ASSERT_EQ(result.consumed, encoded_size(result.packet));
                ++cases;
            }
        }
    });
    expect_cases(cases, 5'000, "accepted packets and what follows them");
}

TEST(DecodeProperties, accepted_bytes_encode_back_to_themselves) {
    std::uint64_t cases = 0;
    for_each_packet([&](const byte_string& packet) {
        const decode_result result = decode(packet, small_limits);
        if (result.status == decode_status::complete) {
            byte_string again(packet.size());
            const encode_result encoded = encode(result.packet, again, small_limits);
            ASSERT_EQ(encoded.status, encode_status::ok);
            ASSERT_EQ(encoded.size, packet.size());
            ASSERT_EQ(again, packet);
            ++cases;
        }
    });
    expect_cases(cases, 2'000, "accepted packets, encoded again");
}

TEST(DecodeProperties, a_result_says_nothing_about_what_it_does_not_know) {
    for_each_packet([&](const byte_string& packet) {
        const decode_result result = decode(packet, small_limits);
        if (result.status != decode_status::complete) {
            ASSERT_EQ(result.consumed, 0U);
            ASSERT_EQ(result.packet, packet_view{});
        }
        ASSERT_EQ(result.status == decode_status::incomplete, result.need != 0);
        ASSERT_EQ(result.status == decode_status::malformed, result.error.what != violation::none);
    });
}

TEST(DecodeProperties, ERR_1_a_malformed_packet_stays_malformed_whatever_follows) {
    for_each_packet([&](const byte_string& packet) {
        const decode_result result = decode(packet, small_limits);
        if (result.status == decode_status::malformed) {
            const byte_string longer = packet + error_packet(0);
            const decode_result later = decode(longer, small_limits);
            ASSERT_EQ(later.status, decode_status::malformed);
            ASSERT_EQ(later.error, result.error);
        }
    });
}

}  // namespace
}  // namespace chatos::testing
