// Bytes that came and could not be processed yet: the start of an unfinished packet, or packets that wait their
// turn. Holds memory only while it holds bytes, and grows with the bytes that arrive, never with a size that a peer
// has only announced.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace chatos::core {

class input_rest {
public:
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return std::span<const std::byte>{bytes_}.subspan(begin_);
    }
    [[nodiscard]] bool empty() const noexcept { return begin_ == bytes_.size(); }

    void append(std::span<const std::byte> more);
    /// Drops `count` bytes from the front; not more than there are.
    void consume(std::size_t count) noexcept;
    void clear() noexcept;

private:
    std::vector<std::byte> bytes_;
    std::size_t begin_{0};
};

}  // namespace chatos::core
