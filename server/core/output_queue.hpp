// What waits to be written to one client: references to frames, in order. Knows nothing of what the frames mean,
// save which of them are answers (for options::answers_owed_max).
#pragma once

#include "core/frame.hpp"
#include "core/ring.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::core {

class output_queue {
public:
    /// What is queued from now on is counted in `tally`. Only while empty.
    void count_in(memory_tally& tally) noexcept { tally_ = &tally; }

    /// What is queued, now and from now on, is counted in no tally.
    void leave_tally() noexcept;
    [[nodiscard]] bool is_counted() const noexcept { return tally_ != nullptr; }

    void push(frame frame);

    /// Points `pieces` at the bytes to write next, in order, and returns how many pieces it set. They stay valid
    /// until the queue is changed.
    [[nodiscard]] std::size_t gather(std::span<std::span<const std::byte>> pieces) const noexcept;

    /// Takes `bytes` from the front: they were written. Not more than there are (asserted).
    void written(std::size_t bytes) noexcept;

    void clear() noexcept;

    [[nodiscard]] bool empty() const noexcept { return frames_.empty(); }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }
    [[nodiscard]] std::uint32_t frames() const noexcept { return frames_.size(); }
    /// Answers of which at least one byte is not written.
    [[nodiscard]] std::uint32_t answers() const noexcept { return answers_; }

private:
    void count(std::size_t bytes, std::uint32_t deliveries) noexcept;
    void discount(std::size_t bytes, std::uint32_t deliveries) noexcept;

    ring<frame> frames_;
    std::size_t size_bytes_{0};       // not written yet
    std::uint32_t front_written_{0};  // bytes of the first frame that are
    std::uint32_t answers_{0};
    memory_tally* tally_{nullptr};
};

}  // namespace chatos::core
