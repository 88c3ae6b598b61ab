#include "core/input_buffer.hpp"

#include "core/ensure.hpp"

namespace chatos::core {

void input_buffer::append(std::span<const std::byte> more) {
    if (begin_ != 0) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
        begin_ = 0;
    }
    const std::size_t before = memory_bytes();
    bytes_.insert(bytes_.end(), more.begin(), more.end());
    if (tally_ != nullptr) {
        tally_->input_bytes += memory_bytes() - before;
    }
}

void input_buffer::consume(std::size_t count) noexcept {
    ensure(count <= bytes_.size() - begin_);
    begin_ += count;
    if (empty()) {
        clear();
    }
}

void input_buffer::clear() noexcept {
    if (tally_ != nullptr) {
        tally_->input_bytes -= memory_bytes();
    }
    bytes_ = std::vector<std::byte>{};  // `= {}` would keep the capacity
    begin_ = 0;
}

}  // namespace chatos::core
