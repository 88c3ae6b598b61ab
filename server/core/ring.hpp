// A first-in, first-out queue in one block of memory. It knows no bound: its users keep theirs (options.hpp).
#pragma once

#include "core/ensure.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace chatos::core {

/// Grows by doubling and gives a large block back as soon as it is empty, so that an idle client costs next to
/// nothing, while a short queue keeps its small block and never allocates in a steady exchange.
template <typename T>
class ring {
public:
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

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

    void grow() {
        const std::uint32_t larger = capacity_ == 0 ? small_capacity : capacity_ * 2;
        auto slots = std::make_unique<T[]>(larger);
        for (std::uint32_t i = 0; i < size_; ++i) {
            slots[i] = std::move((*this)[i]);
        }
        slots_ = std::move(slots);
        capacity_ = larger;
        first_ = 0;
    }

    std::unique_ptr<T[]> slots_;
    std::uint32_t capacity_{0};  // a power of two, or 0
    std::uint32_t first_{0};
    std::uint32_t size_{0};
};

}  // namespace chatos::core
