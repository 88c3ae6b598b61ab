// The start of a JSON line about a stream. The part that all lines of a direction share is formatted once.
#pragma once

#include "dump/json/json_object.hpp"
#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Adds stream, dir, src, dst, time and frame. Caches the text of as many directions as there are slots.
class json_position_writer {
public:
    /// Adds `"stream":0,"dir":"c2s","src":"10.0.0.1:40000","dst":"10.0.0.2:7777","time":"1700000000.003000","frame":4`,
    /// for a raw stream only the first two.
    void add(output& out, const stream_position& at);
    /// `,"file":"a.pcap","time":"1700000000.003000","frame":4`, what is known of them.
    static void add_frame(output& out, std::string_view file, const capture_time& time, std::uint64_t frame);
    /// Writes the same after `{"type":"packet",`. What the caller writes from the result on, at most `more_bytes`, is
    /// added by output::wrote_to().
    [[nodiscard]] char* begin_packet(output& out, const stream_position& at, std::size_t more_bytes);

private:
    struct direction_text {
        std::uint64_t key{0};  // stream and direction, plus one; 0: empty
        std::int64_t second{0};
        std::size_t untimed_bytes{0};
        std::string text;  // of a packet, without a time or up to its second
    };
    static constexpr std::size_t slots = 512;

    [[nodiscard]] std::string_view common_start(const stream_position& at);
    static char* write_position(output& out, std::string_view start, const stream_position& at, std::size_t more_bytes);

    std::array<direction_text, slots> directions_;
};

}  // namespace chatos::dump
