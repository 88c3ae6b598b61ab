#include "capture/capture_properties.hpp"
#include "dump/link/decapsulator.hpp"
#include "properties/workspace.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

namespace chatos::fuzz {

namespace {

const dump::server_ports& all_ports() {
    static const dump::server_ports ports = [] {
        dump::server_ports set;
        return set.set();
    }();
    return ports;
}

const dump::link_type_map no_link_types;

struct opened {
    bool is_segment{false};
    bool is_inside{true};
    bool is_cut{false};
    std::vector<std::byte> payload;
};

opened open_alone(std::span<const std::byte> bytes, std::uint16_t link_type, std::uint32_t original_bytes) {
    dump::skip_counts skipped{};
    dump::content_counts contents;
    dump::decapsulator decapsulator{all_ports(), false, skipped, contents, no_link_types};
    const dump::decapsulated_frame* const frame =
        decapsulator.decapsulate({.link_type = link_type, .bytes = bytes, .original_bytes = original_bytes});
    if (frame == nullptr || frame->tcp.reason != dump::skip_reason::none) {
        return {};
    }
    return {true,
            frame->tcp.payload.size() <= frame->tcp.payload_bytes,
            frame->tcp.payload.size() < frame->tcp.payload_bytes,
            {frame->tcp.payload.begin(), frame->tcp.payload.end()}};
}

verdict check_padding(std::span<const std::byte> bytes, std::uint16_t link_type) {
    static end_aligned_block padded_memory;
    constexpr std::size_t padding_bytes = 7;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const opened plain = open_alone(bytes, link_type, size);
    if (!plain.is_inside) {
        return failure{"inside", "the payload is longer than it was on the wire"};
    }
    if (!plain.is_segment) {
        return {};
    }
    std::vector<std::byte> longer(bytes.begin(), bytes.end());
    longer.resize(bytes.size() + padding_bytes);
    const opened padded = open_alone(padded_memory.lend_copy(longer), link_type, size + padding_bytes);
    // A packet whose length depends on the frame takes the padding in, one that was cut takes as much as it lacks.
    std::vector<std::byte> grown = plain.payload;
    const std::size_t taken = padded.payload.size() - std::min(padded.payload.size(), grown.size());
    grown.resize(grown.size() + taken);
    const bool may_take = taken == 0 || taken == padding_bytes || (plain.is_cut && taken < padding_bytes);
    if (!padded.is_segment || !may_take || padded.payload != grown) {
        return failure{"padding", "padding of 7 bytes makes a payload of " + std::to_string(plain.payload.size()) +
                                      " bytes one of " + std::to_string(padded.payload.size())};
    }
    return {};
}

}  // namespace

std::uint16_t chosen_link_type(std::byte choice) noexcept {
    // The first ones in an order that seeds rely on.
    constexpr std::array<std::uint16_t, 42> types{1,   0,   12,  101, 108, 113, 228, 229, 276, 14,  147, 6,   9,   10,
                                                  50,  51,  100, 104, 105, 106, 107, 109, 117, 119, 122, 123, 127, 138,
                                                  163, 166, 192, 204, 205, 239, 258, 8,   226, 242, 281, 282, 284, 285};
    return types[(std::to_integer<std::size_t>(choice) & 0x7FU) % types.size()];
}

verdict check_link(std::span<const std::byte> input) {
    static end_aligned_block memory;
    if (input.empty()) {
        return {};
    }
    const std::uint16_t link_type = chosen_link_type(input[0]);
    dump::skip_counts skipped{};
    dump::content_counts contents;
    dump::decapsulator decapsulator{all_ports(), (input[0] & std::byte{0x80}) != std::byte{0}, skipped, contents,
                                    no_link_types};
    std::uint64_t frames = 0;
    std::uint64_t segments = 0;
    input = input.subspan(1);
    while (input.size() >= 2) {
        const std::size_t size = std::min(std::to_integer<std::size_t>(input[0]), input.size() - 2);
        const std::size_t cut = std::min(std::to_integer<std::size_t>(input[1]), size);
        const std::span<const std::byte> bytes = memory.lend_copy(input.subspan(2, size - cut));
        input = input.subspan(2 + size);
        ++frames;
        const dump::decapsulated_frame* frame =
            decapsulator.decapsulate({.time = {.seconds = static_cast<std::int64_t>(frames)},
                                      .link_type = link_type,
                                      .bytes = bytes,
                                      .original_bytes = static_cast<std::uint32_t>(size)});
        for (; frame != nullptr; frame = decapsulator.decapsulate_further()) {
            const bool is_segment = frame->tcp.reason == dump::skip_reason::none;
            segments += is_segment && frame->counts ? 1 : 0;
            if (is_segment && frame->tcp.payload.size() > frame->tcp.payload_bytes) {
                return failure{"inside", "the payload is longer than it was on the wire"};
            }
        }
        if (verdict broken = cut == 0 ? check_padding(bytes, link_type) : verdict{}) {
            return broken;
        }
    }
    decapsulator.end();
    const std::uint64_t counted = std::accumulate(skipped.begin(), skipped.end(), std::uint64_t{0});
    if (frames != segments + counted) {
        return failure{"accounted", std::to_string(frames) + " frames, " + std::to_string(segments) + " segments, " +
                                        std::to_string(counted) + " skipped"};
    }
    return {};
}

}  // namespace chatos::fuzz
