// One TCP connection: two directions, and what each says about the other.
#pragma once

#include "dump/link/tcp_segment.hpp"
#include "dump/record/capture_place.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/packet_stream.hpp"
#include "dump/tcp/reassembler.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace chatos::dump {

class connection {
public:
    connection(std::uint32_t stream, const stream_ends& ends, capture_context& context, reassembly_counts& counts);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() = default;

    /// Whether the segment opens another connection between the same ports.
    [[nodiscard]] bool is_opened_anew_by(direction way, const tcp_segment& segment) const noexcept;
    /// Takes the next segment; context.now says which frame it came in.
    void take(direction way, const tcp_segment& segment);
    /// Nothing more will come.
    void finish();
    /// Gives up what it holds in memory, and tells so.
    void release();
    /// Tells that it is forgotten, unless both sides have ended.
    void tell_evicted();

    [[nodiscard]] const stream_ends& ends() const noexcept { return ends_; }
    [[nodiscard]] std::uint32_t stream() const noexcept { return stream_; }

private:
    struct side {
        side(std::uint32_t stream, direction way, const stream_ends& ends, capture_context& context,
             reassembly_counts& counts)
            : bytes{context.budget, counts}, packets{stream, way, ends, context} {}

        reassembler bytes;
        packet_stream packets;
        std::uint32_t window{65'535};  ///< what this side last offered to receive, scaled
        std::optional<std::uint8_t> window_shift;
        bool opened{false};  ///< its SYN was seen
        bool was_reset{false};
        bool history_evicted{false};
        bool end_told{false};
    };

    [[nodiscard]] side& sender(direction way) noexcept { return sides_[static_cast<std::size_t>(way)]; }
    [[nodiscard]] const side& sender(direction way) const noexcept { return sides_[static_cast<std::size_t>(way)]; }
    [[nodiscard]] static direction opposite(direction way) noexcept {
        return way == direction::client_to_server ? direction::server_to_client : direction::client_to_server;
    }
    void take_segment(direction way, const tcp_segment& segment);
    void tell_ends(bool is_finished);
    void take_reset(direction way, const tcp_segment& segment);
    void note_window(direction way, const tcp_segment& segment) noexcept;

    std::uint32_t stream_;
    stream_ends ends_;
    capture_context& context_;
    std::array<side, 2> sides_;
};

}  // namespace chatos::dump
