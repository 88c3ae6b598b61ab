// Decoders against the naive one, over declared spaces that are walked to their last case.
#include "agreement.hpp"
#include "boundary_sequences.hpp"
#include "packet_space.hpp"
#include "sampled.hpp"

#include <gtest/gtest.h>

namespace chatos::testing {
namespace {

constexpr limits default_limits{};
constexpr limits small_limits{.pseudo_bytes_max = 8, .message_bytes_max = 16};

void check_every_size_class(agreement& compared, unsigned opcode) {
    for_each_size_class(opcode, default_limits.pseudo_bytes_max, default_limits.message_bytes_max,
                        [&](const byte_string& packet) { compared.check_truncations(packet + error_packet(0)); });
}

TEST(DecodeAgreement, WIRE_2_4_5_every_size_class_of_packets_with_one_part_whole_and_cut_anywhere) {
    agreement compared{default_limits};
    for (const unsigned opcode : {1U, 2U, 4U, 5U, 6U}) {
        check_every_size_class(compared, opcode);
    }
    // CPUs with several kernels compare more.
    expect_agreement(compared, 900'000,
                     "CR, RPM, SMA, PC: every size class; ERROR: every code; default limits, every truncation");
}

TEST(DecodeAgreement, WIRE_3_every_size_class_of_SPM_whole_and_cut_anywhere) {
    agreement compared{default_limits};
    check_every_size_class(compared, 3);
    expect_agreement(compared, 5'000'000, "SPM: every pair of size classes, default limits, every truncation");
}

TEST(DecodeAgreement, WIRE_1_13_every_opcode_size_class_truncation_and_split_at_small_limits) {
    agreement compared{small_limits};
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        for_each_size_class(opcode, small_limits.pseudo_bytes_max, small_limits.message_bytes_max,
                            [&](const byte_string& packet) {
                                const byte_string stream = packet + error_packet(5);
                                compared.check_truncations(stream);
                                compared.check_splits(stream);
                                compared.check_byte_by_byte(stream);
                            });
    }
    expect_agreement(compared, 10'000'000,
                     "256 opcodes, every size class, limits 8 and 16, every truncation and split");
}

/// Every boundary sequence at every position of a string of each of these sizes, the limit being the last. A sample has
/// every second sequence, in strings of one byte and of the limit's size.
template <typename Visit>
void for_each_boundary_text(std::initializer_list<std::size_t> sizes, Visit&& visit) {
    for (std::size_t index = 0; index < boundary_sequences().size(); index += is_sampled ? 2 : 1) {
        const std::string& sequence = boundary_sequences()[index];
        for (const std::size_t size : sizes) {
            const bool is_left_out = is_sampled && size != 1 && size != *(sizes.end() - 1);
            if (sequence.size() > size || is_left_out) {
                continue;
            }
            for (const position where : every_position) {
                visit(text_around(sequence, where, size));
            }
        }
    }
}

/// The packet cut and split everywhere; alone; and between others, so that blocks reach over its ends.
void check_everywhere(agreement& compared, const byte_string& packet) {
    const byte_string before = packet_of(1, "\u00e9\u00e9", "") + error_packet(4);
    const byte_string behind = packet_of(3, "\u20ac", "\U0001f419\U0001f419") + packet_of(4, "", mixed_text(16)) +
                               packet_of(3, mixed_text(8), mixed_text(16)) + packet_of(4, "", mixed_text(15)) +
                               error_packet(0);
    compared.check_whole(before + packet + behind);
    const byte_string stream = packet + error_packet(5);
    compared.check_truncations(stream);
    compared.check_splits(stream);
}

TEST(DecodeAgreement, WIRE_8_boundary_sequences_in_the_pseudo_of_CR_RPM_and_PC) {
    agreement compared{small_limits};
    for_each_boundary_text({1, 7, 8}, [&](const std::string& text) {
        for (const unsigned opcode : {1U, 2U, 5U}) {
            check_everywhere(compared, packet_of(opcode, text, ""));
        }
    });
    expect_agreement(compared, 1'000'000, "UTF-8 boundary sequences in pseudos of 1, 7 and 8 bytes, cut and split");
}

TEST(DecodeAgreement, WIRE_8_boundary_sequences_in_the_message_of_SMA) {
    agreement compared{small_limits};
    for_each_boundary_text({1, 15, 16},
                           [&](const std::string& text) { check_everywhere(compared, packet_of(4, "", text)); });
    expect_agreement(compared, 1'000'000, "UTF-8 boundary sequences in messages of 1, 15 and 16 bytes, cut and split");
}

TEST(DecodeAgreement, WIRE_8_boundary_sequences_in_the_pseudo_of_SPM) {
    agreement compared{small_limits};
    for_each_boundary_text({1, 7, 8}, [&](const std::string& text) {
        check_everywhere(compared, packet_of(3, text, ""));
        check_everywhere(compared, packet_of(3, text, mixed_text(16)));
    });
    expect_agreement(compared, 1'000'000, "UTF-8 boundary sequences in an SPM's pseudo, cut and split");
}

TEST(DecodeAgreement, WIRE_8_boundary_sequences_in_the_message_of_SPM) {
    agreement compared{small_limits};
    for_each_boundary_text({1, 15, 16}, [&](const std::string& text) {
        check_everywhere(compared, packet_of(3, "\u00e9", text));
        check_everywhere(compared, packet_of(3, mixed_text(8), text));
    });
    expect_agreement(compared, 1'000'000, "UTF-8 boundary sequences in an SPM's message, cut and split");
}

TEST(DecodeAgreement, WIRE_8_boundary_sequences_in_one_string_of_SPM_and_every_size_class_of_the_other) {
    agreement compared{small_limits};
    const std::string other = mixed_text(17);
    const auto prefix = [&](std::uint64_t size) { return std::string_view{other}.substr(0, size); };
    for_each_boundary_text({1, 7, 8}, [&](const std::string& text) {
        for (const std::uint64_t size : message_size_classes(small_limits.message_bytes_max)) {
            compared.check_truncations(packet_of(3, {text.size(), text}, {size, prefix(size)}));
        }
    });
    for_each_boundary_text({1, 15, 16}, [&](const std::string& text) {
        for (const std::uint64_t size : pseudo_size_classes(small_limits.pseudo_bytes_max)) {
            compared.check_truncations(packet_of(3, {size, prefix(size)}, {text.size(), text}));
        }
    });
    expect_agreement(compared, 1'000'000,
                     "UTF-8 boundary sequences in an SPM, every size class of its other string, cut");
}

TEST(DecodeAgreement, WIRE_1_boundary_sequences_behind_every_byte_that_is_no_opcode) {
    agreement compared{small_limits};
    for (unsigned opcode = 0; opcode < 256; opcode += opcode == 0 ? 7 : 1) {
        for (const std::string& sequence : boundary_sequences()) {
            const byte_string packet = packet_of(opcode, sequence, sequence);
            compared.check_whole(packet);
            compared.check_byte_by_byte(packet);
        }
    }
    expect_agreement(compared, 1'000'000, "250 bytes that are no opcode, UTF-8 boundary sequences after them");
}

TEST(DecodeAgreement, WIRE_13_a_stream_of_all_packets_cut_and_split_anywhere) {
    const byte_string stream = packet_of(1, mixed_text(8), "") + packet_of(2, "z", "") +
                               packet_of(3, mixed_text(7), mixed_text(16)) + packet_of(4, "", "") +
                               packet_of(4, "", mixed_text(15)) + packet_of(5, "\u00e9", "") + error_packet(0) +
                               error_packet(5);
    for (unsigned last = 0; last < 256; ++last) {
        agreement compared{small_limits};
        const byte_string ended = stream + byte_string{static_cast<std::byte>(last), std::byte{0}, std::byte{1}};
        compared.check_truncations(ended);
        compared.check_splits(ended);
        compared.check_byte_by_byte(ended);
        ASSERT_EQ(compared.disagreement(), "") << last;
    }
}

}  // namespace
}  // namespace chatos::testing
