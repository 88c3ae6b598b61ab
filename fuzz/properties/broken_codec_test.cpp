// A property that cannot fail proves nothing. Here are codecs, each wrong in one way that real ones have been wrong
// in; the properties must find each over the seeds, and name the property that the fault breaks.
#include "properties/decode_properties.hpp"
#include "properties/round_trip_properties.hpp"
#include "properties/stream_properties.hpp"
#include "seeds/seed_sets.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace chatos::fuzz {
namespace {

/// Names of the properties that break for some seed with some split.
template <typename Codec>
std::set<std::string> broken_properties() {
    std::set<std::string> names;
    workspace memory;
    for (const seed& tested : make_packet_seeds()) {
        decode_plan plan = plan_of(tested.input);
        for (const std::uint8_t split_choice : std::initializer_list<std::uint8_t>{0, 1, 2, 7, 77}) {
            plan.split_choice = split_choice;
            for (const verdict& broken :
                 {check_decode_plan<Codec>(plan, memory), check_stream_plan<Codec>(plan, memory),
                  check_round_trip_plan<Codec>(plan, memory)}) {
                if (broken) {
                    names.emplace(broken->property);
                }
            }
        }
    }
    return names;
}

template <typename Codec>
bool breaks(const std::string& property) {
    return broken_properties<Codec>().contains(property);
}

/// A codec whose one-shot decoder's results pass through Fault::change; its stream decoder is made from that decoder,
/// so that both share the fault.
template <typename Fault>
struct changed_decode : real_codec {
    static decode_result decode(std::span<const std::byte> input, const limits& bounds, std::uint64_t base) noexcept {
        decode_result result = chatos::decode(input, bounds, base);
        Fault::change(result, input, base);
        return result;
    }

    class stream_decoder {
    public:
        // All the memory at once: a stream decoder does not allocate on the way.
        stream_decoder(std::span<std::byte>, const limits& bounds) : bounds_{bounds} { given_.reserve(1U << 16U); }
        decode_result next(std::span<const std::byte>& input) {
            if (failed_.status == decode_status::malformed) {
                return failed_;
            }
            given_.erase(given_.begin(), given_.begin() + static_cast<std::ptrdiff_t>(used_));
            used_ = 0;
            const std::size_t before = given_.size();
            given_.insert(given_.end(), input.begin(), input.end());
            const decode_result result = decode(given_, bounds_, offset_);
            if (result.status == decode_status::complete && result.consumed <= given_.size() &&
                result.consumed >= before) {
                given_.resize(result.consumed);
                input = input.subspan(result.consumed - before);
                used_ = result.consumed;
                offset_ += result.consumed;
            } else {
                input = {};
                failed_ = result;
            }
            return result;
        }
        [[nodiscard]] std::uint64_t offset() const { return offset_; }
        [[nodiscard]] std::size_t buffered() const { return given_.size() - used_; }

    private:
        limits bounds_;
        std::vector<std::byte> given_;
        std::size_t used_{0};
        std::uint64_t offset_{0};
        decode_result failed_{};
    };
};

/// A codec whose stream decoder alone is wrong: Fault::next has the real one to work with.
template <typename Fault>
struct changed_stream : real_codec {
    class stream_decoder : public chatos::stream_decoder {
    public:
        using chatos::stream_decoder::stream_decoder;
        decode_result next(std::span<const std::byte>& input) { return fault_.next(*this, input); }

    private:
        Fault fault_;
    };
};

TEST(broken_codec, the_real_one_breaks_nothing) {
    EXPECT_EQ(broken_properties<real_codec>(), std::set<std::string>{});
}

struct unchanged {
    static void change(decode_result&, std::span<const std::byte>, std::uint64_t) {}
};
TEST(broken_codec, the_tests_own_stream_decoder_breaks_nothing) {
    EXPECT_EQ(broken_properties<changed_decode<unchanged>>(), std::set<std::string>{});
}

struct needs_one_too_many {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) { ++result.need; }
};
struct needs_one_too_few {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        result.need -= result.need > 1 ? 1 : 0;
    }
};
struct needs_always_one {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) { result.need = 1; }
};
struct needs_nothing {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) { result.need = 0; }
};
TEST(broken_codec, a_dishonest_need_is_found) {
    EXPECT_TRUE(breaks<changed_decode<needs_one_too_many>>("need"));
    EXPECT_TRUE(breaks<changed_decode<needs_one_too_few>>("need"));
    EXPECT_TRUE(breaks<changed_decode<needs_always_one>>("need"));
    EXPECT_TRUE(breaks<changed_decode<needs_nothing>>("need"));
}

