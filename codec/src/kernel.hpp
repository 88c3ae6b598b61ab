// The part of decoding that is worth writing for each kind of CPU: is this text UTF-8, and taking packets from a buffer
// as long as all goes well. Which kind is used is chosen once, at the first call, by what the CPU can do.
#pragma once

#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::detail {

/// Limits in the form the fast path compares with: sizes with their top bit set are over them by themselves (WIRE-11).
struct size_limits {
    std::uint32_t pseudo_bytes_max;
    std::uint32_t message_bytes_max;
};

/// Where take_packets stopped.
struct taken {
    std::size_t count{0};
    std::size_t consumed{0};
};

struct kernel {
    const char* name;
    /// Whether all of the text is UTF-8 (WIRE-8). Reads no byte outside it.
    bool (*is_utf8)(const char* text, std::size_t size) noexcept;
    /// Takes packets that are complete and legal, and stops at the first that it is not sure of: malformed, unfinished,
    /// or just too near the end of the buffer. decode() has the word on that one.
    taken (*take_packets)(std::span<const std::byte> input, std::span<packet_view> packets,
                          const size_limits& bounds) noexcept;
};

/// Those that this CPU can run, the plainest first. The last is the best.
[[nodiscard]] std::span<const kernel> usable_kernels() noexcept;

[[nodiscard]] const kernel& best_kernel() noexcept;

// One per kind; `nullptr` functions where the compiler does not know the CPU.
[[nodiscard]] kernel portable_kernel() noexcept;
#if defined(__x86_64__)
[[nodiscard]] kernel avx2_kernel() noexcept;
[[nodiscard]] kernel avx512_kernel() noexcept;
#endif

}  // namespace chatos::detail
