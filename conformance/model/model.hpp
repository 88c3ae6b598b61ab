// The executable model of the rules: a ChatOS server as plain code, without sockets or clock. It is written to be read,
// rule by rule, and may be slow; what it may not be is clever. Each rule's id stands where the rule is enforced, and
// beside it the faults that break it.
//
//   bytes and time in: connect, receive, end, lost, tick        out: take_output(), in the order in which it happened
//
// model.cpp has connections, sessions and time; registration.cpp who becomes a user; requests.cpp what the other
// requests do; deliveries.cpp what is sent to others and what becomes of it; tunnels.cpp private connections that it
// carries (TUN).
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
    bool tunnels{false};  ///< carries private connections; without, a PC before registration is CONN-8
    std::chrono::milliseconds tunnel_timeout{30'000};
    wire_settings wire;  ///< limits, faults and variants; smallest_limits is the caller's to apply
};

/// Chosen by the caller, never used again after the connection has ended.
using connection_id = std::uint64_t;
/// On any clock that does not go back.
using model_time = std::chrono::nanoseconds;

/// What the server does to a connection.
struct model_output {
    enum class kind : std::uint8_t {
        bytes,  ///< send these
        close,  ///< send what was sent before, end the sending side, read on for a while, close (ERR-5)
        end,    ///< send what was sent before, and end the sending side (a tunnel's half-close)
        reset,  ///< a fault: close so that the peer sees a reset
    };
    connection_id connection{0};
    kind what{kind::bytes};
    std::string bytes;
};

class model {
public:
    explicit model(const model_settings& settings);

    /// A connection has been accepted.
    void connect(connection_id id, model_time now);
    /// Bytes came. For a connection that is unknown or was closed: nothing.
    void receive(connection_id id, std::span<const std::byte> bytes, model_time now);
    /// The peer has ended its sending side (FLOW-8). It may still be sent to.
    void end(connection_id id, model_time now);
    /// The connection is gone: reset, or both sides have ended. Nothing more comes out for it.
    void lost(connection_id id, model_time now);
    /// Time has passed.
    void tick(model_time now);

    /// False while so many of the client's requests are unanswered that nothing more is read from it (FLOW-5). Bytes
    /// given all the same are kept.
    [[nodiscard]] bool wants_input(connection_id id) const;
    /// When tick() has something to do, if nothing happens before.
    [[nodiscard]] std::optional<model_time> next_deadline() const;
    /// All that happened since the last call, oldest first.
    [[nodiscard]] std::vector<model_output> take_output();
    /// A fault made the server die. Nothing happens any more.
    [[nodiscard]] bool died() const noexcept { return died_; }

    /// Registered users, for those who compare two servers.
    [[nodiscard]] std::size_t users() const;

private:
    /// A request whose answers are not all sent: the place that FLOW-1 keeps for them.
    struct request {
        std::uint64_t number{0};
        opcode op{opcode::cr};
        std::vector<std::uint8_t> due;    ///< answers that are settled and not yet sent, oldest first
        bool settled{false};              ///< no more answers will come
        std::size_t awaited{0};           ///< recipients that have neither answered nor left nor run out of time
        std::vector<std::uint8_t> codes;  ///< what the recipients of an SMA came to, oldest first
    };

    /// An SPM or PC for somebody, until its place in the recipient's queue is used up (FLOW-2, FLOW-4).
    struct delivery {
        connection_id asker{0};
        std::uint64_t request{0};   ///< of the asker
        opcode asked{opcode::spm};  ///< SPM, SMA or PC
        model_packet packet;
        model_time made{0};
        std::optional<model_time> oldest_since;  ///< from when its time limit runs (FLOW-7)
        bool sent{false};
        bool timed_out{false};  ///< settled; only its place is left
    };

    struct client {
        connection_id id{0};
        model_time connected{0};
        std::string unread;
        std::optional<model_time> packet_since;  ///< when the first byte of `unread` came (ERR-4)
        std::optional<std::string> pseudo;       ///< registered under this
        bool input_ended{false};
        bool closed{false};     ///< its close has been put out; it is only kept until nobody looks at it any more
        bool held_back{false};  ///< there is more to read once it may be read again (FLOW-5)
        bool ignored{false};    ///< a fault does not read it any more
        bool condemned{false};  ///< a fault closes it once all its requests are answered
        std::deque<request> requests;               ///< oldest first
        std::deque<delivery> owed;                  ///< what it has to answer, oldest first
        std::deque<connection_id> may_write_to;     ///< sessions that it has a favourable RPM for, oldest first (PM-6)
        bool has_spoken{false};                     ///< a packet was read: only the first two make a tunnel end
        std::optional<std::string> first_pc;        ///< of a stranger who may become a tunnel end
        bool is_tunnel_end{false};                  ///< its bytes are no packets any more
        bool end_was_relayed{false};                ///< tunnel end: its partner knows that its input has ended
        bool was_told{false};                       ///< only a fault tells an end before its partner has come
        std::size_t relayed{0};                     ///< bytes of a tunnel end; only a fault counts them
        unsigned timeouts_in_a_row{0};              ///< FLOW-10
        std::optional<std::string> refused_pseudo;  ///< the last one that was taken; only a fault remembers
        std::deque<std::uint8_t> stray;             ///< only a fault keeps stray answers
        std::deque<model_packet> postponed;         ///< only a fault lets requests wait
    };

    /// A PC that has reached its peer, and the tunnel that it may become.
    struct tunnel {
        enum class state : std::uint8_t { offered, accepted, open };
        connection_id asker{0};
        std::uint64_t request{0};          ///< of the asker
        std::array<std::string, 2> sides;  ///< the pseudos of who asked and who was asked
        state now_in{state::offered};
        model_time deadline{0};  ///< accepted: for both ends to come
        std::array<std::optional<connection_id>, 2> ends;
    };

