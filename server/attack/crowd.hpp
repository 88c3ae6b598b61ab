// The attackers: any number of connections to one server on one thread. Each follows the protocol unless an attack says
// otherwise.
#pragma once

#include "base/system/descriptor.hpp"
#include "base/system/socket_address.hpp"

#include <chatos/packet.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <vector>

namespace chatos::attack {

/// The encoded packet.
[[nodiscard]] std::string bytes_of(const packet_view& packet);
[[nodiscard]] std::string repeated(std::string_view text, std::size_t times);

class crowd {
public:
    struct member {
        std::size_t number{0};  ///< among all members, from 0
        std::string pseudo{};   ///< empty: it does not register by itself
        base::descriptor socket{};
        bool reads{true};    ///< else it reads nothing
        bool answers{true};  ///< else it takes deliveries and never answers them
        bool decodes{true};  ///< else what it reads is dropped
        bool registered{false};
        bool ended{false};                       ///< the server has closed, or the connection broke
        std::array<std::uint64_t, 6> by_code{};  ///< answers by code, without the one to its CR
        std::uint64_t deliveries{0};             ///< SPM and PC
        std::uint64_t offers{0};                 ///< PC among them
        std::uint64_t received_bytes{0};
        std::string unfinished{};
        std::string unsent{};
        std::size_t unsent_at{0};

        [[nodiscard]] std::uint64_t answers_received() const noexcept;
        [[nodiscard]] std::size_t unsent_bytes() const noexcept { return unsent.size() - unsent_at; }
    };
    /// Called with each packet but the answer to the member's CR, before it is answered.
    using packet_event = std::function<void(member&, const packet_view&)>;
    /// Called with the bytes that a member which does not decode has read.
    using bytes_event = std::function<void(member&, std::string_view)>;

    explicit crowd(const base::socket_address& target);
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;
    /// Closes all connections with a reset.
    ~crowd();

    /// Of the system, for connections opened from now on; 0: as usual. Small ones make the server hold more itself.
    int receive_buffer_bytes{0};
    packet_event on_packet{};
    bytes_event on_bytes{};

    /// Begins to connect; from `source` unless its size is 0. With a pseudo it registers. Throws std::runtime_error
    /// when this machine has no more sockets. The reference holds as long as the crowd.
    member& connect(std::string pseudo = {}, const base::socket_address& source = {});
    /// The member's place is taken by a new connection of the same kind.
    void connect_again(member& client, const base::socket_address& source = {});
    /// Connects and registers `count` members "PREFIX0", "PREFIX1", ...; throws std::runtime_error when they are not
    /// registered within a minute.
    std::vector<member*> join(const std::string& prefix, std::size_t count);

    /// Sends what the system takes, and the remaining bytes in later turns.
    void send(member& from, std::string_view bytes);
    void send(member& from, const packet_view& packet) { send(from, bytes_of(packet)); }
    /// Sends only what the system takes at once. Returns how many bytes.
    std::size_t send_what_fits(member& from, std::string_view bytes);
    void set_reading(member& client, bool reads);
    /// Closes with a reset; what waits on both sides is lost.
    void close(member& client);
    void close_all();

    /// Waits so long at most for something to happen, and does what follows from it.
    void turn(std::chrono::milliseconds timeout);
    /// Turns until `done`; false when that takes longer than `timeout`.
    bool run_until(const std::function<bool()>& done, std::chrono::milliseconds timeout = std::chrono::minutes{1});
    void run_for(std::chrono::milliseconds time);

    [[nodiscard]] std::deque<member>& members() noexcept { return members_; }
    [[nodiscard]] std::size_t registered() const noexcept { return registered_; }
    [[nodiscard]] std::size_t ended() const noexcept { return ended_; }
    [[nodiscard]] std::uint64_t deliveries() const noexcept { return deliveries_; }
    /// The longest that a packet may have waited for this side to look: the time from one look to the next, the waiting
    /// itself aside.
    [[nodiscard]] std::chrono::nanoseconds slowest_turn() const noexcept { return slowest_turn_; }

private:
    void open(member& client, const base::socket_address& source);
    void read(member& client);
    std::size_t take_packets(member& client, std::span<const std::byte> bytes);
    void flush(member& client);
    void watch(const member& client, int operation) const;
    void end(member& client);

    const base::socket_address target_;
    base::descriptor epoll_;
    std::deque<member> members_;
    std::vector<char> buffer_;
    std::size_t registered_{0};
    std::size_t ended_{0};
    std::uint64_t deliveries_{0};
    std::vector<::epoll_event> ready_;
    std::chrono::steady_clock::time_point busy_since_{};
    std::chrono::nanoseconds slowest_turn_{0};
};

}  // namespace chatos::attack
