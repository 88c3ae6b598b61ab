// From a frame to the network packet in it: link headers and VLAN tags.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/link/skip_reason.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

/// What a link frame carries. `bytes` may be shorter than `original_bytes` (the snap length) and both may hold padding.
struct network_packet {
    skip_reason reason{skip_reason::none};  ///< not none: there is no IP packet, the other members are meaningless
    std::uint8_t ip_version{0};             ///< 4 or 6, as the link header says, or as the first byte where it does not
    std::span<const std::byte> bytes{};
    std::uint32_t original_bytes{0};
    /// The identifiers of all VLAN tags as one number, so that equal ports on different VLANs stay apart; 0: none. A
    /// tag with identifier 0 carries a priority only, and does not count.
    std::uint64_t vlan{0};
};

/// Parses Ethernet, NULL, LOOP, RAW, IPV4, IPV6, SLL and SLL2 headers.
[[nodiscard]] network_packet parse_link_frame(const captured_frame& frame) noexcept;

}  // namespace chatos::dump
