// What all streams together hold in memory, so that it can have a bound.
#pragma once

#include <cstddef>

namespace chatos::dump {

/// Every change of a buffer is reported here. The owner of the streams keeps the sum below `bytes_max`.
struct memory_budget {
    std::size_t bytes_max{20U << 20U};
    std::size_t bytes{0};

    [[nodiscard]] bool is_exceeded() const noexcept { return bytes > bytes_max; }
    void change(std::size_t from, std::size_t to) noexcept { bytes += to - from; }
};

}  // namespace chatos::dump
