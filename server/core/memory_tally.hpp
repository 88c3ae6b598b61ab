// The memory that the core now holds for all its clients together, updated on every allocation and release. Compared
// with the bounds over all clients (options::total_output_bytes_max, options::total_input_bytes_max).
#pragma once

#include <algorithm>
#include <cstddef>

namespace chatos::core {

/// Memory of an allocation of `bytes`, including bookkeeping and rounding as in the GNU C library: 8 bytes more,
/// rounded up to a multiple of 16; whole pages for large ones.
[[nodiscard]] constexpr std::size_t allocated_bytes(std::size_t bytes) noexcept {
    constexpr std::size_t own_pages_from = 131'072;
    constexpr std::size_t page = 4'096;
    if (bytes >= own_pages_from) {
        return (bytes + 16 + page - 1) / page * page;
    }
    return std::max<std::size_t>(32, (bytes + 8 + 15) / 16 * 16);
}

/// One per core. Queues and frames update it; it must outlive them.
struct memory_tally {
    std::size_t frame_bytes{0};        ///< memory of all frames; a frame that many recipients share counts once
    std::size_t deliveries_queued{0};  ///< entries for deliveries in all output queues
    std::size_t output_bytes{0};       ///< bytes waiting to be written in all output queues
    std::size_t input_bytes{0};        ///< memory of all unprocessed bytes

    /// Memory of one entry in an output queue: a pointer, in a ring that may be four times as long as its content.
    static constexpr std::size_t queue_entry_bytes = 4 * sizeof(void*);

    /// Compared with options::total_output_bytes_max.
    [[nodiscard]] std::size_t output_memory_bytes() const noexcept {
        return frame_bytes + deliveries_queued * queue_entry_bytes;
    }
};

}  // namespace chatos::core