/// Judges by bytes that belong to the next packet.
struct looks_ahead {
    static void change(decode_result& result, std::span<const std::byte> input, std::uint64_t base) {
        if (result.status == decode_status::complete && input.size() > result.consumed &&
            input[result.consumed] > std::byte{6}) {
            result = {.status = decode_status::malformed,
                      .error = {violation::unknown_opcode, field::opcode, base + result.consumed}};
        }
    }
};
TEST(broken_codec, a_packet_that_depends_on_the_next_is_found) {
    EXPECT_FALSE(broken_properties<changed_decode<looks_ahead>>().empty());
}

struct consumes_one_too_many {
    static void change(decode_result& result, std::span<const std::byte> input, std::uint64_t) {
        result.consumed += result.consumed < input.size() ? 1 : 0;
    }
};
struct consumes_one_too_few {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        result.consumed -= result.consumed > 2 ? 1 : 0;
    }
};
struct drops_the_last_byte_of_a_message {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        result.packet.message = result.packet.message.substr(0, result.packet.message.size() / 2);
    }
};
struct swaps_the_strings {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        std::swap(result.packet.pseudo, result.packet.message);
    }
};
struct leaves_a_code_behind {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        if (result.packet.op == opcode::cr) {
            result.packet.code = error_code::refused;
        }
    }
};
struct takes_rpm_for_cr {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        if (result.packet.op == opcode::rpm) {
            result.packet.op = opcode::cr;
        }
    }
};
TEST(broken_codec, fields_that_are_not_where_the_bytes_are_are_found) {
    EXPECT_TRUE(breaks<changed_decode<consumes_one_too_many>>("fields"));
    EXPECT_TRUE(breaks<changed_decode<consumes_one_too_few>>("fields"));
    EXPECT_TRUE(breaks<changed_decode<drops_the_last_byte_of_a_message>>("fields"));
    EXPECT_TRUE(breaks<changed_decode<swaps_the_strings>>("fields"));
    EXPECT_TRUE(breaks<changed_decode<leaves_a_code_behind>>("fields"));
    EXPECT_TRUE(breaks<changed_decode<takes_rpm_for_cr>>("fields"));
}

/// Accepts whatever the real decoder refuses as `What`, as an ERROR or a CR of the bytes that are there.
template <violation What>
struct overlooks {
    static void change(decode_result& result, std::span<const std::byte> input, std::uint64_t) {
        if (result.error.what == What && input.size() >= 3) {
            result = {.status = decode_status::complete, .packet = make_error(error_code::ok), .consumed = 2};
        }
    }
};
/// Gives every error the place `Where` and the reason `What`.
template <violation What, field Where>
struct always_says {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        if (result.status == decode_status::malformed) {
            result.error.what = What;
            result.error.where = Where;
        }
    }
};
struct error_one_byte_late {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) { ++result.error.offset; }
};
TEST(broken_codec, errors_that_are_not_true_are_found) {
    EXPECT_TRUE(breaks<changed_decode<overlooks<violation::unknown_opcode>>>("fields"));
    EXPECT_TRUE(breaks<changed_decode<overlooks<violation::negative_size>>>("fields"));
    EXPECT_TRUE(breaks<changed_decode<overlooks<violation::ill_formed_utf8>>>("fields"));
    EXPECT_TRUE((breaks<changed_decode<always_says<violation::unknown_opcode, field::opcode>>>("error")));
    EXPECT_TRUE((breaks<changed_decode<always_says<violation::negative_size, field::pseudo_size>>>("error")));
    EXPECT_TRUE((breaks<changed_decode<always_says<violation::ill_formed_utf8, field::message>>>("error")));
    EXPECT_TRUE((breaks<changed_decode<always_says<violation::unassigned_error_code, field::error_code>>>("error")));
    EXPECT_TRUE(breaks<changed_decode<error_one_byte_late>>("error"));
}

struct forgets_the_base_offset {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t base) {
        result.error.offset -= result.status == decode_status::malformed ? base : 0;
    }
};
struct keeps_32_bits_of_the_offset {
    static void change(decode_result& result, std::span<const std::byte>, std::uint64_t) {
        result.error.offset &= 0xFFFF'FFFF;
    }
};
TEST(broken_codec, offsets_that_are_not_absolute_are_found) {
    EXPECT_TRUE(breaks<changed_decode<forgets_the_base_offset>>("offset"));
    EXPECT_TRUE(breaks<changed_decode<keeps_32_bits_of_the_offset>>("offset"));
}

