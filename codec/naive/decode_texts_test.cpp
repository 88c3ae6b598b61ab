// Strings inside packets, where the fast path judges them together with what lies around them: sizes before, packets
// after, the end of the buffer.
#include "agreement.hpp"
#include "packet_space.hpp"
#include "sampled.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace chatos::testing {
namespace {

constexpr limits default_limits{};

/// One of each kind: right, overlong, surrogate, too large, lonely, cut short, too long.
constexpr std::string_view sequences[] = {
    "\xDF\xBF",     "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
    "\xED\xA0\x80", "\xBF",         "\xF4\x90\x80\x80", "\xC2",     "\xE2\x82",     "\xF0\x9F\x99",
    "\xC2\x80\x80",
};

/// What may follow a packet in the buffer: nothing; a few bytes; packets to beyond the next block; bytes that are no
/// packet and would complete a sequence.
const std::array<byte_string, 4>& followers() {
    static const std::array<byte_string, 4> all{byte_string{}, error_packet(0),
                                                packet_of(4, "", mixed_text(90)) + packet_of(1, mixed_text(30), "") +
                                                    error_packet(1),
                                                byte_string(80, std::byte{0xBF})};
    return all;
}

void check_followed(agreement& compared, const byte_string& packet) {
    for (const byte_string& follower : followers()) {
        compared.check_whole(packet + follower);
    }
}

/// `size` bytes of ASCII with the sequence from `at` on, as far as there is room.
std::string text_with(std::string_view sequence, std::size_t at, std::size_t size) {
    std::string text = std::string(at, 'a').append(sequence);
    text.resize(size, 'z');
    return text;
}

/// Every size; a sample has every third around the ends of blocks, and few between.
std::vector<std::size_t> sizes_up_to(std::size_t size_max) {
    std::vector<std::size_t> sizes;
    for (std::size_t size = 1; size <= size_max; ++size) {
        const bool is_near_a_block_end = size < 70 || (size > 120 && size < 136) || size > 250;
        if (!is_sampled || size % (is_near_a_block_end ? 3 : 27) == 1) {
            sizes.push_back(size);
        }
    }
    return sizes;
}

TEST(DecodeTexts, WIRE_8_a_sequence_at_every_place_of_a_pseudo_of_every_size) {
    agreement compared{default_limits};
    for (const std::string_view sequence : sequences) {
        for (const std::size_t size : sizes_up_to(255)) {
            for (std::size_t at = 0; at < size; ++at) {
                check_followed(compared, packet_of(1, text_with(sequence, at, size), ""));
            }
        }
    }
    expect_agreement(compared, 500'000, "sequences at every place of a CR's pseudo, followed by this and that");
}

TEST(DecodeTexts, WIRE_8_a_sequence_at_every_place_of_a_message_of_every_size) {
    agreement compared{default_limits};
    for (const std::string_view sequence : sequences) {
        for (const std::size_t size : sizes_up_to(134)) {
            for (std::size_t at = 0; at < size; ++at) {
                check_followed(compared, packet_of(4, "", text_with(sequence, at, size)));
            }
        }
    }
    expect_agreement(compared, 500'000, "sequences at every place of an SMA's message, followed by this and that");
}

TEST(DecodeTexts, WIRE_8_a_sequence_at_every_place_of_both_strings_of_SPM) {
    agreement compared{default_limits};
    for (const std::string_view sequence : sequences) {
        for (const std::size_t pseudo_size : {1U, 2U, 3U, 11U, 26U, 27U, 28U, 31U, 32U, 57U, 58U, 59U, 60U, 63U, 64U}) {
            for (const std::size_t message_size : {0U, 1U, 3U, 20U, 31U, 32U, 33U, 52U, 53U, 63U, 64U, 65U, 128U}) {
                const std::string pseudo = mixed_text(pseudo_size);
                const std::string message = mixed_text(message_size);
                for (std::size_t at = 0; at < pseudo_size; ++at) {
                    check_followed(compared, packet_of(3, text_with(sequence, at, pseudo_size), message));
                }
                for (std::size_t at = 0; at < message_size; ++at) {
                    check_followed(compared, packet_of(3, pseudo, text_with(sequence, at, message_size)));
                }
            }
        }
    }
    expect_agreement(compared, 500'000, "sequences at every place of an SPM's strings, followed by this and that");
}

/// Starts of strings that would be well-formed if the size before them belonged to them, and their like.
constexpr std::string_view starts[] = {"",         "\x80",         "\xBF",         "\x80\x80", "\xBF\xBF",
                                       "\xA9\xA9", "\x80\x80\x80", "\xBF\xBF\xBF", "\xC3\xA9", "\xE2\x82\xAC"};

TEST(DecodeTexts, WIRE_7_a_size_that_looks_like_a_first_byte_does_not_belong_to_the_string) {
    agreement compared{default_limits};
    for (const std::string_view start : starts) {
        for (std::size_t size = 1; size <= 255; ++size) {
            const std::string text = text_with(start, 0, size);
            for (const unsigned opcode : {1U, 2U, 3U, 5U}) {
                check_followed(compared, packet_of(opcode, text, "hello"));
            }
            check_followed(compared, packet_of(3, "bob", text));
            check_followed(compared, packet_of(4, "", text));
        }
    }
    expect_agreement(compared, 50'000, "strings of 1 to 255 bytes that start with continuation bytes");
}

TEST(DecodeTexts, WIRE_7_two_bytes_of_a_size_that_look_like_a_sequence_do_not_belong_to_the_message) {
    agreement compared{default_limits};
    for (std::size_t high = 0xC0; high <= 0xFF; high += high < 0xDE ? 5 : 1) {
        for (const std::size_t low : {0x7FU, 0x80U, 0x82U, 0xBFU, 0xC3U}) {
            for (const std::string_view start : {"", "\x80", "\xBF\xBF"}) {
                compared.check_whole(packet_of(4, "", text_with(start, 0, high * 256 + low)) + error_packet(0));
            }
        }
    }
    expect_agreement(compared, 1'000, "messages of 49,279 to 65,475 bytes, the size of which looks like UTF-8");
}

TEST(DecodeTexts, WIRE_8_a_string_cut_short_is_not_completed_by_the_packet_behind_it) {
    agreement compared{default_limits};
    for (const std::string_view open : {"\xC3", "\xE2\x82", "\xE2", "\xF0\x9F\x90", "\xF0\x9F", "\xF0"}) {
        for (std::size_t size = open.size(); size <= 140; ++size) {
            const std::string text = text_with(open, size - open.size(), size);
            for (unsigned next = 0; next < 256; ++next) {
                const byte_string behind(70, static_cast<std::byte>(next));
                compared.check_whole(packet_of(1, text, "") + behind);
                compared.check_whole(packet_of(3, "bob", text) + behind);
            }
        }
    }
    expect_agreement(compared, 500'000, "strings that are cut short, every byte after them");
}

TEST(DecodeTexts, a_batch_of_any_size_is_decoded_up_to_its_last_place) {
    const byte_string packet = packet_of(3, mixed_text(10), mixed_text(10));
    byte_string stream;
    agreement compared{default_limits};
    for (unsigned count = 0; count < 70; ++count) {  // more than a batch holds
        compared.check_truncations(stream);
        stream = stream + packet;
    }
    expect_agreement(compared, 10'000, "rows of 0 to 69 packets, every truncation");
}

}  // namespace
}  // namespace chatos::testing
