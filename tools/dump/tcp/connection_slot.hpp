// The connections between two endpoints, one after the other: which of them a segment belongs to. What one side
// acknowledges decides what the other side has really sent.
#pragma once

#include "dump/link/decapsulator.hpp"
#include "dump/tcp/connection.hpp"
#include "dump/tcp/rival_connection.hpp"

#include <cstdint>
#include <memory>

namespace chatos::dump {

/// Both directions of a connection have the same key: the lower end comes first.
struct connection_key {
    endpoint low;
    endpoint high;
    std::uint64_t vlan{0};
    std::uint8_t ip_version{4};

    friend bool operator==(const connection_key&, const connection_key&) = default;
};

/// What all slots share; everything must outlive them.
struct slot_context {
    const server_ports& ports;
    capture_context& capture;
    capture_totals& account;
    std::uint32_t next_stream;
};

class connection_slot {
public:
    /// Opens a connection for its first segment, which take() is given next.
    connection_slot(const connection_key& key, slot_context& context, const tcp_segment& first, bool is_from_low);

    /// Takes the next segment between the endpoints. False if it is not known yet of which connection it is, if of any.
    bool take(const tcp_segment& segment, bool is_from_low);
    /// Decides about a handshake that nothing has decided so far. True if the connection is another one now.
    bool settle_rival();
    /// Gives up what may be missed most easily: memory is needed elsewhere.
    void release();

    [[nodiscard]] const connection_key& key() const noexcept { return key_; }
    [[nodiscard]] connection& current() const noexcept { return *connection_; }
    [[nodiscard]] stream_direction direction_of(bool is_from_low) const noexcept {
        return (is_from_low ? key_.low : key_.high) == connection_->endpoints().client
                   ? stream_direction::client_to_server
                   : stream_direction::server_to_client;
    }

private:
    void open(const tcp_segment& first, bool is_from_low);
    connection* choose(const tcp_segment& segment, bool is_from_low);
    connection* choose_by_numbers(const tcp_segment& segment, bool is_from_low);
    connection* choose_for_handshake(const tcp_segment& segment, bool is_from_low);
    connection* decide_alike();
    connection* keep_for_rival(const tcp_segment& segment, bool is_from_low);
    void begin_rival(const tcp_segment& segment, bool is_from_low);
    void refute_rival();
    connection* let_rival_win();
    void replay_rival();
    void drop_rival();
    void discard(const tcp_segment& segment, bool is_from_low);

    connection_key key_;
    slot_context* context_;
    std::unique_ptr<connection> connection_;
    std::unique_ptr<rival_connection> rival_;  // of what connection_ is under way
};

}  // namespace chatos::dump
