// What the core holds at this moment on behalf of all its clients together, counted where it is taken and given back.
// The bounds over all clients (options::total_output_bytes_max, options::total_input_bytes_max) are compared with it.
#pragma once

#include <algorithm>
#include <cstddef>

namespace chatos::core {

/// What an allocation of `bytes` takes from the system, bookkeeping and rounding included: 8 bytes and a multiple of
/// 16, as the GNU C library does it; whole pages once it is large enough to get some of its own.
[[nodiscard]] constexpr std::size_t allocated_bytes(std::size_t bytes) noexcept {
    constexpr std::size_t own_pages_from = 131'072;
    constexpr std::size_t page = 4'096;
    if (bytes >= own_pages_from) {
        return (bytes + 16 + page - 1) / page * page;
    }
    return std::max<std::size_t>(32, (bytes + 8 + 15) / 16 * 16);
}

/// One per core. Queues and frames that count in it keep it up to date; it must outlive them.
struct memory_tally {
    std::size_t frame_bytes{0};        ///< memory of all frames; a frame that many recipients share counts once
    std::size_t deliveries_queued{0};  ///< places of deliveries in output queues, each recipient's counted
    std::size_t output_bytes{0};       ///< bytes waiting to be written, each recipient's counted
    std::size_t input_bytes{0};        ///< memory of all unprocessed bytes

    /// What one place in an output queue takes: a pointer, in a ring that may be four times as long as its content.
    static constexpr std::size_t queue_entry_bytes = 4 * sizeof(void*);

    /// What is compared with options::total_output_bytes_max.
    [[nodiscard]] std::size_t output_memory_bytes() const noexcept {
        return frame_bytes + deliveries_queued * queue_entry_bytes;
    }
};

}  // namespace chatos::core
