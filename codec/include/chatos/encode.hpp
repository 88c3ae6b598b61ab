// Packets to bytes. Refuses whatever the decoder would refuse, so that nothing malformed can be sent by mistake.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos {

enum class encode_status : std::uint8_t {
    ok,                ///< `size` bytes were written
    buffer_too_small,  ///< nothing was written; `size` bytes are needed
    refused,           ///< nothing was written; `why` and `where` say what the decoder would say
};

struct encode_result {
    encode_status status{encode_status::refused};
    std::size_t size{0};
    violation why{violation::none};
    field where{field::opcode};
};

/// Writes `packet` to the front of `output`. Fields that the opcode does not have are ignored.
[[nodiscard]] encode_result encode(const packet_view& packet, std::span<std::byte> output,
                                   const limits& bounds = {}) noexcept;

/// Bytes that `packet` takes on the wire, whether or not the encoder would accept it.
[[nodiscard]] std::size_t encoded_size(const packet_view& packet) noexcept;

}  // namespace chatos
