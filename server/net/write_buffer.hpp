// Copies many short pieces of output into one run of bytes per connection.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace chatos::net {

/// Shared by all connections. Packets are short, so copying them is faster than passing a list to the system.
class write_buffer {
public:
    /// Space for the pieces of the next connection.
    [[nodiscard]] std::span<std::span<const std::byte>> pieces() noexcept { return pieces_; }

    /// The first `count` pieces, of which there is one at least, or as many of them as fit into a run. A single piece
    /// that is larger is not copied. Valid until clear(). Only while has_room().
    [[nodiscard]] std::span<const std::byte> collect(std::size_t count);

    /// Room for another run.
    [[nodiscard]] bool has_room() const noexcept { return used_ + run_bytes_max <= copies_.size(); }
    void clear() noexcept { used_ = 0; }

    static constexpr std::size_t run_bytes_max = std::size_t{64} << 10U;

private:
    static constexpr std::size_t pieces_max = 256;
    static constexpr std::size_t copies_bytes_max = std::size_t{512} << 10U;

    std::array<std::span<const std::byte>, pieces_max> pieces_{};
    std::vector<std::byte> copies_ = std::vector<std::byte>(copies_bytes_max);
    std::size_t used_{0};
};

}  // namespace chatos::net
