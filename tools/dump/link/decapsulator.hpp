// Decapsulates frames: from the link layer to the TCP segment. Frames without a segment of a followed port are counted
// by reason.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/link/fragments.hpp"
#include "dump/link/ip_layer.hpp"
#include "dump/link/skip_reason.hpp"
#include "dump/link/tcp_segment.hpp"

#include <bitset>

namespace chatos::dump {

/// A bit per port: those on which servers listen.
using server_ports = std::bitset<65'536>;

struct decapsulated_frame {
    ip_payload ip;
    /// With reason cut_tcp_header the frame has been counted as skipped, but part of the segment is known.
    tcp_segment tcp;
};

class decapsulator {
public:
    /// `ports` and `skipped` must outlive the decapsulator.
    decapsulator(const server_ports& ports, bool verify_checksums, skip_counts& skipped)
        : ports_{ports}, verify_checksums_{verify_checksums}, skipped_{skipped}, fragments_{skipped} {}

    /// The segment, or null if the frame is skipped: it has been counted, or will be once its datagram is complete or
    /// dropped. The result lives until the next call.
    [[nodiscard]] const decapsulated_frame* decapsulate(const captured_frame& frame);
    /// The capture has ended.
    void end() { fragments_.end(); }

private:
    const decapsulated_frame* skip(skip_reason reason) noexcept {
        ++skipped_[static_cast<std::size_t>(reason)];
        return nullptr;
    }

    const server_ports& ports_;
    bool verify_checksums_;
    skip_counts& skipped_;
    fragment_store fragments_;
    decapsulated_frame frame_;
};

}  // namespace chatos::dump
