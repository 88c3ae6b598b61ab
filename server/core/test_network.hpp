// For tests: a core, clients in memory, and a clock that only the test moves.
#pragma once

#include "core/server.hpp"

#include <chatos/packet.hpp>

#include <chrono>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::core::test {

using std::chrono::milliseconds;

/// Packets as text: "ERROR 0", "PC alice", "SPM alice: hi".
using packets = std::vector<std::string>;

class network;

/// The encoded `packet`.
[[nodiscard]] std::string bytes_of(const packet_view& packet);

/// `packet` as in packets().
[[nodiscard]] std::string text_of(const packet_view& packet);

/// The client's end of a connection. What it sends waits, as in a socket, until the core wants input; what the core
/// writes arrives unless the client does not read.
class client {
public:
    client(network& owner, connection_id id) : network_{owner}, id_{id} {}
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    void send(std::initializer_list<packet_view> all);
    void send(const packet_view& packet) { send({packet}); }
    void send_bytes(std::string_view bytes);
    /// The core reads it, but takes no turn.
    void send_without_turn(std::string_view bytes);
    void send_without_turn(const packet_view& packet) { send_without_turn(bytes_of(packet)); }
    void answer(error_code code = error_code::ok) { send(make_error(code)); }
    /// Closes its sending side.
    void end();
    /// The connection breaks.
    void reset();

    /// Whether the client reads what the core writes.
    void reads(bool on);
    /// Reads at most this many bytes at a time.
    void reads_at_most(std::size_t bytes) { read_bytes_max_ = bytes; }

    /// The packets received since the last call; stops at an incomplete one.
    [[nodiscard]] packets take();
    /// Number of bytes received since the last call.
    [[nodiscard]] std::size_t take_bytes();
    /// The bytes received since the last call.
    [[nodiscard]] std::string take_text() { return std::exchange(received_, {}); }

    [[nodiscard]] connection_id id() const { return id_; }
    /// The core has shut down its sending side.
    [[nodiscard]] bool saw_end() const { return saw_end_ || closed_; }
    /// The connection is gone.
    [[nodiscard]] bool is_closed() const { return closed_; }
    /// The client has closed its sending side.
    [[nodiscard]] bool has_ended() const { return end_after_sending_; }
    /// Bytes that the core has not read yet.
    [[nodiscard]] std::size_t unsent_bytes() const { return to_send_.size(); }

private:
    friend class network;

    network& network_;
    connection_id id_;
    std::string to_send_;
    std::string received_;
    std::size_t read_bytes_max_{SIZE_MAX};
    bool end_after_sending_{false};
    bool end_sent_{false};
    bool reading_{true};
    bool armed_{false};  // the driver waits for its bytes
    bool saw_end_{false};
    bool closed_{false};
};

class network {
public:
    explicit network(const options& bounds = {}) : core{bounds} {}

    /// Opens a connection.
    [[nodiscard]] client& connect(const connection_source& source = {});
    /// Opens a connection and registers; its ERROR 0 is already taken.
    [[nodiscard]] client& join(std::string_view pseudo, const connection_source& source = {});
    /// Registers `count` users: prefix0, prefix1, ...
    [[nodiscard]] std::vector<client*> join_many(std::string_view prefix, int count);

    /// Lets time pass; wakes the core at each next_deadline() and no other moment.
    void wait(milliseconds time);
    /// Lets time pass while the driver sleeps through all deadlines, as a stopped process does.
    void oversleep(milliseconds time);

    /// Takes turns until nothing moves any more; checks all invariants.
    void settle();
    /// Takes one turn; false when nothing moved.
    bool turn();

    /// The core receives bytes in runs of at most this many.
    std::size_t segment_bytes{65'536};
    /// settle() calls check_invariants(); off where that takes too long.
    bool checks_invariants{true};
    server core;
    time_point now{};

private:
    friend class client;

    bool feed(client& client);
    void sync(client& client);
    client* find(connection_id id);

    std::deque<client> clients_;
    std::vector<client*> by_slot_;
};

}  // namespace chatos::core::test
