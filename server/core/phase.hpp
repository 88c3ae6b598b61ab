// The phases of a connection, and which may follow which. A connection never returns to an earlier phase, so every
// connection ends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace chatos::core {

enum class phase : std::uint8_t {
    unregistered,    ///< not registered yet
    user,            ///< registered
    tunnel_waiting,  ///< a tunnel end whose peer has not come, or whose offer is not decided (TUN-2)
    tunnel_open,     ///< a tunnel end whose bytes are relayed
    leaving,         ///< session or tunnel over; waits for answers that are still due (FLOW-8)
    finishing,       ///< nothing more is queued: flush, shut down sending, linger (ERR-5)
    closed,          ///< the driver must close it
};
inline constexpr std::size_t phase_count = 7;

struct phase_transition {
    phase from;
    phase to;
};

/// All allowed transitions.
inline constexpr std::array phase_transitions{
    phase_transition{phase::unregistered, phase::user},            // CONN-1
    phase_transition{phase::unregistered, phase::tunnel_waiting},  // TUN-1: its first two packets are PCs
    phase_transition{phase::unregistered, phase::leaving},         // FLOW-8: end of input
    phase_transition{phase::unregistered, phase::finishing},       // CONN-4, ERR-2, ERR-4, drain
    phase_transition{phase::user, phase::leaving},                 // CONN-6: the session ends
    phase_transition{phase::tunnel_waiting, phase::tunnel_open},   // TUN-2
    phase_transition{phase::tunnel_waiting, phase::leaving},       // TUN-4: lost while it waited
    phase_transition{phase::tunnel_waiting, phase::finishing},     // TUN-4: refused or expired
    phase_transition{phase::tunnel_open, phase::leaving},          // TUN-2: it ended, and its partner learns of it
    phase_transition{phase::tunnel_open, phase::finishing},        // the drain is over, or it was idle
    phase_transition{phase::leaving, phase::finishing},            // every answer that was due is queued
    phase_transition{phase::leaving, phase::closed},               // TUN-2: an ended tunnel whose client takes no bytes
    phase_transition{phase::finishing, phase::closed},             // ERR-5: time is up
};

[[nodiscard]] constexpr bool may_follow(phase from, phase to) noexcept {
    for (const phase_transition& transition : phase_transitions) {
        if (transition.from == from && transition.to == to) {
            return true;
        }
    }
    return false;
}

}  // namespace chatos::core
