// Everything the core knows about one connection: a plain record. The rules that change it are in the implementation
// files of server.hpp, each of which names its rules.
#pragma once

#include "core/clock.hpp"
#include "core/connection_id.hpp"
#include "core/delivery_ring.hpp"
#include "core/ensure.hpp"
#include "core/input_buffer.hpp"
#include "core/origin.hpp"
#include "core/output_queue.hpp"
#include "core/phase.hpp"
#include "core/request_queue.hpp"
#include "core/send_permissions.hpp"
#include "core/source_table.hpp"
#include "core/token_bucket.hpp"

#include <cstdint>
#include <string>

namespace chatos::core {

struct connection {
    connection_id id{};
    bool in_changed_list{false};  ///< in the list of changed connections
    bool in_bulk_list{false};     ///< in the list of those that only a message to all has changed
    bool in_work_list{false};     ///< in the list of connections with bytes to process
    bool has_backlog{false};      ///< `pending_input` begins with bytes that can be processed without waiting for more
    bool input_ended{false};
    bool has_sent_packet{false};         ///< a packet was read: only the first two can make it a tunnel end (TUN-1)
    bool shares_apply{false};            ///< connection_source::shares_apply
    bool throttled{false};               ///< the next request waits for `request_rate`
    bool first_pc_held{false};           ///< its first packet was a PC and is not answered (TUN-1)
    bool packet_unfinished{false};       ///< `pending_input` is the start of a packet
    std::uint32_t need{0};               ///< of the unfinished packet: bytes to the next decision
    std::uint32_t timeouts_in_a_row{0};  ///< FLOW-10
    std::uint32_t registry_index{0};     ///< users only
    std::uint32_t next_broadcast{0};     ///< users only: number of the first message to all that it has not received
    std::uint32_t offers_undecided{0};   ///< PC-8: made by it, whether or not it still waits for the decision
    const std::string* pseudo{nullptr};  ///< users only; the registry owns it
    std::uint64_t bytes_processed{0};    ///< whole packets only
    /// Unfinished packet: when its first byte was read (ERR-4); open tunnel end: when bytes last came or went.
    time_point since{};
    /// Unregistered: to register (ERR-4); finishing: to close (ERR-5); ended tunnels: to take some bytes.
    time_point phase_deadline{};
    origin source{};                       ///< TUN-3
    source_record* from_network{nullptr};  ///< what all connections of its network hold; the source table owns it

    token_bucket request_rate;  ///< options::requests_per_second_max

    output_queue output;
    request_queue requests;
    delivery_ring deliveries;
    input_buffer pending_input;
    send_permissions permissions;

    [[nodiscard]] phase current_phase() const noexcept { return phase_; }
    /// Changes to `next`, which must be allowed after the current phase (asserted). Called by server::enter() only.
    void enter(phase next) noexcept {
        ensure(may_follow(phase_, next));
        phase_ = next;
    }

    /// Packets from this connection take effect.
    [[nodiscard]] bool is_open() const noexcept {
        return current_phase() == phase::unregistered || current_phase() == phase::user;
    }
    /// It is one end of a tunnel, open or waiting.
    [[nodiscard]] bool is_tunnel_end() const noexcept {
        return current_phase() == phase::tunnel_waiting || current_phase() == phase::tunnel_open;
    }
    /// Its input may be kept: bytes wait to be processed or relayed.
    [[nodiscard]] bool keeps_input() const noexcept { return is_open() || current_phase() == phase::tunnel_waiting; }
    /// Answers that are due to this client: not settled, or not written (options::answers_owed_max).
    [[nodiscard]] std::uint32_t answers_owed() const noexcept { return requests.answers_coming() + output.answers(); }

private:
    phase phase_{phase::unregistered};
};

}  // namespace chatos::core
