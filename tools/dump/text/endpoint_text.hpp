// Addresses with ports as text: 10.0.0.1:7777, [2001:db8::1]:7777.
#pragma once

#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::dump {

/// The text, without an allocation.
class endpoint_buffer {
public:
    endpoint_buffer() noexcept = default;
    endpoint_buffer(const endpoint& end, std::uint8_t ip_version) noexcept;
    [[nodiscard]] std::string_view text() const noexcept { return {letters_.data(), size_}; }

private:
    std::array<char, 64> letters_{};
    std::size_t size_{0};
};

[[nodiscard]] std::string endpoint_text(const endpoint& end, std::uint8_t ip_version);

/// The sender and the receiver in this direction.
[[nodiscard]] inline const endpoint& sender_of(const stream_endpoints& endpoints, stream_direction direction) noexcept {
    return direction == stream_direction::client_to_server ? endpoints.client : endpoints.server;
}
[[nodiscard]] inline const endpoint& receiver_of(const stream_endpoints& endpoints,
                                                 stream_direction direction) noexcept {
    return direction == stream_direction::client_to_server ? endpoints.server : endpoints.client;
}

}  // namespace chatos::dump