    enum class leaving : std::uint8_t { ended, reset, hung_up };

    [[nodiscard]] bool broken(fault one) const { return settings_.wire.faults.has(one); }
    [[nodiscard]] bool follows(variant one) const { return settings_.wire.variants.has(one); }

    // Connections, sessions, time: model.cpp
    [[nodiscard]] client* find(connection_id id);
    [[nodiscard]] const client* find(connection_id id) const;
    [[nodiscard]] std::string& unread_of(client& who);
    [[nodiscard]] bool may_read(const client& who) const;
    void let_time_pass(model_time now);
    void meet_deadlines();
    void read_on(client& who);
    void handle_malformed(client& who, const read_result& bad);
    void act_on_what_follows(client& who, const read_result& bad);
    void take_back_output(connection_id of, bool from_others);
    void end_input(client& who);
    void end_session(client& who, leaving how);
    void hang_up(client& who, std::optional<error_code> code);
    void close(client& who);
    void close_if_done(client& who);
    void send(client& who, const model_packet& packet);
    void send_code(client& who, std::uint8_t code);
    [[nodiscard]] std::optional<model_time> input_deadline(const client& who) const;
    void finish_turn();
    [[nodiscard]] bool is_degenerate() const;
    void receive_degenerate(client& who);

    // Becoming a user: registration.cpp
    [[nodiscard]] bool same_pseudo(const std::string& left, const std::string& right) const;
    [[nodiscard]] client* holder_of(const std::string& pseudo);
    [[nodiscard]] client* find_user(const std::string& pseudo);
    [[nodiscard]] bool is_full(const client& stranger) const;
    void connection_request(client& who, const std::string& pseudo);
    void register_as(client& who, const std::string& pseudo, error_code code);
    void refuse_full(client& who, const std::string& pseudo);
    void refuse_taken(client& who, const std::string& pseudo);
    void second_connection_request(client& who, const std::string& pseudo);
    void early_request(client& who, const model_packet& packet);

    // The other requests, and places for answers: requests.cpp
    request& open_request(client& who, opcode op);
    void reply(client& who, opcode op, error_code code);
    void reply(client& who, opcode op, const std::vector<error_code>& codes);
    void flush(client& who);
    void handle(client& who, const model_packet& packet);
    [[nodiscard]] bool must_wait(const client& who) const;
    void handle_postponed(client& who);
    void handle_request(client& who, const model_packet& packet);
    void request_message(client& who, const std::string& pseudo);
    void send_message(client& who, const model_packet& packet);
    [[nodiscard]] bool may_write(const client& who, const client& recipient) const;
    void deliver_message(client& who, client& recipient, std::string message);
    void send_to_all(client& who, const std::string& message);
    void send_to_who_should_not_get_it(client& who, const model_packet& packet);
    void send_to_latecomer(client& late);
    void private_connection(client& who, const std::string& pseudo);
    void offer(client& who, client& peer);

    // Deliveries: deliveries.cpp
    void deliver(client& recipient, const client& asker, std::uint64_t request_number, opcode asked,
                 model_packet packet);
    void send_what_may_go(client& recipient);
    [[nodiscard]] bool may_go(const client& recipient, const delivery& one) const;
    void start_clock(client& recipient) const;
    [[nodiscard]] model_time deadline_of(const delivery& one) const;
    void take_answer(client& who, std::uint8_t code);
    void use_up(client& who, const std::deque<delivery>::iterator& place, std::uint8_t code);
    void stray_answer(client& who, std::uint8_t code);
    void time_out_deliveries(client& recipient);
    [[nodiscard]] bool never_times_out(const delivery& one) const;
    void timed_out(const delivery& one);
    void recipient_left(const delivery& one, leaving how);
    void settle(const delivery& one, std::uint8_t code);
    [[nodiscard]] std::uint8_t relayed(const delivery& one, std::uint8_t code) const;
    void settle_to_all(request& asked, std::uint8_t code) const;
    [[nodiscard]] std::uint8_t code_for_all(const request& asked) const;

    // Tunnels: tunnels.cpp
    [[nodiscard]] bool opens_tunnel_end(client& who, const model_packet& packet);
    [[nodiscard]] bool may_come(const std::string& pseudo);
    void take_seat(client& who, const std::string& own, const std::string& peer);
    void refuse_tunnel_end(client& who);
    void note_offer(const client& asking, std::uint64_t request_number, const client& asked);
    void note_decision(const delivery& offer, std::uint8_t code);
    void give_up(std::size_t index);
    void expire_tunnels();
    void open_if_complete(tunnel& one);
    [[nodiscard]] tunnel* tunnel_of(const client& end);
    [[nodiscard]] client* partner_of(const client& end);
    void relay(client& end);
    void leave_tunnel(client& end);
    [[nodiscard]] bool has_room_for_tunnel_bytes(const client& end) const;
    [[nodiscard]] std::size_t open_tunnel_ends() const;
    void cut_tunnels_of(const std::string& pseudo);

    model_settings settings_;
    model_time now_{0};
    std::map<connection_id, client> clients_;  ///< in the order in which they came
    std::vector<tunnel> tunnels_;
    std::uint64_t next_request_{1};  // 0 is nobody's
    std::vector<model_output> output_;
    std::size_t turn_began_at_{0};  // in output_
    bool died_{false};

    // What only faults need.
    std::string shared_unread_;
    std::set<std::string> kept_pseudos_;
    std::set<std::pair<connection_id, std::string>> asked_pseudos_;
    std::set<connection_id> asked_for_;
    std::size_t ever_registered_{0};
    std::optional<connection_id> staller_;
};

}  // namespace chatos::conformance
