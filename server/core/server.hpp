// The ChatOS server as a state machine: connections, bytes and time go in; bytes to write, reading on or off, and
// closes come out. No sockets, no threads, no clock. One thread drives it.
//
// A driver's turn: report events (connect, receive, end_of_input, wrote, lost), call advance() and run(), then handle
// connections from next_changed(): write what gather() returns, report it with wrote(), read only if wants_input(), and
// follow close_action_of(). Wake up at next_deadline() at the latest; at once while has_work().
//
// Only advance() lets deadlines take effect, each at its own moment. So a driver that wakes up late first reports what
// arrived meanwhile: nobody runs out of time because the driver was away. A time earlier than the last one counts as
// the last one.
#pragma once

#include "core/broadcast_log.hpp"
#include "core/connection_table.hpp"
#include "core/memory_tally.hpp"
#include "core/notice.hpp"
#include "core/options.hpp"
#include "core/source_table.hpp"
#include "core/statistics.hpp"
#include "core/timers.hpp"
#include "core/tunnel_registry.hpp"
#include "core/user_registry.hpp"

#include <chatos/decode.hpp>
#include <chatos/packet.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chatos::core {

/// What the driver must do with a connection besides writing and reading (ERR-5).
enum class close_action : std::uint8_t {
    none,
    shut_down_sending,  ///< everything is written: send FIN, keep reading while wants_input()
    close,              ///< close it, then call lost()
};

class server {
public:
    /// `bounds` must be valid (find_fault(), asserted). `log` may be null; otherwise it must outlive the server.
    explicit server(const options& bounds, notice_sink* log = nullptr);
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Events of connections. Each id comes from connect() and is valid until lost().

    /// False when unregistered_max is reached or the server drains: leave new connections in the system's queue.
    /// `awaited` are connections that the driver has accepted and not reported yet; they count as well.
    [[nodiscard]] bool accepts_connections(std::size_t awaited = 0) const noexcept;
    /// Opens a connection. Only while accepts_connections() (asserted).
    [[nodiscard]] connection_id connect(time_point now, const connection_source& source = {});
    /// Bytes arrived; copied where needed. Only while wants_input(id), at most receive_bytes_max (both asserted).
    void receive(connection_id id, std::span<const std::byte> bytes, time_point now);
    /// The peer sends nothing more (FLOW-8). Takes effect after the bytes received before it.
    void end_of_input(connection_id id, time_point now);
    /// `bytes` of what gather() returned were written.
    void wrote(connection_id id, std::size_t bytes, time_point now);
    /// The connection is gone: reset, broken, or closed as close_action_of() demanded (CONN-6). `id` becomes invalid.
    void lost(connection_id id, time_point now);

    /// New bounds from now on, as valid as the first (asserted). Nobody is closed because a bound is lower: what
    /// exceeds it may stay, and what a client has begun keeps its time. The limits of packets, receive_bytes_max and
    /// `tunnels` stay as they are.
    void change_bounds(const options& bounds, time_point now);

    // Time and postponed work.

    /// Lets deadlines take effect up to `now`: a time before which nothing arrived that was not reported.
    void advance(time_point now);
    /// No deadline comes before this moment, which may be earlier than the first deadline. Empty: no deadline.
    [[nodiscard]] std::optional<time_point> next_deadline() const noexcept;
    /// Something is left to process or to deliver: call run() again soon.
    [[nodiscard]] bool has_work() const noexcept { return !work_.empty() || !broadcasts_.empty(); }
    /// Begins a turn: processes a bounded part of the remaining bytes, one client after another, and of the deliveries
    /// of messages to all. The calls of receive() until the next run() share what is left of
    /// options::work_per_turn_max.
    void run(time_point now);

    // The end.

    /// Stops the server: no new connections, no new requests. Accepted requests are answered within drain_timeout; a
    /// connection closes when it neither waits nor is waited for. When there are many, they close bit by bit during the
    /// first half of that time, so that their clients do not all come back, here or elsewhere, at the same moment.
    void drain(time_point now);
    [[nodiscard]] bool is_draining() const noexcept { return draining_; }