struct writes_little_endian : real_codec {
    static encode_result encode(const packet_view& packet, std::span<std::byte> output, const limits& bounds) noexcept {
        const encode_result result = chatos::encode(packet, output, bounds);
        if (result.status == encode_status::ok && packet.op == opcode::cr) {
            std::swap(output[1], output[2]);
        }
        return result;
    }
};
struct refuses_an_empty_message : real_codec {
    static encode_result encode(const packet_view& packet, std::span<std::byte> output, const limits& bounds) noexcept {
        return packet.op == opcode::sma && packet.message.empty() && output.size() >= 5
                   ? encode_result{}
                   : chatos::encode(packet, output, bounds);
    }
};
struct says_ok_to_a_small_buffer : real_codec {
    static encode_result encode(const packet_view& packet, std::span<std::byte> output, const limits& bounds) noexcept {
        encode_result result = chatos::encode(packet, output, bounds);
        result.status = encode_status::ok;
        return result;
    }
};
TEST(broken_codec, an_encoder_that_disagrees_is_found) {
    EXPECT_TRUE(breaks<writes_little_endian>("round-trip"));
    EXPECT_TRUE(breaks<refuses_an_empty_message>("round-trip"));
    EXPECT_TRUE(breaks<says_ok_to_a_small_buffer>("round-trip"));
}

struct loses_the_first_byte_of_a_fragment {
    decode_result next(chatos::stream_decoder& real, std::span<const std::byte>& input) {
        if (real.buffered() != 0 && input.size() > 1) {
            input = input.subspan(1);
        }
        return real.next(input);
    }
};
struct forgets_an_unfinished_packet {
    decode_result next(chatos::stream_decoder& real, std::span<const std::byte>& input) {
        const decode_result result = real.next(input);
        if (result.status == decode_status::incomplete && real.buffered() > 2) {
            static std::vector<std::byte> storage(
                packet_bytes_max({.pseudo_bytes_max = 0x7FFF, .message_bytes_max = 0x1FFFF}));
            real = chatos::stream_decoder{storage, limits{}};
        }
        return result;
    }
};
/// Gives out the pseudo from the fragment in which the packet began, though it ends in a later one.
struct points_into_an_old_fragment {
    decode_result next(chatos::stream_decoder& real, std::span<const std::byte>& input) {
        if (real.buffered() == 0) {
            first_ = {reinterpret_cast<const char*>(input.data()), input.size()};
        }
        const bool began_earlier = real.buffered() != 0;
        decode_result result = real.next(input);
        if (result.status == decode_status::complete && began_earlier && result.packet.op == opcode::spm &&
            first_.size() >= 3 + result.packet.pseudo.size()) {
            result.packet.pseudo = first_.substr(3, result.packet.pseudo.size());
        }
        return result;
    }
    std::string_view first_{};
};
struct needs_one_more_in_a_stream {
    decode_result next(chatos::stream_decoder& real, std::span<const std::byte>& input) {
        decode_result result = real.next(input);
        ++result.need;
        return result;
    }
};
struct waits_for_the_next_fragment {
    decode_result next(chatos::stream_decoder& real, std::span<const std::byte>& input) {
        if (input.size() == 1) {
            input = {};
            return {.need = 1};
        }
        return real.next(input);
    }
};
TEST(broken_codec, a_stream_decoder_that_depends_on_the_split_is_found) {
    EXPECT_TRUE(breaks<changed_stream<loses_the_first_byte_of_a_fragment>>("split"));
    EXPECT_TRUE(breaks<changed_stream<forgets_an_unfinished_packet>>("split"));
    EXPECT_TRUE(breaks<changed_stream<points_into_an_old_fragment>>("split"));
    EXPECT_TRUE(breaks<changed_stream<needs_one_more_in_a_stream>>("split"));
    EXPECT_TRUE(breaks<changed_stream<waits_for_the_next_fragment>>("split"));
}

struct recovers_after_an_error {
    decode_result next(chatos::stream_decoder& real, std::span<const std::byte>& input) {
        const bool had_failed = has_failed_;
        const decode_result result = real.next(input);
        has_failed_ = result.status == decode_status::malformed;
        return had_failed ? decode(input) : result;
    }
    bool has_failed_{false};
};
struct takes_bytes_after_an_error {
    decode_result next(chatos::stream_decoder& real, std::span<const std::byte>& input) {
        const decode_result result = real.next(input);
        if (result.status == decode_status::malformed && has_failed_) {
            input = {};
        }
        has_failed_ = result.status == decode_status::malformed;
        return result;
    }
    bool has_failed_{false};
};
TEST(broken_codec, an_error_that_does_not_stay_is_found) {
    EXPECT_TRUE(breaks<changed_stream<recovers_after_an_error>>("stays"));
    EXPECT_TRUE(breaks<changed_stream<takes_bytes_after_an_error>>("stays"));
}

}  // namespace
}  // namespace chatos::fuzz
