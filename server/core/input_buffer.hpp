// Received bytes that could not be processed yet: the start of an unfinished packet, or packets that wait for their
// turn. Holds memory only while it holds bytes, and grows with the bytes that arrive, never with a size that a peer
// only announces.
#pragma once

#include "core/memory_tally.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace chatos::core {

class input_buffer {
public:
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return std::span<const std::byte>{bytes_}.subspan(begin_);
    }
    [[nodiscard]] bool empty() const noexcept { return begin_ == bytes_.size(); }

    /// Counts its memory in `tally` from now on. Only while empty.
    void count_in(memory_tally& tally) noexcept { tally_ = &tally; }
    /// Memory held; at least the number of bytes.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return bytes_.capacity() == 0 ? 0 : allocated_bytes(bytes_.capacity());
    }

    /// The maximum memory for `bytes`: a growing vector doubles.
    [[nodiscard]] static constexpr std::size_t memory_bytes_max(std::size_t bytes) noexcept {
        return allocated_bytes(2 * bytes);
    }

    void append(std::span<const std::byte> more);
    /// Drops `count` bytes, at most size, from the front.
    void consume(std::size_t count) noexcept;
    void clear() noexcept;

private:
    std::vector<std::byte> bytes_;
    std::size_t begin_{0};
    memory_tally* tally_{nullptr};
};

}  // namespace chatos::core