    /// While `*is_short`, no deliveries are made: they count as answered 4. The value may change during any call, so
    /// that one that has run into the end of memory needs little more. It must outlive the server.
    void watch_memory(const bool* is_short) noexcept { memory_short_ = is_short; }

    // What the driver must do.

    /// The next connection that has changed. A driver may stop in the middle: those that a message to all has changed
    /// do not keep others waiting. One that changes again may come again.
    [[nodiscard]] std::optional<connection_id> next_changed();
    [[nodiscard]] bool has_changed() const noexcept { return !changed_.empty() || !bulk_changed_.empty(); }
    [[nodiscard]] bool wants_input(connection_id id) const;
    /// The address that connect() was given.
    [[nodiscard]] const origin& source_of(connection_id id) const { return lookup(id).source; }
    /// Whether it is one end of a tunnel (TUN-2): an event of the other end can then end wants_input().
    [[nodiscard]] bool is_tunnel_end(connection_id id) const { return lookup(id).is_tunnel_end(); }
    /// Points `pieces` at the next bytes to write and returns how many it set. Valid until any other call.
    [[nodiscard]] std::size_t gather(connection_id id, std::span<std::span<const std::byte>> pieces) const;
    [[nodiscard]] close_action close_action_of(connection_id id) const;

    // Observation.

    [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }
    /// The connection for which most bytes are kept, unwritten or unprocessed, if they are `bytes_min` at least. In
    /// time proportional to the connections.
    [[nodiscard]] std::optional<connection_id> heaviest(std::size_t bytes_min) const;
    [[nodiscard]] const options& bounds() const noexcept { return options_; }
    /// Memory of all that waits to be written or processed.
    [[nodiscard]] std::size_t held_bytes() const noexcept { return tally_.output_memory_bytes() + tally_.input_bytes; }
    [[nodiscard]] statistics count() const;
    /// Recomputes every invariant and bound, in time proportional to everything held. Returns the first violation, or
    /// empty.
    [[nodiscard]] std::string check_invariants() const;

private:
    enum class settled_by : std::uint8_t { answer, timeout, departure };

    // server.cpp: connections, bytes, work
    void set_time(time_point now) noexcept;
    connection& lookup(connection_id id);
    const connection& lookup(connection_id id) const;
    bool has_room_for_request(const connection& client) const noexcept;
    void mark_changed(connection& changed);
    void mark_changed_in_bulk(connection& changed);
    void spend(std::uint32_t work) noexcept { turn_work_left_ -= std::min(turn_work_left_, work); }
    std::uint32_t slice_of_work() const noexcept;
    void schedule_work(connection& client);
    std::size_t process(connection& client, std::span<const std::byte> bytes, std::uint32_t& work_left);
    bool may_request_now(connection& client, opcode op);
    void end_throttling(connection& client);
    bool is_too_long_unregistered(const connection& client, std::size_t packet_bytes) const noexcept;
    void refuse_long_packet(connection& client);
    void update_backlog(connection& client);
    void notify(notice::event kind, const connection& client);
    void notify_refused(const connection& client, const decode_error& error, std::span<const std::byte> packet);

    // requests.cpp: the effect of each packet (CONN, PM, ALL, PC); returns how many deliveries it made
    std::uint32_t handle(connection& client, const packet_view& packet);
    void handle_cr(connection& client, std::string_view pseudo);
    bool address_has_room(const connection& client) const noexcept;
    error_code judge_rpm(connection& client, std::string_view pseudo);
    std::uint32_t handle_spm(connection& client, const packet_view& packet);
    std::uint32_t handle_sma(connection& client, std::string_view message);
    std::uint32_t handle_pc(connection& client, std::string_view pseudo);
    void accept(connection& client, const request& request);
    void answer_at_once(connection& client, error_code code);
    void send_due_answers(connection& client);

