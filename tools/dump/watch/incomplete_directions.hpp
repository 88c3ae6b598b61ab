// Of which directions of streams there is more than was given out so far: a judge that looks before the capture has
// ended must not take that for silence.
#pragma once

#include "dump/record/record.hpp"

#include <cstdint>
#include <unordered_set>

namespace chatos::dump {

/// Told by a frame_listener. Bounded, because the table of connections is.
class incomplete_directions {
public:
    void change(std::uint32_t stream, stream_direction direction, bool is_complete) {
        if (is_complete) {
            numbers_.erase(direction_number(stream, direction));
        } else {
            numbers_.insert(direction_number(stream, direction));
        }
    }
    void clear() noexcept { numbers_.clear(); }
    /// See direction_number().
    [[nodiscard]] const std::unordered_set<std::uint64_t>& numbers() const noexcept { return numbers_; }

private:
    std::unordered_set<std::uint64_t> numbers_;
};

}  // namespace chatos::dump
