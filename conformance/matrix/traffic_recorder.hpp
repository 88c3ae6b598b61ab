// The bytes that went through a proxy, as a trace that the judge reads. Knows no sockets. Bounded.
#pragma once

#include "judge/trace.hpp"

#include <chatos/limits.hpp>
#include <chatos/stream_decoder.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace chatos::conformance {

class traffic_recorder {
public:
    static constexpr std::size_t packets_max = 20'000;
    static constexpr std::size_t bytes_max = std::size_t{8} << 20U;

    /// A connection that began; its stream, from 0 on.
    [[nodiscard]] std::size_t opened();
    /// What `sender` sent over it, before it is passed on: an effect is recorded after its cause.
    void sent(std::size_t stream, side sender, std::span<const std::byte> bytes, std::int64_t time_ns);
    void ended(std::size_t stream, side sender, direction_end how, std::int64_t time_ns);

    [[nodiscard]] const trace& observed() const noexcept { return trace_; }
    [[nodiscard]] const direction_trace& from(std::size_t stream, side sender) const {
        return trace_.connections[stream].from(sender);
    }
    [[nodiscard]] std::size_t packets() const noexcept { return packets_; }
    /// More came than is kept; nothing after that is recorded.
    [[nodiscard]] bool is_full() const noexcept { return bytes_ > bytes_max || packets_ >= packets_max; }

private:
    struct direction_reader {
        std::vector<std::byte> storage = std::vector<std::byte>(packet_bytes_max(limits{}));
        stream_decoder decoder{storage, limits{}};
        std::vector<std::byte> unfinished;
    };

    [[nodiscard]] direction_reader& reader_of(std::size_t stream, side sender) {
        return readers_[stream * 2 + static_cast<std::size_t>(sender)];
    }
    void keep_undecoded(malformed_packet& broken, std::span<const std::byte> bytes) const;

    trace trace_;
    std::deque<direction_reader> readers_;  // two of each stream; decoders point into them
    std::size_t packets_{0};
    std::size_t bytes_{0};
};

}  // namespace chatos::conformance
