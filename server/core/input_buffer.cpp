#include "core/input_buffer.hpp"

#include "core/ensure.hpp"

#include <utility>

namespace chatos::core {

void input_buffer::append(std::span<const std::byte> more) {
    if (more.empty()) {
        return;
    }
    const std::size_t before = memory_bytes();
    if (held_ == nullptr) {
        held_ = std::make_unique<content>();
    }
    std::vector<std::byte>& bytes = held_->bytes;
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::exchange(held_->begin, 0)));
    bytes.insert(bytes.end(), more.begin(), more.end());
    if (tally_ != nullptr) {
        tally_->input_bytes += memory_bytes() - before;
    }
}

void input_buffer::consume(std::size_t count) noexcept {
    ensure(count <= bytes().size());
    if (count == bytes().size()) {
        clear();
    } else {
        held_->begin += count;
    }
}

void input_buffer::clear() noexcept {
    if (tally_ != nullptr) {
        tally_->input_bytes -= memory_bytes();
    }
    held_.reset();
}

}  // namespace chatos::core
