// Events that the core reports to a log. The core neither formats nor writes them.
#pragma once

#include "core/connection_id.hpp"
#include "core/options.hpp"

#include <chatos/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::core {

/// An event of one connection that is of interest to an operator.
struct notice {
    enum class event : std::uint8_t {
        registered,         ///< CONN-1
        refused_input,      ///< ERR-2
        slow_login,         ///< ERR-4
        slow_packet,        ///< ERR-4
        unresponsive,       ///< FLOW-10
        no_room,            ///< CONN-4
        input_bound,        ///< options::total_input_bytes_max
        long_unregistered,  ///< options::unregistered_packet_bytes_max
        output_bound,       ///< options::total_output_bytes_max
        tunnel_limit,  ///< TUN-4: an accepted offer gets no tunnel; the connection is that of the user that offered
        tunnel_idle,   ///< TUN-4: options::tunnel_idle_timeout; the connection is one of the ends
    };

    event kind{event::registered};
    connection_id connection{};
    std::string_view pseudo{};             ///< registered: its pseudo
    violation cause{violation::none};      ///< refused_input: the rule
    core::tunnel_limit limit{};            ///< tunnel_limit: the limit
    std::uint64_t offset{0};               ///< refused_input: position in the stream of the connection
    std::span<const std::byte> excerpt{};  ///< refused_input: the bytes at `offset`; at most four of a text
};

/// Longer excerpts are cut.
inline constexpr std::size_t excerpt_bytes_max = 32;

/// Receives notices immediately, in the order of events. Their views are valid during the call. Must not call the core.
class notice_sink {
public:
    notice_sink() = default;
    notice_sink(const notice_sink&) = delete;
    notice_sink& operator=(const notice_sink&) = delete;
    virtual void take(const notice& notice) = 0;

protected:
    ~notice_sink() = default;
};

}  // namespace chatos::core
