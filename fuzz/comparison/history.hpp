// How bytes are read as a history: what happens to a server, in pairs of bytes. Any bytes are one. Knows nothing of
// what it brings about.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace chatos::fuzz {

/// Places at which there can be a connection at the same time.
inline constexpr unsigned history_places = 6;

enum class event_kind : std::uint8_t {
    connect,  ///< at a place where there is no connection
    bytes,    ///< packets, whole or in part, or what is none
    end,      ///< end of input
    lost,     ///< reset
    wait,     ///< time passes
};

struct history_step {
    event_kind kind{event_kind::connect};
    unsigned place{0};
    std::string bytes;
    std::chrono::milliseconds time{0};
};

/// The first byte of a pair chooses what happens and where, the second which packet, text or time. Places that are
/// still empty are connected to, and registered, by whatever comes first.
[[nodiscard]] std::vector<history_step> history_of(std::span<const std::byte> input);

/// One line: `3 sends RPM "bob"`, `2 is reset`, `300 ms pass`.
[[nodiscard]] std::string in_words(const history_step& step);

}  // namespace chatos::fuzz
