// What decoder and encoder owe each other: accepted bytes encode back to themselves.
#pragma once

#include "properties/allocation_watch.hpp"
#include "properties/decode_plan.hpp"
#include "properties/real_codec.hpp"
#include "properties/verdict.hpp"
#include "properties/workspace.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// The property for one input of the harness (see decode_plan.hpp).
[[nodiscard]] verdict check_round_trip(std::span<const std::byte> input);

/// "round-trip": `packet` was decoded from `accepted` and encodes back to the very bytes, in a buffer of just that size
/// and no smaller one. "allocation": the encoder allocates nothing.
template <typename Codec>
verdict check_encodes_back(const packet_view& packet, std::span<const std::byte> accepted, const limits& bounds,
                           workspace& memory) {
    if (encoded_size(packet) != accepted.size()) {
        return failure{"round-trip", "encoded_size() is not the size of the packet"};
    }
    const encode_result small = Codec::encode(packet, memory.encoded.lend(accepted.size() - 1), bounds);
    if (small.status != encode_status::buffer_too_small || small.size != accepted.size()) {
        return failure{"round-trip", "a buffer that is one byte too small was not refused with the size it needs"};
    }
    const std::span<std::byte> buffer = memory.encoded.lend(accepted.size());
    const std::uint64_t allocations_before = allocations();
    const encode_result written = Codec::encode(packet, buffer, bounds);
    if (allocations() != allocations_before) {
        return failure{"allocation", "the encoder allocated memory"};
    }
    if (written.status != encode_status::ok || written.size != accepted.size()) {
        return failure{"round-trip", "the encoder refuses what the decoder accepts"};
    }
    return std::ranges::equal(buffer, accepted) ? verdict{} : failure{"round-trip", "other bytes came back"};
}

/// The properties of each packet of the plan's stream up to the first that is not complete.
template <typename Codec>
verdict check_round_trip_plan(const decode_plan& plan, workspace& memory) {
    std::span<const std::byte> remaining = plan.stream;
    for (;;) {
        const decode_result whole = Codec::decode(remaining, plan.bounds, plan.base_offset);
        if (whole.status != decode_status::complete) {
            return {};
        }
        if (whole.consumed > remaining.size() || whole.consumed < 2) {
            return failure{"round-trip", "a packet does not lie inside the input"};
        }
        if (verdict broken =
                check_encodes_back<Codec>(whole.packet, remaining.first(whole.consumed), plan.bounds, memory)) {
            return broken;
        }
        memory.consume(whole.packet);
        remaining = remaining.subspan(whole.consumed);
    }
}

}  // namespace chatos::fuzz
