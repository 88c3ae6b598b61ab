#include "core/output_queue.hpp"

#include <algorithm>

namespace chatos::core {

void output_queue::push(frame one) {
    size_bytes_ += one.size_bytes();
    answers_ += one.is_answer() ? 1U : 0U;
    frames_.push_back(std::move(one));
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
    size_bytes_ -= bytes;
    while (bytes != 0) {
        const std::uint32_t left = frames_.front().size_bytes() - front_written_;
        if (bytes < left) {
            front_written_ += static_cast<std::uint32_t>(bytes);
            return;
        }
        bytes -= left;
        front_written_ = 0;
        answers_ -= frames_.front().is_answer() ? 1U : 0U;
        static_cast<void>(frames_.pop_front());
    }
}

void output_queue::clear() noexcept {
    frames_.clear();
    size_bytes_ = 0;
    front_written_ = 0;
    answers_ = 0;
}

}  // namespace chatos::core
