// A FIFO queue in one block of memory. Unbounded: its users enforce their bounds (options.hpp).
#pragma once

#include "core/ensure.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace chatos::core {

/// Grows by doubling. A block for more than `shrinks_above` elements never exceeds four times its content. A smaller
/// one follows use: it halves when it becomes empty without having been half full since the last time, so that bursts
/// of one size never allocate, and an idle client needs almost no memory.
template <typename T>
class ring {
public:
    static constexpr std::uint32_t shrinks_above = 64;

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// Elements that fit without allocation.
    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }

    /// The element at `position` after the oldest.
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
        most_used_ = std::max(most_used_, size_);
    }

    T pop_front() {
        T oldest = take(front());
        first_ = (first_ + 1) & (capacity_ - 1);
        --size_;
        if (size_ == 0) {
            fit_to_use();
        } else if (capacity_ > shrinks_above && size_ <= capacity_ / 4) {
            shrink();
        }
        return oldest;
    }

    /// Empties the queue and frees its memory.
    void clear() noexcept {
        slots_.reset();
        capacity_ = first_ = size_ = most_used_ = 0;
    }

private:
    static constexpr std::uint32_t small_capacity = 4;

    static T take(T& slot) noexcept {
        if constexpr (std::is_trivially_copyable_v<T>) {
            return slot;
        } else {
            return std::exchange(slot, T{});
        }
    }

    void fit_to_use() {
        if (capacity_ > shrinks_above) {
            clear();
        } else if (capacity_ > small_capacity && most_used_ < capacity_ / 2) {
            shrink();
        }
        most_used_ = 0;
    }

    void grow() {
        const std::uint32_t capacity = capacity_ == 0 ? small_capacity : capacity_ * 2;
        move_to(std::make_unique<T[]>(capacity), capacity);
    }

    // Without memory for a smaller block the larger one serves as well.
    void shrink() noexcept {
        const std::uint32_t capacity = capacity_ / 2;
        if (std::unique_ptr<T[]> slots{new (std::nothrow) T[capacity]{}}) {
            move_to(std::move(slots), capacity);
        }
    }

    void move_to(std::unique_ptr<T[]> slots, std::uint32_t capacity) noexcept {
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
    std::uint32_t most_used_{0};  // since it was last empty
};

}  // namespace chatos::core
