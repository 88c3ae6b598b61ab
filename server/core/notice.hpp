// Events that the core reports to a log. The core neither formats nor writes them.
#pragma once

#include "core/connection_id.hpp"

#include <chatos/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::core {

/// Something happened to one connection that an operator may want to know.
struct notice {
    enum class event : std::uint8_t {
        registered,     ///< CONN-1
        refused_input,  ///< ERR-2
        slow_login,     ///< ERR-4
        slow_packet,    ///< ERR-4
        unresponsive,   ///< FLOW-10
        no_room,        ///< CONN-4
        input_bound,    ///< options::total_input_bytes_max
    };

    event kind{event::registered};
    connection_id connection{};
    std::string_view pseudo{};             ///< registered: under which
    violation cause{violation::none};      ///< refused_input: which rule
    std::uint64_t offset{0};               ///< refused_input: position in everything that the connection sent
    std::span<const std::byte> excerpt{};  ///< refused_input: what is there; of a text at most four bytes
};

/// Beyond this, an excerpt is cut.
inline constexpr std::size_t excerpt_bytes_max = 32;

/// Takes notices at once, in the order of events; their views live as long as the call. It must not call the core.
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
