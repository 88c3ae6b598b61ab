// What the properties are about: the codec under test, as a type, so that tests can hand them one that is wrong.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>
#include <chatos/stream_decoder.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// The codec as it is.
struct real_codec {
    static decode_result decode(std::span<const std::byte> input, const limits& bounds, std::uint64_t base) noexcept {
        return chatos::decode(input, bounds, base);
    }
    static encode_result encode(const packet_view& packet, std::span<std::byte> output, const limits& bounds) noexcept {
        return chatos::encode(packet, output, bounds);
    }
    using stream_decoder = chatos::stream_decoder;
};

/// Whether two results are the same event. Views are compared by content: they may lie in different memory.
[[nodiscard]] constexpr bool is_same_event(const decode_result& left, const decode_result& right) noexcept {
    if (left.status != right.status) {
        return false;
    }
    switch (left.status) {
    case decode_status::complete: return left.packet == right.packet && left.consumed == right.consumed;
    case decode_status::incomplete: return left.need == right.need;
    case decode_status::malformed: return left.error == right.error;
    }
    return false;
}

}  // namespace chatos::fuzz
