#include "core/output_queue.hpp"

#include <algorithm>

namespace chatos::core {

void output_queue::count(std::size_t bytes, std::uint32_t deliveries) noexcept {
    if (tally_ != nullptr) {
        tally_->output_bytes += bytes;
        tally_->deliveries_queued += deliveries;
    }
}

void output_queue::discount(std::size_t bytes, std::uint32_t deliveries) noexcept {
    if (tally_ != nullptr) {
        tally_->output_bytes -= bytes;
        tally_->deliveries_queued -= deliveries;
    }
}

void output_queue::leave_tally() noexcept {
    discount(size_bytes_, frames_.size() - answers_);
    tally_ = nullptr;
}

void output_queue::push(frame frame) {
    count(frame.size_bytes(), frame.is_answer() ? 0U : 1U);
    size_bytes_ += frame.size_bytes();
    answers_ += frame.is_answer() ? 1U : 0U;
    frames_.push_back(std::move(frame));
}

std::size_t output_queue::gather(std::span<std::span<const std::byte>> pieces) const noexcept {
    const std::size_t count = std::min<std::size_t>(pieces.size(), frames_.size());
    for (std::size_t i = 0; i < count; ++i) {
        pieces[i] = frames_[static_cast<std::uint32_t>(i)].bytes();
    }
    if (count != 0) {
        pieces[0] = pieces[0].subspan(front_written_);
    }
    return count;
}

void output_queue::written(std::size_t bytes) noexcept {
    ensure(bytes <= size_bytes_);
    const std::uint32_t deliveries_before = frames_.size() - answers_;
    const std::size_t bytes_written = bytes;
    size_bytes_ -= bytes;
    while (bytes != 0) {
        const std::uint32_t left = frames_.front().size_bytes() - front_written_;
        if (bytes < left) {
            front_written_ += static_cast<std::uint32_t>(bytes);
            break;
        }
        bytes -= left;
        front_written_ = 0;
        answers_ -= frames_.front().is_answer() ? 1U : 0U;
        static_cast<void>(frames_.pop_front());
    }
    discount(bytes_written, deliveries_before - (frames_.size() - answers_));
}

void output_queue::clear() noexcept {
    discount(size_bytes_, frames_.size() - answers_);
    frames_.clear();
    size_bytes_ = 0;
    front_written_ = 0;
    answers_ = 0;
}

}  // namespace chatos::core
