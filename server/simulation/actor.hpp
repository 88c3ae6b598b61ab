// One client of the simulation: what it has sent, what it waits for, what it owes, and how it behaves. A plain record:
// simulation.cpp acts, history_checker.hpp judges.
#pragma once

#include "core/clock.hpp"
#include "core/connection_id.hpp"
#include "core/ring.hpp"

#include <chatos/packet.hpp>

#include <cstdint>
#include <string>

namespace chatos::core::simulation {

/// A request that the core has received and not fully answered.
struct asked_request {
    opcode kind{opcode::cr};
    bool by_unregistered{false};  ///< not registered when the request was handed over
    bool first_answered{false};   ///< a PC that reached its peer
    std::uint16_t pseudo{0};
    std::uint32_t serial{0};  ///< of its record; 0: CR, RPM
    std::uint32_t step{0};    ///< when it was handed over
    std::uint32_t order{0};   ///< the last delivering request handed over before it
};

/// A delivery that has arrived and is not answered yet.
struct owed_answer {
    std::uint32_t serial{0};  ///< of the request's record; 0: unknown
    opcode kind{opcode::spm};
};

/// An entry of an outbox.
struct sent_packet {
    std::uint64_t end{0};  ///< position in the stream just after it
    opcode kind{opcode::cr};
    bool malformed{false};
    error_code code{error_code::ok};
    std::uint16_t pseudo{0};
    std::uint32_t serial{0};
    std::uint32_t count{1};  ///< number of ERRORs in a row
};

enum class reading : std::uint8_t { all, slowly, nothing };
enum class answering : std::uint8_t { at_once, when_told, never };

struct actor {
    // The connection.
    bool connected{false};
    connection_id id{};
    bool ended{false};       ///< the core knows that no more input follows
    bool will_end{false};    ///< once everything is handed over
    bool ends_early{false};  ///< ... whether or not the core wants to read
    bool saw_end{false};
    bool cut{false};              ///< the core dropped its requests: bad input, a time limit, no room
    bool refused{false};          ///< ... and must send ERROR 5 last
    bool last_is_refusal{false};  ///< the last packet that arrived is ERROR 5
    bool final_refusal{false};    ///< the ERROR 5 of such an end has arrived
    bool stuck{false};            ///< inside a packet: it sends nothing more than its end
    bool hindered{false};         ///< did not always read: the core may have closed before everything was written
    bool broken{false};           ///< malformed bytes were handed over
    bool unsure{false};           ///< unknown which of its requests still counted when the drain began

    // The session.
    bool registered{false};      ///< holds `pseudo` at this moment
    bool was_registered{false};  ///< held it at some time during this connection
    bool welcomed{false};        ///< has received the ERROR 0 of its CR
    bool may_hold{false};        ///< ended after unprocessed packets: the core may treat it as a user a little longer
    std::uint16_t pseudo{0};
    std::uint32_t session{0};               ///< unique
    std::uint32_t registered_order{0};      ///< the last delivering request handed over before it was registered
    std::uint32_t ended_order{UINT32_MAX};  ///< the last one before its session ended
    std::uint32_t last_order{0};            ///< of the last delivery that arrived

    // Its behavior.
    reading reads{reading::all};
    answering answers{answering::at_once};
    bool lingers{false};
    error_code answer_code{error_code::ok};
    std::uint32_t read_bytes{0};

    ring<asked_request> requests;
    ring<owed_answer> owed;

    std::string outbox;
    std::size_t outbox_begin{0};
    ring<sent_packet> on_the_way;
    std::uint64_t composed{0};  ///< position in the stream after the outbox
    std::uint64_t handed{0};    ///< position in the stream before the outbox
    std::uint32_t answers_on_the_way{0};
    std::uint32_t fragment{0};
    std::string inbox;  ///< the start of a packet

    [[nodiscard]] std::size_t unsent() const noexcept { return outbox.size() - outbox_begin; }
};

}  // namespace chatos::core::simulation
