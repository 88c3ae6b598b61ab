#include "properties/decode_plan.hpp"

#include <algorithm>

namespace chatos::fuzz {

std::size_t splitter::next(std::size_t bytes_left) noexcept {
    if (choice_ == 0) {
        return bytes_left;
    }
    const std::size_t factor = std::size_t{1} << std::min(count_++ / 32, 20U);
    if (choice_ < 16) {
        return std::min(choice_ * factor, bytes_left);
    }
    state_ = state_ * 1'664'525U + 1'013'904'223U;
    const std::uint32_t drawn = state_ >> 24U;
    // Mostly short fragments, sometimes long ones, sometimes none.
    std::size_t size = drawn < 200 ? drawn % 8 : drawn;
    if (size == 0 && was_empty_) {
        size = 1;
    }
    was_empty_ = size == 0;
    return std::min(size * factor, bytes_left);
}

decode_plan plan_of(std::span<const std::byte> input) noexcept {
    if (input.size() < plan_bytes) {
        return {};
    }
    const auto first = std::to_integer<std::size_t>(input[0]);
    return {.bounds = limits_choices[first % limits_choices.size()],
            .base_offset = base_offset_choices[first / limits_choices.size() % base_offset_choices.size()],
            .split_choice = std::to_integer<std::uint8_t>(input[1]),
            .stream = input.subspan(plan_bytes)};
}

}  // namespace chatos::fuzz
