// Where the packets and fields of a stream lie, read leniently: an illegal size or text does not stop it.
#pragma once

#include <chatos/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// A string of a packet in a stream: where its size and its body lie.
struct text_place {
    std::size_t size_start{0};
    std::size_t size_bytes{0};
    std::size_t body_start{0};
    std::size_t body_bytes{0};  ///< as the size says, but never past the end of the stream
};

/// A packet in a stream. The last may end too early.
struct packet_place {
    std::size_t start{0};
    std::size_t end{0};
    std::array<text_place, 2> texts{};
    std::size_t text_count{0};
};

/// The first packets of a stream; what follows an unknown opcode or the last of them is not looked at.
struct stream_outline {
    static constexpr std::size_t packets_max = 16;
    std::array<packet_place, packets_max> packets{};
    std::size_t count{0};
};

[[nodiscard]] stream_outline outline_of(std::span<const std::byte> stream) noexcept;

/// Writes `number` to the front of `place`, big-endian, in so many bytes as it has; what does not fit is lost.
void write_size(std::span<std::byte> place, std::uint64_t number) noexcept;

}  // namespace chatos::fuzz
