// A TCP segment as its header has it.
#pragma once

#include "dump/link/ip_layer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace chatos::dump {

struct tcp_segment {
    skip_reason reason{skip_reason::none};
    std::uint16_t source_port{0};
    std::uint16_t destination_port{0};
    std::uint32_t sequence{0};
    std::uint32_t acknowledgement{0};
    std::uint16_t window{0};  ///< not scaled
    bool is_fin{false};
    bool is_syn{false};
    bool is_rst{false};
    bool is_ack{false};
    std::optional<std::uint8_t> window_shift{};  ///< the window scale option, of a SYN only
    std::span<const std::byte> payload{};        ///< what was captured of it
    std::uint32_t payload_bytes{0};              ///< what there was on the wire

    /// False where the capture ends within the ports.
    bool has_ports{false};
    /// With `reason` cut_tcp_header: ports and sequence number were captured all the same.
    bool has_sequence{false};
    /// With `reason` cut_tcp_header: the header's length as well, so that payload_bytes is right. Flags and the
    /// acknowledgement number may be there, too.
    bool has_payload_bytes{false};
};

/// Reads the header at the start of a TCP payload. Ports are read before anything else is judged. With
/// `verify_checksums` a whole segment's checksum must be right.
[[nodiscard]] tcp_segment parse_tcp_segment(const ip_payload& payload, bool verify_checksums) noexcept;

}  // namespace chatos::dump
