#include "comparison.hpp"
#include "decode_batch_with.hpp"
#include "properties/allocation_watch.hpp"
#include "properties/codec_harnesses.hpp"
#include "properties/decode_plan.hpp"

#include <chatos/decode.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace chatos::fuzz {

namespace {

using testing::byte_view;

/// What the naive decoder reads from a stream: some packets, and what ends them.
struct expectation {
    static constexpr std::size_t packets_max = 64;
    std::array<naive::reading, packets_max> packets;
    std::array<std::size_t, packets_max> starts;
    std::size_t count{0};
    std::size_t bytes{0};
    naive::reading ending{};
};

void expect_from(const decode_plan& plan, expectation& expected) {
    const naive::size_limits bounds = testing::naive_limits(plan.bounds);
    expected.count = expected.bytes = 0;
    while (expected.count < expectation::packets_max) {
        expected.ending =
            testing::naive_read(plan.stream.subspan(expected.bytes), bounds, plan.base_offset + expected.bytes);
        if (expected.ending.kind != naive::outcome::whole) {
            return;
        }
        expected.starts[expected.count] = expected.bytes;
        expected.bytes += expected.ending.bytes;
        expected.packets[expected.count++] = expected.ending;
    }
}

verdict disagree(std::string_view property, const std::string& decoder, std::size_t at, const std::string& actual,
                 const naive::reading& wanted) {
    return failure{property, decoder + " at byte " + std::to_string(at) + " says: " + actual +
                                 "; the naive decoder says: " + testing::in_words(wanted)};
}

bool lies_there(const packet_view& packet, const naive::reading& wanted, byte_view bytes) {
    return testing::lies_there(packet.pseudo, wanted.pseudo, bytes) &&
           testing::lies_there(packet.message, wanted.message, bytes);
}

bool is_default(const limits& bounds) {
    const limits& written_out = limits_choices[default_limits_choice];
    return bounds.pseudo_bytes_max == written_out.pseudo_bytes_max &&
           bounds.message_bytes_max == written_out.message_bytes_max;
}

/// What is read from bytes that start at `start`, if they were the start of their stream.
naive::reading at_offset_0(naive::reading reading, const decode_plan& plan, std::size_t start) {
    reading.offset -= reading.kind == naive::outcome::wrong ? plan.base_offset + start : 0;
    return reading;
}

verdict check_one_by_one(const decode_plan& plan, const expectation& expected) {
    for (std::size_t index = 0; index <= expected.count; ++index) {
        const bool is_ending = index == expected.count;
        if (is_ending && expected.count == expectation::packets_max) {
            break;
        }
        const naive::reading& wanted = is_ending ? expected.ending : expected.packets[index];
        const std::size_t start = is_ending ? expected.bytes : expected.starts[index];
        const byte_view remaining = plan.stream.subspan(start);
        const decode_result result = decode(remaining, plan.bounds, plan.base_offset + start);
        if (!testing::agree(result, wanted, remaining)) {
            return disagree("decode", "decode()", start, testing::in_words(result), wanted);
        }
        if (!lies_there(result.packet, wanted, remaining)) {
            return failure{"decode", "a view lies elsewhere"};
        }
        if (is_default(plan.bounds) &&
            !testing::agree(decode(remaining), at_offset_0(wanted, plan, start), remaining)) {
            return failure{"decode", "who names no limits does not get those that are documented"};
        }
    }
    return {};
}

verdict check_batch(const decode_plan& plan, const expectation& expected, const detail::kernel& fast,
                    std::span<packet_view> packets) {
    const std::string decoder = std::string{"decode_batch() with the kernel "} + fast.name;
    const std::uint64_t allocations_before = allocations();
    // The best kernel is the one that users get.
    const batch_result result =
        &fast == &detail::best_kernel()
            ? decode_batch(plan.stream, packets, plan.bounds, plan.base_offset)
            : detail::decode_batch_with(fast, plan.stream, packets, plan.bounds, plan.base_offset);
    if (allocations() != allocations_before) {
        return failure{"allocation", decoder + " allocated memory"};
    }
    const std::size_t count = std::min(expected.count, packets.size());
    if (result.count != count) {
        return failure{"batch",
                       decoder + " gives " + std::to_string(result.count) + " packets, not " + std::to_string(count)};
    }
    for (std::size_t index = 0; index < count; ++index) {
        const byte_view remaining = plan.stream.subspan(expected.starts[index]);
        if (!testing::same_packet(packets[index], expected.packets[index], remaining) ||
            !lies_there(packets[index], expected.packets[index], remaining)) {
            return failure{"batch",
                           decoder + " gives another packet at byte " + std::to_string(expected.starts[index])};
        }
    }
    const std::size_t consumed = count == expected.count ? expected.bytes : expected.starts[count];
    if (result.consumed != consumed) {
        return failure{"batch", decoder + " says that it consumed " + std::to_string(result.consumed) + " bytes, not " +
                                    std::to_string(consumed)};
    }
    if (count == packets.size()) {
        return result.status == decode_status::complete ? verdict{}
                                                        : failure{"batch", decoder + " wrote past a full array"};
    }
    const decode_result ending{
        .status = result.status, .packet = {}, .consumed = 0, .need = result.need, .error = result.error};
    return testing::agree(ending, expected.ending, plan.stream.subspan(consumed))
               ? verdict{}
               : disagree("batch", decoder, consumed, testing::in_words(ending), expected.ending);
}

}  // namespace

verdict check_differential(std::span<const std::byte> input) {
    static expectation expected;
    static std::array<packet_view, expectation::packets_max> packets;
    const decode_plan plan = plan_of(input);
    expect_from(plan, expected);
    if (verdict broken = check_one_by_one(plan, expected)) {
        return broken;
    }
    // Fewer than the naive decoder's, so that its ending is what ends a batch that has room.
    const std::size_t room = plan.split_choice % expectation::packets_max;
    for (const detail::kernel& fast : detail::usable_kernels()) {
        if (verdict broken = check_batch(plan, expected, fast, std::span{packets}.first(room))) {
            return broken;
        }
    }
    return {};
}

}  // namespace chatos::fuzz
