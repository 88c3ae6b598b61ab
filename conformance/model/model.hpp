// The executable model of the rules: a ChatOS server as plain code, without sockets or a clock. It is written for
// readability, not speed. The code that enforces a rule names the rule's id and, next to it, the faults that violate
// it.
//
//   bytes and time in: connect, receive, end, lost, tick        out: take_output(), in order
//
// model.cpp: connections, sessions and time. registration.cpp: CR. requests.cpp: the other requests. deliveries.cpp:
// deliveries and their answers. tunnels.cpp: relayed private connections (TUN).
#pragma once

#include "model/wire.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace chatos::conformance {

struct model_settings {
    std::size_t capacity{10'000};  ///< registered users
    std::chrono::milliseconds answer_timeout{5'000};
    std::chrono::milliseconds pc_timeout{30'000};
    std::chrono::milliseconds login_timeout{10'000};
    bool tunnels{false};  ///< relay private connections; otherwise a PC before registration is CONN-8
    std::chrono::milliseconds tunnel_timeout{30'000};
    wire_settings wire;  ///< limits, faults and variants; the caller applies smallest_limits
};

/// Chosen by the caller; never reused.
using connection_id = std::uint64_t;
/// On any monotonic clock.
using model_time = std::chrono::nanoseconds;

/// What the server does to a connection.
struct model_output {
    enum class kind : std::uint8_t {
        bytes,  ///< send them
        close,  ///< send everything queued, end the sending side, read for a while, close (ERR-5)
        end,    ///< send everything queued, then end the sending side (a tunnel's half-close)
        reset,  ///< a fault: close so that the peer sees a reset
    };
    connection_id connection{0};
    kind action{kind::bytes};
    std::string bytes;
};

class model {
public:
    explicit model(const model_settings& settings);

    /// Accepts a connection.
    void connect(connection_id id, model_time now);
    /// Does nothing for a connection that is unknown or was closed.
    void receive(connection_id id, std::span<const std::byte> bytes, model_time now);
    /// The peer has ended its sending side (FLOW-8); output may still follow.
    void end(connection_id id, model_time now);
    /// The connection is gone: reset, or ended by both sides. No output for it follows.
    void lost(connection_id id, model_time now);
    void tick(model_time now);

    /// False while the client has too many unanswered requests to read more from it (FLOW-5). Bytes received in that
    /// state are kept.
    [[nodiscard]] bool wants_input(connection_id id) const;
    /// When tick() must be called, unless something else happens first.
    [[nodiscard]] std::optional<model_time> next_deadline() const;
    /// All output since the last call, oldest first.
    [[nodiscard]] std::vector<model_output> take_output();
    /// A fault has made the server die; it does nothing more.
    [[nodiscard]] bool died() const noexcept { return died_; }

    /// Number of registered users.
    [[nodiscard]] std::size_t users() const;
    /// True while the client is an end of a tunnel.
    [[nodiscard]] bool is_tunnel_end(connection_id id) const;

private:
    /// A request whose answers are not all sent; it keeps their place in the order (FLOW-1).
    struct pending_request {
        std::uint64_t number{0};
        opcode op{opcode::cr};
        std::vector<std::uint8_t> due;    ///< settled answers not yet sent, oldest first
        bool settled{false};              ///< no more answers follow
        std::size_t awaited{0};           ///< recipients that have not answered, left or timed out
        std::vector<std::uint8_t> codes;  ///< of the recipients of an SMA, oldest first
        std::string judged_late;          ///< by a fault: the pseudo of an RPM that is not judged yet
        bool is_final{false};             ///< by a fault: its code is decided, whatever else comes
    };

    /// An SPM or PC in its recipient's queue, until an ERROR consumes its place (FLOW-2, FLOW-4).
    struct pending_delivery {
        connection_id requester{0};
        connection_id peer{0};           ///< its recipient
        std::uint64_t request{0};        ///< of the requester
        opcode request_op{opcode::spm};  ///< SPM, SMA or PC
        model_packet packet;
        model_time created{0};
        std::optional<model_time> oldest_since;  ///< start of its timeout (FLOW-7)
        bool sent{false};
        bool timed_out{false};        ///< settled, but still keeps its place
        bool is_behind_offer{false};  ///< an offer to its recipient was undecided when it was queued (FLOW-10)
    };

    /// What only faults look at: what a client did before.
    struct client_history {
        unsigned crs{0};
        std::uint64_t registered_at{0};  // number of the next request then
        std::size_t broadcasts{0};
        bool has_refused{false};
        bool has_timed_out{false};
        bool has_accepted{false};
        bool spoke_too_early{false};
        model_time last_packet{0};
        std::string first_refused_pseudo;
        std::deque<model_packet> refused_messages;
    };

    struct client_state {
        connection_id id{0};
        model_time connected{0};
        std::string unread;
        model_time last_input{0};                ///< for a fault
        std::optional<model_time> packet_since;  ///< when the first byte of `unread` arrived (ERR-4)
        std::optional<std::string> pseudo;       ///< while registered
        bool input_ended{false};
        bool closed{false};                          ///< removed at the end of the turn
        bool is_paused{false};                       ///< has unread input (FLOW-5)
        bool is_ignored{false};                      ///< by a fault: not read any more
        bool closes_when_answered{false};            ///< by a fault
        std::deque<pending_request> requests;        ///< oldest first
        std::deque<pending_delivery> deliveries;     ///< to it, unanswered, oldest first
        std::deque<connection_id> send_permissions;  ///< sessions that it may send SPMs to, oldest first (PM-6)
        std::size_t offers_made{0};                  ///< for a fault
        bool has_answered{false};                    ///< a delivery, for a fault
        bool has_sent_packet{false};                 ///< only the first two packets open a tunnel end
        std::optional<std::string> first_pc;         ///< of an unregistered client that may become a tunnel end
        bool is_tunnel_end{false};                   ///< its bytes are not packets any more
        bool has_relayed_end{false};                 ///< tunnel end: its end of input has been relayed
        bool was_answered{false};                    ///< tunnel end: by a fault, before its partner has connected
        std::size_t relayed{0};                      ///< bytes of a tunnel end, for a fault
        unsigned consecutive_timeouts{0};            ///< FLOW-10
        std::optional<std::string> refused_pseudo;   ///< the last one that was taken, for a fault
        std::deque<std::uint8_t> unmatched_answers;  ///< kept by a fault
        std::deque<model_packet> postponed;          ///< requests that a fault delays
        client_history history;                      ///< for faults
    };

    /// A PC that has reached its peer, and the tunnel that it may lead to.
    struct tunnel_state {
        enum class stage : std::uint8_t { offered, accepted, open };
        connection_id requester{0};
        std::uint64_t request{0};          ///< of the requester
        std::array<std::string, 2> sides;  ///< pseudos of the requester and its peer
        stage current{stage::offered};
        model_time deadline{0};  ///< accepted: for both ends to connect
        std::array<std::optional<connection_id>, 2> ends;
    };

    enum class end_reason : std::uint8_t { closed, reset, disconnected };

    [[nodiscard]] bool has(fault fault) const { return settings_.wire.faults.has(fault); }
    [[nodiscard]] bool follows(variant variant) const { return settings_.wire.variants.has(variant); }

    // Connections, sessions, time: model.cpp
    [[nodiscard]] client_state* find(connection_id id);
    [[nodiscard]] const client_state* find(connection_id id) const;
    [[nodiscard]] std::string& unread_of(client_state& client);
    [[nodiscard]] bool may_read(const client_state& client) const;
    void advance_time(model_time now);
    void expire_deadlines();
    void read_packets(client_state& client);
    void handle_malformed(client_state& client, const read_result& bad);
    void act_on_what_follows(client_state& client, const read_result& bad);
    void discard_output(connection_id of, bool from_others);
    [[nodiscard]] bool is_passed_over(const client_state& client, const read_result& bad) const;
    [[nodiscard]] static std::size_t malformed_size(std::string_view unread);
    void disturb_others(const client_state& client, fault cause);
    void end_input(client_state& client);
    void end_session(client_state& client, end_reason reason);
    void disconnect(client_state& client, std::optional<error_code> code);
    void close(client_state& client);
    void close_if_done(client_state& client);
    void send(client_state& client, const model_packet& packet);
    void send_code(client_state& client, std::uint8_t code);
    [[nodiscard]] std::optional<model_time> input_deadline(const client_state& client) const;
    void finish_turn();
    [[nodiscard]] bool is_degenerate() const;
    [[nodiscard]] bool splits_character(const client_state& client, std::span<const std::byte> bytes) const;
    void disturb_at_end(client_state& client, end_reason reason);
    void pass_on_pseudo(const std::string& pseudo);
    void withdraw_deliveries_of(const client_state& requester);
    void settle_requests_of(connection_id requester);
    [[nodiscard]] bool refuses_pseudo(const std::string& pseudo) const;
    [[nodiscard]] const std::string& shown_pseudo(const client_state& client, opcode op) const;
    [[nodiscard]] bool never_expires(const tunnel_state& tunnel) const;
    void settle_broadcasts_without(const client_state& latecomer);
    void deliver_refused_messages(client_state& client, client_state& recipient);
    void swap_with_oldest(pending_delivery& answered);
    [[nodiscard]] bool is_skipped_by_broadcast(const client_state& recipient) const;
    [[nodiscard]] bool settle_out_of_turn(client_state& requester, std::deque<pending_request>::iterator request);
    void receive_degenerate(client_state& client);

    // CR: registration.cpp
    [[nodiscard]] bool same_pseudo(const std::string& left, const std::string& right) const;
    [[nodiscard]] client_state* holder_of(const std::string& pseudo);
    [[nodiscard]] client_state* find_user(const std::string& pseudo);
    [[nodiscard]] bool is_full(const client_state& candidate) const;
    void disturb_holder(client_state& holder);
    void settle_debts(client_state& client);
    [[nodiscard]] bool stays_unsettled(const client_state& client, const pending_delivery& delivery,
                                       end_reason reason) const;
    void connection_request(client_state& client, const std::string& pseudo);
    void register_as(client_state& client, const std::string& pseudo, error_code code);
    void refuse_full(client_state& client, const std::string& pseudo);
    void refuse_taken(client_state& client, const std::string& pseudo);
    void second_connection_request(client_state& client, const std::string& pseudo);
    void early_request(client_state& client, const model_packet& packet);

    // The other requests, and the order of answers: requests.cpp
    pending_request& open_request(client_state& client, opcode op);
    void reply(client_state& client, opcode op, error_code code);
    void reply(client_state& client, opcode op, const std::vector<error_code>& codes);
    void flush(client_state& client);
    void handle(client_state& client, const model_packet& packet);
    [[nodiscard]] bool must_wait(const client_state& client) const;
    [[nodiscard]] bool overtakes(opcode op, error_code code) const;
    void drop_recipients(const client_state& client, std::vector<client_state*>& recipients) const;
    void damage_broadcast(std::string& message) const;
    void handle_postponed(client_state& client);
    void handle_request(client_state& client, const model_packet& packet);
    void request_message(client_state& client, const std::string& pseudo);
    void send_message(client_state& client, const model_packet& packet);
    [[nodiscard]] bool may_send(const client_state& client, const client_state& recipient) const;
    void deliver_message(client_state& client, client_state& recipient, std::string message);
    void damage_message(std::string& message) const;
    void send_to_all(client_state& client, const std::string& message);
    void send_to_wrong_recipients(client_state& client, const model_packet& packet);
    void send_to_latecomer(client_state& late);
    void private_connection(client_state& client, const std::string& pseudo);
    [[nodiscard]] bool refuses_offer(const client_state& client, const client_state& peer) const;
    [[nodiscard]] bool has_too_many_offers(const client_state& client) const;
    void offer(client_state& client, client_state& peer);

    // Deliveries: deliveries.cpp
    void deliver(client_state& recipient, const client_state& requester, std::uint64_t request_number,
                 opcode request_op, model_packet packet);
    void send_next_deliveries(client_state& recipient);
    [[nodiscard]] bool may_be_sent(const client_state& recipient, const pending_delivery& delivery) const;
    void start_timeout(client_state& recipient) const;
    [[nodiscard]] model_time deadline_of(const pending_delivery& delivery) const;
    void take_answer(client_state& client, std::uint8_t code);
    void consume(client_state& client, const std::deque<pending_delivery>::iterator& place, std::uint8_t code);
    void handle_unmatched_answer(client_state& client, std::uint8_t code);
    void time_out_deliveries(client_state& recipient);
    [[nodiscard]] bool never_times_out(const pending_delivery& delivery) const;
    void timed_out(const pending_delivery& delivery);
    void recipient_left(const pending_delivery& delivery, end_reason reason);
    void settle(const pending_delivery& delivery, std::uint8_t code);
    [[nodiscard]] std::uint8_t relayed(const pending_delivery& delivery, std::uint8_t code) const;
    void settle_broadcast(pending_request& request, std::uint8_t code) const;
    [[nodiscard]] std::uint8_t broadcast_code(const pending_request& request) const;

    // Tunnels: tunnels.cpp
    [[nodiscard]] bool opens_tunnel_end(client_state& client, const model_packet& packet);
    [[nodiscard]] bool has_tunnel_for(const std::string& pseudo);
    void join_tunnel(client_state& client, const std::string& own, const std::string& peer);
    void refuse_tunnel_end(client_state& client);
    void record_offer(const client_state& asking, std::uint64_t request_number, const client_state& request);
    void record_decision(const pending_delivery& offer, std::uint8_t code);
    void drop_tunnel(std::size_t index);
    void expire_tunnels();
    void open_if_complete(tunnel_state& tunnel);
    [[nodiscard]] tunnel_state* tunnel_of(const client_state& end);
    [[nodiscard]] client_state* partner_of(const client_state& end);
    void relay(client_state& end);
    void leave_tunnel(client_state& end);
    [[nodiscard]] bool has_room_for_tunnel_bytes(const client_state& end) const;
    [[nodiscard]] std::size_t open_tunnel_ends() const;
    void cut_tunnels_of(const std::string& pseudo);
    [[nodiscard]] bool is_side_to_cut(const tunnel_state& tunnel, const std::string& pseudo) const;

    model_settings settings_;
    model_time now_{0};
    std::map<connection_id, client_state> clients_;  ///< in the order of their connecting
    std::vector<tunnel_state> tunnels_;
    std::uint64_t next_request_{1};  // 0: none
    std::vector<model_output> output_;
    std::size_t turn_began_at_{0};  // in output_
    bool died_{false};

    // For faults.
    std::string shared_unread_;
    std::set<std::string> kept_pseudos_;
    std::set<std::pair<connection_id, std::string>> requested_pseudos_;
    std::set<connection_id> requested_ids_;
    std::size_t ever_registered_{0};
    std::optional<connection_id> stalling_client_;
    std::set<std::string> left_pseudos_;
    std::set<std::pair<std::string, connection_id>> permissions_by_name_;
    std::size_t lost_rooms_{0};
    std::set<std::string> freed_pseudos_;
    std::set<std::pair<connection_id, std::string>> refused_spms_;
    std::map<std::string, model_packet> unanswered_by_name_;
    std::set<std::pair<connection_id, connection_id>> refused_offers_;
    std::set<std::array<std::string, 2>> accepted_pairs_;
    bool has_timed_out_{false};
};

}  // namespace chatos::conformance
