// Counters of the core. Between any two calls:
//   requests_accepted = requests_answered + requests_abandoned + requests_pending
//   tunnels_offered = tunnels_undecided + tunnels_refused + tunnels_accepted
//   tunnels_accepted = tunnels_awaited + tunnels_expired + tunnels_opened
//   tunnel_ends = tunnel_ends_waiting + tunnel_ends_refused + tunnel_ends_lost + 2 * tunnels_opened
//   deliveries_made = deliveries_answered + deliveries_timed_out + deliveries_recipient_left + deliveries_waiting
#pragma once

#include "core/duration_histogram.hpp"

#include <array>
#include <cstdint>

namespace chatos::core {

struct statistics {
    std::uint64_t connections_opened{0};
    std::uint64_t connections_open{0};
    std::uint64_t users{0};

    std::array<std::uint64_t, 7> packets_by_opcode{};  ///< received and well-formed; [0] stays 0

    std::uint64_t requests_accepted{0};
    std::uint64_t requests_answered{0};   ///< a PC counts with its last answer
    std::uint64_t requests_abandoned{0};  ///< the client left before the answer was due, or broke the protocol
    std::uint64_t requests_pending{0};

    std::uint64_t deliveries_made{0};
    std::uint64_t deliveries_answered{0};
    std::uint64_t deliveries_timed_out{0};
    std::uint64_t deliveries_recipient_left{0};
    std::uint64_t deliveries_waiting{0};
    std::uint64_t deliveries_without_room{0};  ///< never made, counted as answered 4 (options.hpp)

    duration_histogram answer_times{};  ///< of deliveries answered in time: from sent to answered

    std::uint64_t answers_late{0};      ///< FLOW-4
    std::uint64_t answers_unasked{0};   ///< FLOW-3
    std::uint64_t requests_delayed{0};  ///< options::requests_per_second_max
    std::uint64_t requests_ignored{0};  ///< came after the server began to drain

    std::array<std::uint64_t, 7> refused_by_violation{};  ///< ERR-2, indexed by chatos::violation
    std::uint64_t closed_slow_login{0};                   ///< ERR-4
    std::uint64_t closed_slow_packet{0};                  ///< ERR-4
    std::uint64_t closed_unresponsive{0};                 ///< FLOW-10
    std::uint64_t closed_without_room{0};                 ///< CONN-4
    std::uint64_t closed_input_bound{0};                  ///< options::total_input_bytes_max
    std::uint64_t closed_long_unregistered{0};            ///< options::unregistered_packet_bytes_max
    std::uint64_t closed_output_bound{0};                 ///< options::total_output_bytes_max

    std::uint64_t output_bytes_queued{0};  ///< waiting to be written, to all clients together
    std::uint64_t output_memory_bytes{0};  ///< compared with options::total_output_bytes_max
    std::uint64_t input_memory_bytes{0};   ///< compared with options::total_input_bytes_max

    std::uint64_t tunnels_offered{0};  ///< PCs that reached their peer while tunnels are on (TUN)
    std::uint64_t tunnels_undecided{0};
    std::uint64_t tunnels_refused{0};  ///< not accepted, or beyond a limit of tunnels, or the server drains
    std::uint64_t tunnels_accepted{0};
    std::uint64_t tunnels_awaited{0};  ///< accepted, with an end missing
    std::uint64_t tunnels_expired{0};  ///< accepted, and an end did not come in time (TUN-4)
    std::uint64_t tunnels_opened{0};
    std::uint64_t tunnels_open{0};
    std::uint64_t tunnels_without_room{0};  ///< of those refused: accepted beyond a limit of tunnels
    std::array<std::uint64_t, 4> tunnels_without_room_by_limit{};  ///< indexed by tunnel_limit; [0] stays 0
    std::uint64_t tunnels_idle{0};                                 ///< of those opened: closed without traffic
    std::uint64_t tunnel_ends{0};  ///< connections whose first two packets were the PCs of TUN-1
    std::uint64_t tunnel_ends_waiting{0};
    std::uint64_t tunnel_ends_refused{0};  ///< answered 4 (TUN-4)
    std::uint64_t tunnel_ends_lost{0};     ///< gone while they waited
    std::uint64_t tunnel_bytes_relayed{0};
};

}  // namespace chatos::core
