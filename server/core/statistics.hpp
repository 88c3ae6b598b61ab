// What the core counts. At any moment between two calls:
//   requests_accepted = requests_answered + requests_abandoned + requests_pending
//   deliveries_made = deliveries_answered + deliveries_timed_out + deliveries_recipient_left + deliveries_waiting
#pragma once

#include <array>
#include <cstdint>

namespace chatos::core {

struct statistics {
    std::uint64_t connections_opened{0};
    std::uint64_t connections_open{0};
    std::uint64_t users{0};

    std::array<std::uint64_t, 7> packets_by_opcode{};  ///< received and well-formed; [0] stays 0

    std::uint64_t requests_accepted{0};
    std::uint64_t requests_answered{0};   ///< fully: a PC counts with its last answer
    std::uint64_t requests_abandoned{0};  ///< the client left before the answer was due, or broke the protocol
    std::uint64_t requests_pending{0};

    std::uint64_t deliveries_made{0};
    std::uint64_t deliveries_answered{0};
    std::uint64_t deliveries_timed_out{0};
    std::uint64_t deliveries_recipient_left{0};
    std::uint64_t deliveries_waiting{0};
    std::uint64_t deliveries_without_room{0};  ///< never made, counted as answered 4 (options.hpp)

    std::uint64_t answers_late{0};      ///< FLOW-4
    std::uint64_t answers_unasked{0};   ///< FLOW-3
    std::uint64_t requests_ignored{0};  ///< came after the server began to drain

    std::array<std::uint64_t, 7> refused_by_violation{};  ///< ERR-2, indexed by chatos::violation
    std::uint64_t closed_slow_login{0};                   ///< ERR-4
    std::uint64_t closed_slow_packet{0};                  ///< ERR-4
    std::uint64_t closed_unresponsive{0};                 ///< FLOW-10
    std::uint64_t closed_without_room{0};                 ///< CONN-4
    std::uint64_t closed_input_bound{0};                  ///< options::total_input_bytes_max

    std::uint64_t output_bytes_queued{0};  ///< waiting to be written, to all clients together
    std::uint64_t output_memory_bytes{0};  ///< what is compared with options::total_output_bytes_max
    std::uint64_t input_memory_bytes{0};   ///< what is compared with options::total_input_bytes_max
};

}  // namespace chatos::core
