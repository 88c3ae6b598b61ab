// From a frame to the TCP segment in it, through all layers. What is none of a followed port is counted by its reason.
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

struct opened_frame {
    ip_payload ip;
    /// With reason cut_tcp_header the frame has been counted as skipped, and yet the segment says something.
    tcp_segment tcp;
};

class frame_opener {
public:
    /// `ports` and `skipped` must outlive the opener.
    frame_opener(const server_ports& ports, bool verify_checksums, skip_counts& skipped)
        : ports_{ports}, verify_checksums_{verify_checksums}, skipped_{skipped}, fragments_{skipped} {}

    /// The segment, or null when the frame is skipped: then it has been counted, or will be when its datagram's fate is
    /// clear. What is pointed to lives until the next call.
    [[nodiscard]] const opened_frame* open(const captured_frame& frame);
    /// The capture has ended.
    void end() { fragments_.end(); }

private:
    const opened_frame* skip(skip_reason reason) noexcept {
        ++skipped_[static_cast<std::size_t>(reason)];
        return nullptr;
    }

    const server_ports& ports_;
    bool verify_checksums_;
    skip_counts& skipped_;
    fragment_store fragments_;
    opened_frame opened_;
};

}  // namespace chatos::dump