    // broadcasts.cpp: deliveries, and messages to all (ALL) in pieces
    enum class lane : std::uint8_t { prompt, bulk };
    bool deliver(const connection& sender, connection& recipient, const frame& packet, delivery_kind kind);
    bool enqueue(connection& recipient, const frame& packet, connection_id sender, std::uint32_t request_number,
                 delivery_kind kind);
    void deliver_broadcasts(std::uint32_t work_max);
    void catch_up(connection& user, lane written_as);
    void skip_broadcasts(connection& user);

    // deliveries.cpp: answers to deliveries (FLOW)
    bool owes_answers(const connection& client) const noexcept;
    void handle_answer(connection& client, error_code code);
    void settle(const delivery& done, error_code code, settled_by cause);
    void settle_request(connection_id sender, std::uint32_t request_number, error_code code);
    void time_out_oldest_delivery(connection& recipient);

    // holdings.cpp: the bounds over all clients; those that hold most are closed
    void enforce_output_bound() {
        if (tally_.output_memory_bytes() > options_.total_output_bytes_max - options_.total_output_bytes_max / 16)
            [[unlikely]] {
            free_output();
        }
    }
    void free_output();
    void enforce_input_bound();

    // tunnels.cpp: private connections that the server carries (TUN)
    void handle_unregistered_pc(connection& client, std::string_view pseudo);
    void answer_held_pc(connection& client);
    void become_tunnel_end(connection& client, const std::string& own, std::string_view peer);
    void record_offer(const connection& asking, const connection& recipient);
    void record_decision(const delivery& offer, error_code code);
    void open_tunnel_if_complete(connection& end);
    void refuse_tunnel_end(connection& end);
    void expire_tunnel_of(connection& end);
    time_point idle_deadline_of(const connection& end) const;
    void end_idle_tunnel(connection& end);
    connection* tunnel_partner(const connection& end);
    const connection* tunnel_partner(const connection& end) const;
    bool tunnel_has_room(const connection& end) const;
    bool tunnel_ends(const connection& end) const;
    void take_tunnel_bytes(connection& end, std::span<const std::byte> bytes);
    void relay(connection& from, std::span<const std::byte> bytes);
    void end_tunnel_input(connection& end);
    void end_tunnel_if_done(connection& end);
    void leave_tunnel(connection& end);
    void drain_tunnels();
    void close_tunnels();
    std::string check_tunnel_invariants() const;

    // closing.cpp: how connections end (FLOW-8, FLOW-10, ERR), and the deadlines that end them
    std::optional<time_point> deadline_of(const connection& client) const;
    void arm_timer(const connection& client);
    void expire_deadlines(time_point until);
    void expire_deadline(connection& client, time_point when);
    void enter(connection& client, phase next);
    void discard_input(connection& client);
    void end_session(connection& client);
    void abandon_requests(connection& client);
    void refuse(connection& client);
    void leave(connection& client);
    void finish(connection& client);
    void finish_if_done(connection& client);
    void continue_drain();
    void end_drain();

    options options_;
    options largest_bounds_;  // each bound's largest value so far: what may be held
    notice_sink* log_;
    const bool* memory_short_{nullptr};
    memory_tally tally_;  // before everything that counts in it
    std::size_t input_allowance_{0};
    std::size_t output_allowance_{0};
    source_table sources_;
    connection_table connections_;
    user_registry users_;
    timers timers_;
    tunnel_registry tunnels_;
    std::map<std::uint32_t, std::string> held_pcs_;  // by slot: the pseudo of a first PC that is not answered (TUN-1)
    std::array<frame, 6> answers_;                   // one shared frame per error code, encoded once
    broadcast_log broadcasts_;
    ring<connection_id> changed_;
    ring<connection_id> bulk_changed_;
    std::uint32_t changes_returned_{0};
    std::uint32_t turn_work_left_;
    ring<connection_id> work_;
    statistics statistics_;
    time_point now_{};
    time_point driver_now_{};  // the driver's time; `now_` follows, deadline by deadline
    time_point drain_deadline_{};
    time_point drain_continues_at_{never};  // never: every slot was visited
    std::uint32_t drain_slot_{0};           // the next one to visit
    std::uint32_t drain_closes_per_step_{0};
    bool draining_{false};
    bool drain_over_{false};
};

}  // namespace chatos::core
