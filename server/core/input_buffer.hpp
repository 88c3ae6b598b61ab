// Received bytes that could not be processed yet: the start of an unfinished packet, or packets that wait for their
// turn. Holds memory only while it holds bytes, and grows with the bytes that arrive, never with a size that a peer
// only announces.
#pragma once

#include "core/memory_tally.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace chatos::core {

class input_buffer {
public:
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return held_ == nullptr ? std::span<const std::byte>{}
                                : std::span<const std::byte>{held_->bytes}.subspan(held_->begin);
    }
    [[nodiscard]] bool empty() const noexcept { return held_ == nullptr; }

    /// Counts its memory in `tally` from now on. Only while empty.
    void count_in(memory_tally& tally) noexcept { tally_ = &tally; }
    /// Memory held; at least the number of bytes.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return held_ == nullptr ? 0 : allocated_bytes(sizeof(content)) + allocated_bytes(held_->bytes.capacity());
    }

    /// The maximum memory for `bytes`: a growing vector doubles.
    [[nodiscard]] static constexpr std::size_t memory_bytes_max(std::size_t bytes) noexcept {
        return allocated_bytes(sizeof(content)) + allocated_bytes(2 * bytes);
    }

    void append(std::span<const std::byte> more);
    /// Drops `count` bytes, at most size, from the front.
    void consume(std::size_t count) noexcept;
    void clear() noexcept;

private:
    struct content {
        std::vector<std::byte> bytes;  // not empty from `begin` on
        std::size_t begin{0};
    };
    std::unique_ptr<content> held_;
    memory_tally* tally_{nullptr};
};

}  // namespace chatos::core
