// A frame without what it carries: headers of the same form, with other addresses, and zeros for the payload.
#pragma once

#include "dump/anonymize/address_cipher.hpp"
#include "dump/capture/captured_frame.hpp"
#include "dump/link/decapsulator.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::dump {

/// Where a frame is changed later on. Positions count from the frame's first byte.
struct frame_skeleton {
    enum class form : std::uint8_t {
        kept,        ///< its headers are those of the frame
        simplified,  ///< tunnels, extension headers, radio and the like are gone: an IP packet is left
        blank,       ///< all zeros: there is no segment of ChatOS in it, or nobody understands it
    };

    form shape{form::blank};
    std::uint16_t link_type{1};
    std::uint32_t original_bytes{0};
    std::vector<std::byte> bytes{};
    std::size_t payload{0};        ///< position of the segment's payload
    std::size_t payload_bytes{0};  ///< what is there of it
    std::size_t checksum{0};       ///< position of the segment's checksum; 0: there is none that could be right
    std::uint32_t sequence{0};     ///< of the first byte of the payload
};

/// `segment` is what `frame` was decapsulated to; null if it was skipped.
[[nodiscard]] frame_skeleton make_skeleton(const captured_frame& frame, const decapsulated_frame* segment,
                                           address_cipher& addresses);

/// The checksum of data in which `before`, at an even or odd place, has become `after`, which is as long.
[[nodiscard]] std::uint16_t changed_checksum(std::uint16_t checksum, std::span<const std::byte> before,
                                             std::span<const std::byte> after, bool is_odd) noexcept;

}  // namespace chatos::dump
