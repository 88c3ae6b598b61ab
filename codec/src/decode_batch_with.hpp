// decode_batch() with a kernel of one's choice: tests run every kernel that the CPU has, users get the best.
#pragma once

#include "kernel.hpp"

#include <chatos/decode_batch.hpp>

namespace chatos::detail {

[[nodiscard]] batch_result decode_batch_with(const kernel& fast, std::span<const std::byte> input,
                                             std::span<packet_view> packets, const limits& bounds,
                                             std::uint64_t base_offset) noexcept;

}  // namespace chatos::detail
