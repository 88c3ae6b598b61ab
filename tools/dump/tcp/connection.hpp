// One TCP connection: two directions, and what each reveals of the other.
#pragma once

#include "dump/link/tcp_segment.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/packet_stream.hpp"
#include "dump/tcp/reassembler.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace chatos::dump {

class connection {
public:
    connection(std::uint32_t stream, const stream_endpoints& endpoints, capture_context& context,
               reassembly_counts& counts);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() = default;

    /// Whether the segment opens another connection between the same ports.
    [[nodiscard]] bool is_reopened_by(stream_direction direction, const tcp_segment& segment) const noexcept;
    /// Takes the next segment; context.now says which frame it came in.
    void take(stream_direction direction, const tcp_segment& segment);
    /// Nothing more will come.
    void finish();
    /// Drops what it holds in memory, and reports that.
    void release();
    /// Reports that it is evicted, unless both sides have ended.
    void report_evicted();

    [[nodiscard]] const stream_endpoints& endpoints() const noexcept { return endpoints_; }
    [[nodiscard]] std::uint32_t stream() const noexcept { return stream_; }

private:
    struct side {
        side(std::uint32_t stream, stream_direction direction, const stream_endpoints& endpoints,
             capture_context& context, reassembly_counts& counts)
            : bytes{context.budget, counts}, packets{stream, direction, endpoints, context} {}

        reassembler bytes;
        packet_stream packets;
        std::uint32_t window{65'535};  ///< what this side last offered to receive, scaled
        std::optional<std::uint8_t> window_shift;
        bool opened{false};  ///< its SYN was seen
        bool was_reset{false};
        bool history_evicted{false};
        bool end_reported{false};
    };

    [[nodiscard]] side& sender(stream_direction direction) noexcept {
        return sides_[static_cast<std::size_t>(direction)];
    }
    [[nodiscard]] const side& sender(stream_direction direction) const noexcept {
        return sides_[static_cast<std::size_t>(direction)];
    }
    [[nodiscard]] static stream_direction opposite(stream_direction direction) noexcept {
        return direction == stream_direction::client_to_server ? stream_direction::server_to_client
                                                               : stream_direction::client_to_server;
    }
    void take_segment(stream_direction direction, const tcp_segment& segment);
    void report_ends(bool is_finished);
    void take_reset(stream_direction direction, const tcp_segment& segment);
    void note_window(stream_direction direction, const tcp_segment& segment) noexcept;

    std::uint32_t stream_;
    stream_endpoints endpoints_;
    capture_context& context_;
    std::array<side, 2> sides_;
};

}  // namespace chatos::dump
