// What one write takes: many short pieces from everywhere, as one run of bytes.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <sys/types.h>
#include <vector>

namespace chatos::net {

/// Shared by all connections. Packets are short: copying them together costs less than having the system walk a list of
/// them (32 messages of 64 bytes to each of 100 receivers: a tenth of the server's time).
class write_buffer {
public:
    /// Where to put what is to be written next.
    [[nodiscard]] std::span<std::span<const std::byte>> pieces() noexcept { return pieces_; }

    struct outcome {
        ::ssize_t sent;   ///< as ::send() returns it; errno says why it is below 0
        std::size_t due;  ///< what there was to be sent
    };
    /// Sends the first `count` pieces, of which there is one at least.
    [[nodiscard]] outcome send(int socket, std::size_t count);

private:
    static constexpr std::size_t pieces_max = 256;
    static constexpr std::size_t copied_bytes_max = std::size_t{64} << 10U;

    std::array<std::span<const std::byte>, pieces_max> pieces_{};
    std::vector<std::byte> copies_ = std::vector<std::byte>(copied_bytes_max);
};

}  // namespace chatos::net
