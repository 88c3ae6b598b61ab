// The output that waits for one client: references to frames, in order. Knows only which frames are answers (for
// options::answers_owed_max).
#pragma once

#include "core/frame.hpp"
#include "core/ring.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::core {

class output_queue {
public:
    /// Counts the output in `tally` from now on. Only while empty.
    void count_in(memory_tally& tally) noexcept { tally_ = &tally; }

    /// Removes the output from its tally, now and in future.
    void leave_tally() noexcept;
    [[nodiscard]] bool is_counted() const noexcept { return tally_ != nullptr; }

    void push(frame frame);

    /// Points `pieces` at the next bytes to write, in order, and returns how many it set. They stay valid until the
    /// queue changes.
    [[nodiscard]] std::size_t gather(std::span<std::span<const std::byte>> pieces) const noexcept;

    /// Removes `bytes`, which were written, from the front. At most size_bytes() (asserted).
    void written(std::size_t bytes) noexcept;

    void clear() noexcept;

    [[nodiscard]] bool empty() const noexcept { return frames_.empty(); }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }
    [[nodiscard]] std::uint32_t frames() const noexcept { return frames_.size(); }
    /// Answers that are not completely written.
    [[nodiscard]] std::uint32_t answers() const noexcept { return answers_; }

private:
    void count(std::size_t bytes, std::uint32_t deliveries) noexcept;
    void discount(std::size_t bytes, std::uint32_t deliveries) noexcept;

    ring<frame> frames_;
    std::size_t size_bytes_{0};       // not written yet
    std::uint32_t front_written_{0};  // written bytes of the first frame
    std::uint32_t answers_{0};
    memory_tally* tally_{nullptr};
};

}  // namespace chatos::core
