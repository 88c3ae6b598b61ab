// Where in a capture a record comes from: frame, time, and endpoints.
#pragma once

#include "dump/link/content_counts.hpp"
#include "dump/link/ip_layer.hpp"
#include "dump/link/skip_reason.hpp"
#include "dump/tcp/frame_mark.hpp"
#include "dump/tcp/reassembler.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace chatos::dump {

struct endpoint {
    ip_address address{};
    std::uint16_t port{0};

    friend auto operator<=>(const endpoint&, const endpoint&) = default;
};

/// The two endpoints of a stream, by role.
struct stream_endpoints {
    endpoint client;
    endpoint server;
    std::uint8_t ip_version{4};
    capture_time opened{};  ///< of the client's first SYN; without digits if that was not captured
};

struct capture_position {
    frame_mark mark;  ///< of the frame with the last byte of a packet, or that led to an event
    const stream_endpoints* endpoints{nullptr};
    std::string_view file;  ///< as the command line names it; empty where only one is read
};

/// What captures add to the account: frames = decoded + skipped.
struct capture_totals {
    std::uint64_t frames{0};
    std::uint64_t decoded{0};
    skip_counts skipped{};
    std::array<std::uint64_t, frame_flaw_count> flawed{};  ///< frames by frame_flaw
    std::uint64_t payload_bytes{0};                        ///< of all segments: input + repeated + outside + after_end
    content_counts contents;
    reassembly_counts bytes;
    std::uint64_t dropped{0};  ///< frames of a live input that the system had no room for
    std::uint64_t evicted{0};  ///< number of times that state was dropped to bound memory
};

}  // namespace chatos::dump
