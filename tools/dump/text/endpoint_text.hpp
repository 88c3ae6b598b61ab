// Addresses with ports as text: 10.0.0.1:7777, [2001:db8::1]:7777.
#pragma once

#include "dump/record/capture_place.hpp"
#include "dump/record/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::dump {

/// The text, in memory of its own: nothing is allocated.
class endpoint_words {
public:
    endpoint_words(const endpoint& end, std::uint8_t ip_version) noexcept;
    [[nodiscard]] std::string_view text() const noexcept { return {letters_.data(), size_}; }

private:
    std::array<char, 64> letters_;
    std::size_t size_{0};
};

[[nodiscard]] std::string endpoint_text(const endpoint& end, std::uint8_t ip_version);

/// Who sends in this direction, and who receives.
[[nodiscard]] inline const endpoint& sender_of(const stream_ends& ends, direction way) noexcept {
    return way == direction::client_to_server ? ends.client : ends.server;
}
[[nodiscard]] inline const endpoint& receiver_of(const stream_ends& ends, direction way) noexcept {
    return way == direction::client_to_server ? ends.server : ends.client;
}

}  // namespace chatos::dump
