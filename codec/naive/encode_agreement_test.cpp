// The encoder against the naive decoder: it refuses exactly what that decoder would refuse, and for the same reason,
// and what it writes reads back as it was.
#include "agreement.hpp"
#include "base/hex.hpp"
#include "boundary_sequences.hpp"
#include "packet_space.hpp"

#include <chatos/encode.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <sys/mman.h>

namespace chatos::testing {
namespace {

constexpr limits default_limits{};
constexpr limits small_limits{.pseudo_bytes_max = 8, .message_bytes_max = 16};
constexpr std::byte untouched{0xEE};

packet_view value_of(unsigned opcode, std::string_view pseudo, std::string_view message, unsigned code = 0) {
    return {.op = static_cast<chatos::opcode>(opcode),
            .code = static_cast<error_code>(code),
            .pseudo = pseudo,
            .message = message};
}

/// The value's bytes by the rules, legal or not.
byte_string wire_of(const packet_view& value) {
    const auto opcode = static_cast<unsigned>(value.op);
    return opcode == 6 ? error_packet(static_cast<unsigned>(value.code))
                       : packet_of(opcode, value.pseudo, value.message);
}

bool all_untouched(byte_view bytes) {
    return std::ranges::all_of(bytes, [](std::byte b) { return b == untouched; });
}

class encoder_check {
public:
    explicit encoder_check(const limits& bounds) : bounds_{bounds} {}

    /// Into buffers of these sizes, counted from the size that the packet needs.
    void check(const packet_view& value, std::initializer_list<std::ptrdiff_t> more) {
        const byte_string wire = wire_of(value);
        const naive::reading expected = naive_read(wire, naive_limits(bounds_), 0);
        for (const std::ptrdiff_t extra : more) {
            const std::ptrdiff_t size = std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(wire.size()) + extra);
            buffer_.assign(static_cast<std::size_t>(size), untouched);
            const encode_result result = encode(value, buffer_, bounds_);
            ++cases_;
            if (expected.kind == naive::outcome::wrong) {
                ASSERT_NO_FATAL_FAILURE(expect_refused(result, expected)) << base::to_hex(wire);
            } else {
                ASSERT_NO_FATAL_FAILURE(expect_written(result, wire)) << base::to_hex(wire);
            }
        }
    }

    void expect_cases(std::uint64_t cases_min, const char* space) const {
        std::printf("[    cases ] %" PRIu64 ": %s\n", cases_, space);
        EXPECT_GE(cases_, cases_min);
    }

private:
    void expect_refused(const encode_result& result, const naive::reading& expected) {
        // A string that is too long for a size without its top bit is just too long: there is no size to look at yet.
        const naive::fault why = expected.why == naive::fault::size_has_its_top_bit_set
                                     ? naive::fault::size_is_over_the_limit
                                     : expected.why;
        ASSERT_EQ(result.status, encode_status::refused);
        ASSERT_EQ(result.size, 0U);
        ASSERT_EQ(naive_fault(result.why), why);
        ASSERT_EQ(naive_place(result.where), expected.where);
        ASSERT_TRUE(all_untouched(buffer_));
    }

    void expect_written(const encode_result& result, const byte_string& wire) {
        ASSERT_EQ(result.size, wire.size());
        ASSERT_EQ(result.why, violation::none);
        if (buffer_.size() < wire.size()) {
            ASSERT_EQ(result.status, encode_status::buffer_too_small);
            ASSERT_TRUE(all_untouched(buffer_));
            return;
        }
        ASSERT_EQ(result.status, encode_status::ok);
        ASSERT_TRUE(std::ranges::equal(wire, byte_view{buffer_}.first(wire.size())));
        ASSERT_TRUE(all_untouched(byte_view{buffer_}.subspan(wire.size())));
    }

