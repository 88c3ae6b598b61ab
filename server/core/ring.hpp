// A first-in, first-out queue in one block of memory. It knows no bound: its users keep theirs (options.hpp).
#pragma once

#include "core/ensure.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace chatos::core {

/// Grows by doubling and gives a large block back as soon as it is empty, so that an idle client costs next to
/// nothing, while a short queue keeps its small block and never allocates in a steady exchange. A block with room for
/// more than `shrinks_above` elements never has room for more than four times its content: memory follows content.
template <typename T>
class ring {
public:
    static constexpr std::uint32_t shrinks_above = 64;

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// Elements that there is memory for.
    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }

    /// The element `position` places behind the oldest.
    [[nodiscard]] T& operator[](std::uint32_t position) noexcept {
        ensure(position < size_);
        return slots_[(first_ + position) & (capacity_ - 1)];
    }
    [[nodiscard]] const T& operator[](std::uint32_t position) const noexcept {
        ensure(position < size_);
        return slots_[(first_ + position) & (capacity_ - 1)];
    }
    [[nodiscard]] T& front() noexcept { return (*this)[0]; }
    [[nodiscard]] const T& front() const noexcept { return (*this)[0]; }

    void push_back(T value) {
        if (size_ == capacity_) {
            grow();
        }
        slots_[(first_ + size_) & (capacity_ - 1)] = std::move(value);
        ++size_;
    }

    T pop_front() {
        T oldest = std::exchange(front(), T{});
        first_ = (first_ + 1) & (capacity_ - 1);
        --size_;
        if (size_ == 0 && capacity_ > small_capacity) {
            clear();
        } else if (capacity_ > shrinks_above && size_ <= capacity_ / 4) {
            move_to(capacity_ / 2);
        }
        return oldest;
    }

    /// Empties the queue and gives its memory back.
    void clear() noexcept {
        slots_.reset();
        capacity_ = first_ = size_ = 0;
    }

private:
    static constexpr std::uint32_t small_capacity = 4;

    void grow() { move_to(capacity_ == 0 ? small_capacity : capacity_ * 2); }

    void move_to(std::uint32_t capacity) {
        auto slots = std::make_unique<T[]>(capacity);
        for (std::uint32_t i = 0; i < size_; ++i) {
            slots[i] = std::move((*this)[i]);
        }
        slots_ = std::move(slots);
        capacity_ = capacity;
        first_ = 0;
    }

    std::unique_ptr<T[]> slots_;
    std::uint32_t capacity_{0};  // a power of two, or 0
    std::uint32_t first_{0};
    std::uint32_t size_{0};
};

}  // namespace chatos::core
