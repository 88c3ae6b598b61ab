// Segments of one conversation, and what chatos-dump says of them.
#pragma once

#include "base/capture_builder.hpp"
#include "dump/testing/dump_run.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {

using namespace base::wire;
using namespace std::string_literals;
using namespace std::string_view_literals;
using lines = std::vector<std::string>;

inline constexpr std::string_view cr_bob = "\x01\x00\x03"
                                           "bob"sv;
inline constexpr std::string_view ok = "\x06\x00"sv;
inline constexpr std::string_view sma_hi = "\x04\x00\x00\x00\x02hi"sv;

inline segment client(std::uint32_t sequence, std::string_view payload, std::uint8_t flags = ack | psh) {
    return {.sequence = sequence, .payload = payload, .flags = flags};
}

inline segment server(std::uint32_t sequence, std::string_view payload, std::uint8_t flags = ack | psh,
                      std::uint32_t acknowledgement = 0) {
    return {.sequence = sequence,
            .payload = payload,
            .flags = flags,
            .acknowledgement = acknowledgement,
            .from_server = true};
}

inline std::vector<byte_string> frames_of(const std::vector<segment>& segments) {
    std::vector<byte_string> frames;
    for (const segment& sent : segments) {
        frames.push_back(frame_of(sent));
    }
    return frames;
}

inline std::string json(const std::vector<segment>& segments) {
    return json_of_frames(frames_of(segments)).text;
}

inline lines said(const std::vector<segment>& segments) {
    return short_lines(json(segments));
}

/// SYN of the client with sequence number `isn`.
inline segment opening(std::uint32_t isn) {
    return client(isn, {}, syn);
}

}  // namespace chatos::dump::testing