    limits bounds_;
    byte_string buffer_{};
    std::uint64_t cases_{0};
};

/// Size classes of which a test can hold strings.
std::vector<std::uint64_t> classes_up_to(const std::vector<std::uint64_t>& classes, std::uint64_t size_max) {
    std::vector<std::uint64_t> small;
    std::ranges::copy_if(classes, std::back_inserter(small), [&](std::uint64_t size) { return size <= size_max; });
    return small;
}

TEST(EncodeAgreement, every_size_class_of_every_packet_at_default_limits) {
    encoder_check checked{default_limits};
    for (const std::uint64_t pseudo_size : pseudo_size_classes(default_limits.pseudo_bytes_max)) {
        const std::string pseudo = mixed_text(pseudo_size);
        for (const std::uint64_t message_size :
             classes_up_to(message_size_classes(default_limits.message_bytes_max), 65'537)) {
            const std::string message = mixed_text(message_size);
            for (unsigned opcode = 1; opcode <= 6; ++opcode) {
                checked.check(value_of(opcode, pseudo, message), {-1, 0, 1});
            }
        }
    }
    checked.expect_cases(1'000, "six packets, every size class, default limits, buffers that just fit or do not");
}

TEST(EncodeAgreement, every_opcode_size_class_and_buffer_size_at_small_limits) {
    encoder_check checked{small_limits};
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        for (std::uint64_t pseudo_size = 0; pseudo_size <= 9; ++pseudo_size) {
            for (std::uint64_t message_size = 0; message_size <= 17; ++message_size) {
                const std::string pseudo = mixed_text(pseudo_size);
                const std::string message = mixed_text(message_size);
                for (std::ptrdiff_t extra = -32; extra <= 2; ++extra) {
                    checked.check(value_of(opcode, pseudo, message), {extra});
                }
            }
        }
    }
    checked.expect_cases(1'000'000, "256 opcodes, every size up to the limits 8 and 16 and one above, every buffer");
}

TEST(EncodeAgreement, WIRE_12_every_error_code) {
    encoder_check checked{small_limits};
    for (unsigned code = 0; code < 256; ++code) {
        checked.check(value_of(6, "\xFF", "\xFF", code), {-2, -1, 0, 1});  // fields that it does not have are ignored
    }
    checked.expect_cases(1'024, "every error code");
}

TEST(EncodeAgreement, WIRE_8_boundary_sequences_in_every_string) {
    encoder_check checked{small_limits};
    for (const std::string& sequence : boundary_sequences()) {
        for (const position where : every_position) {
            const std::string pseudo = text_around(sequence, where, 8);
            const std::string message = text_around(sequence, where, 16);
            for (unsigned opcode = 1; opcode <= 5; ++opcode) {
                checked.check(value_of(opcode, pseudo, message), {-1, 0});
                checked.check(value_of(opcode, pseudo, "hello"), {-1, 0});
                checked.check(value_of(opcode, "bob", message), {-1, 0});
            }
        }
    }
    checked.expect_cases(50'000, "UTF-8 boundary sequences in pseudo, message and both");
}

TEST(EncodeAgreement, WIRE_14_sizes_beyond_what_four_bytes_can_say_are_refused_unread) {
    // Nobody may read a string that is refused for its size: its memory cannot even be read.
    constexpr std::size_t reserved_bytes = (std::size_t{1} << 32U) + 64;
    void* reserved = mmap(nullptr, reserved_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) {
        GTEST_SKIP() << "no room for 4 GiB of addresses";
    }
    const limits no_limits{.pseudo_bytes_max = 0xFFFFFFFF, .message_bytes_max = 0xFFFFFFFF};
    byte_string buffer(64, untouched);
    for (const std::uint64_t size :
         {(1ULL << 31U) - 1, 1ULL << 31U, (1ULL << 32U) - 1, 1ULL << 32U, (1ULL << 32U) + 8}) {
        const std::string_view text{static_cast<const char*>(reserved), size};
        EXPECT_EQ(encode(value_of(4, "", text), buffer).why, violation::size_over_limit) << size;
        EXPECT_EQ(encode(value_of(3, "bob", text), buffer).where, field::message_size) << size;
        EXPECT_EQ(encode(value_of(1, text, ""), buffer, no_limits).why, violation::size_over_limit) << size;
        if (size >= 1ULL << 31U) {  // WIRE-11
            EXPECT_EQ(encode(value_of(4, "", text), buffer, no_limits).why, violation::size_over_limit) << size;
        }
        EXPECT_EQ(encoded_size(value_of(4, "", text)), size + 5);
    }
    EXPECT_TRUE(all_untouched(buffer));
    munmap(reserved, reserved_bytes);
}

}  // namespace
}  // namespace chatos::testing
