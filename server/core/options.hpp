// Every bound of the core: its default, its unit, and what happens when it is reached. No queue of the core exceeds its
// bound.
#pragma once

#include <chatos/limits.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace chatos::core {

struct options {
    /// WIRE-14. Beyond: the packet is malformed (ERR-2). Bytes of UTF-8.
    limits packet_limits{};

    /// CONN-4, CONN-9. Registered users. Beyond: ERROR 2, closed.
    std::uint32_t users_max{10'000};

    /// Registered users of one address (connection_source::network), where shares apply. Beyond: ERROR 2, closed, as if
    /// there were no room. 0: half of users_max, so that one address cannot keep all others out (ERR-3).
    std::uint32_t users_per_address_max{0};

    /// Connections that are not users: not registered yet, or closing. Beyond: accepts_connections() is
    /// false and the driver leaves newcomers in the system's queue.
    std::uint32_t unregistered_max{20'000};

    /// Requests per second of one client, and as many at once. Beyond: the client is not read until it may send the
    /// next one, and clocks run on (as in FLOW-5). The PCs of a tunnel's ends do not count. 0: no limit.
    std::uint32_t requests_per_second_max{0};

    /// Longest packet of a connection that is not registered, so that it holds little memory. Beyond: ERROR 5,
    /// closed, however it was split (CONN-8). 0: the longest CR.
    std::size_t unregistered_packet_bytes_max{0};

    /// PM-6. Favourable RPMs remembered per user. Beyond: the oldest is forgotten.
    std::uint32_t send_permissions_max{1'024};

    /// FLOW-5. Answers due to one client: one per request (two for a PC), from when the request is accepted until the
    /// answer is written to the connection. Beyond: the server stops reading that client. Reached by clients that do
    /// not read their answers and by clients whose recipients are slow.
    std::uint32_t answers_owed_max{2'048};

    /// FLOW-4, FLOW-10. Deliveries that one client has not answered yet, timed-out ones included. Beyond: further
    /// deliveries to it are not made, and count as answered 4. The client itself stays: others could otherwise get
    /// it closed by writing to it (ERR-3).
    std::uint32_t deliveries_unanswered_max{4'096};

    /// Bytes waiting to be written to one client. Beyond: further deliveries to it are not made, and count as
    /// answered 4. Answers have their own bound (answers_owed_max). A frame that is shared by many recipients is
    /// counted for each of them.
    std::size_t output_bytes_max{std::size_t{4} << 20U};

    /// Memory of everything that waits to be written to all clients except answers. A frame with many recipients counts
    /// once, plus its entry in each queue. Near it the clients that
    /// hold most of it are closed, so that clients that read notice nothing (ERR-3); beyond, deliveries are not made,
    /// and count as answered 4.
    std::size_t total_output_bytes_max{std::size_t{1} << 30U};

    /// Memory of all unprocessed bytes: unfinished packets, and packets that wait for their turn. Beyond: clients
    /// get ERROR 5 and are closed, first those that are not registered, then those of the address that holds most, so
    /// that clients that hold little notice nothing (ERR-3).
    std::size_t total_input_bytes_max{std::size_t{256} << 20U};

    /// PC-8. Private connections that one user has asked for and that are undecided. Beyond: ERROR 5 at once, and
    /// nothing is delivered, so that no user can keep all others from being offered one (PC-7).
    std::uint32_t offers_max{16};

    /// FLOW-10. Deliveries in a row that a client lets run out of time; those sent while an offer to it was undecided
    /// do not count, because it answers in order. At this many: it is closed, without ERROR.
    std::uint32_t timeouts_in_a_row_max{8};

    /// Largest run of bytes that the driver hands over in one call of receive(). With packet_bytes_max() it bounds
    /// the unprocessed bytes that the core keeps per client.
    std::size_t receive_bytes_max{std::size_t{64} << 10U};

    /// Packets plus deliveries that one client may cause in one slice of work. Beyond: its remaining bytes wait for
    /// run(), and its connection is not read.
    std::uint32_t work_per_slice_max{1'024};

    /// Packets plus deliveries of one turn, of all clients together. Beyond: the remaining bytes, and the remaining
    /// recipients of messages to all, wait for run(). What one client may always do at once comes on top.
    std::uint32_t work_per_turn_max{16'384};

    /// PM-8, FLOW-7. Time to answer an SPM. Then: settled as 4.
    std::chrono::milliseconds answer_timeout{5'000};

    /// ALL-5, FLOW-7. Time to answer an SPM that came of an SMA. Then: it counts as 4. The sender of an SMA waits as
    /// long as its slowest recipient, so one silent user makes each SMA take this long. 0: as answer_timeout.
    std::chrono::milliseconds sma_answer_timeout{0};

    /// PC-5, FLOW-7. Time to decide a PC. Then: settled as 4.
    std::chrono::milliseconds pc_timeout{30'000};

    /// ERR-4. Time from connecting to being registered, and from a packet's first byte to its last. Then: ERROR 5,
    /// closed.
    std::chrono::milliseconds login_timeout{10'000};

    /// ERR-5. Time for writing the remaining output of a closing connection. Then: closed without it.
    std::chrono::milliseconds flush_timeout{5'000};

    /// ERR-5. Time that a closing connection is still read after everything was written. Then: closed.
    std::chrono::milliseconds linger_timeout{1'000};

    /// Time for outstanding answers once the server drains. Then: settled as 4, closed. Open tunnels continue during
    /// that time; then their ends are no longer read, and what was read is still written.
    std::chrono::milliseconds drain_timeout{3'000};

    /// TUN. Off: a PC from an unregistered client is answered 5 (CONN-8), even after an accepted offer.
    bool tunnels{true};

    /// TUN-4. Tunnels that are open, or accepted and waiting for their ends. Beyond: an acceptance opens no tunnel, and
    /// ends that come for it are answered 4 and closed. The users' own answers do not change.
    std::uint32_t tunnels_max{1'000};

    /// TUN-4. Of those, tunnels in which one user (pseudo and origin) takes part. Beyond: as beyond tunnels_max. 0: a
    /// sixteenth of tunnels_max, so that two accomplices cannot take them all.
    std::uint32_t tunnels_per_user_max{0};

    /// TUN-4. Of those, tunnels in which users of one address (connection_source::network) take part, Beyond: as beyond
    /// tunnels_max. 0: a quarter of tunnels_max, so that one address cannot take them all, and only where shares apply.
    std::uint32_t tunnels_per_address_max{0};

    /// TUN-4. Time during which an open tunnel carries no byte in either direction. Then: both its ends are closed;
    /// what was read is still written (flush_timeout).
    std::chrono::milliseconds tunnel_idle_timeout{14'400'000};

    /// TUN-4. Time from the acceptance for both ends to come. Then: an end that waits is answered 4 and closed.
    std::chrono::milliseconds tunnel_timeout{30'000};

    /// TUN-2. Bytes that one end has sent and the other has not taken. Beyond: the server stops reading the first;
    /// the last read may exceed it by receive_bytes_max. Each read counts tunnel_read_cost_bytes on top, so that
    /// single bytes do not take more memory than large runs.
    std::size_t tunnel_buffer_bytes_max{std::size_t{256} << 10U};
    static constexpr std::size_t tunnel_read_cost_bytes = 64;
};

/// The bound of tunnels that an acceptance would exceed.
enum class tunnel_limit : std::uint8_t { none, total, user, address };

/// Tunnels of one user: its share, or options::tunnels_per_user_max.
[[nodiscard]] constexpr std::uint32_t tunnels_of_user_max(const options& bounds) noexcept {
    return bounds.tunnels_per_user_max != 0 ? bounds.tunnels_per_user_max : std::max(1U, bounds.tunnels_max / 16);
}

/// Tunnels of one address: its share, or options::tunnels_per_address_max.
[[nodiscard]] constexpr std::uint32_t tunnels_of_address_max(const options& bounds) noexcept {
    return bounds.tunnels_per_address_max != 0 ? bounds.tunnels_per_address_max : std::max(1U, bounds.tunnels_max / 4);
}

/// Users that are remembered because their acceptance exceeded a limit of tunnels. Beyond: the oldest is forgotten, and
/// its ends are answered as unregistered connections are (CONN-8).
[[nodiscard]] constexpr std::size_t turned_away_max(const options& bounds) noexcept {
    return std::size_t{2} * bounds.tunnels_max;
}

/// Time to answer an SPM that came of an SMA.
[[nodiscard]] constexpr std::chrono::milliseconds answer_timeout_to_all(const options& bounds) noexcept {
    return bounds.sma_answer_timeout.count() == 0 ? bounds.answer_timeout : bounds.sma_answer_timeout;
}

/// Empty when the options are valid; otherwise a clause that names the invalid option and its range.
[[nodiscard]] std::string find_fault(const options& bounds);

}  // namespace chatos::core
