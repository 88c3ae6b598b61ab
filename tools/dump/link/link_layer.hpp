// From a frame to the network packet in it: link headers, tags, labels.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/link/link_types.hpp"
#include "dump/link/network_packet.hpp"

namespace chatos::dump {

/// Takes headers off until the packet begins with an IP header or an aggregate, or fails. Bounded by headers_max.
void open_link_headers(network_packet& packet) noexcept;

/// The same from a frame's first byte on.
[[nodiscard]] network_packet parse_link_frame(const captured_frame& frame, const link_type_map& types = {}) noexcept;

}  // namespace chatos::dump
