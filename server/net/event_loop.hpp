// The event loop: the core on real sockets, one thread. A turn first reads sockets, then writes once to each connection
// with output. Reads and writes are batched. Connections own no buffers here: all reads share one buffer, and so do all
// writes.
#pragma once

#include "core/server.hpp"
#include "net/admission.hpp"
#include "net/connection_log.hpp"
#include "net/io_batch.hpp"
#include "net/listeners.hpp"
#include "net/loop_time.hpp"
#include "net/memory_reserve.hpp"
#include "net/poller.hpp"
#include "net/proxied_connections.hpp"
#include "net/signal_queue.hpp"
#include "net/socket_server.hpp"
#include "net/source_address.hpp"
#include "net/waker.hpp"
#include "net/write_buffer.hpp"
#include "ops/snapshot_board.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::net {

using core::connection_id;

/// An open connection of the loop.
struct peer {
    connection_id id{};  ///< generation 0: the slot is free
    base::descriptor socket{};
    std::uint16_t port{0};  ///< of its source; the core knows the address
    interest watched{};
    bool write_blocked{false};    ///< the system's buffer was full
    bool write_collected{false};  ///< in the batch of writes, so the socket must stay
    bool sending_shut{false};
};

// Keys of watched sockets. Ids of connections have generations from 1 on, so generation 0 is free for other sockets.
constexpr std::uint64_t key_of(connection_id id) noexcept {
    return (std::uint64_t{id.generation} << 32U) | id.slot;
}
constexpr connection_id id_of(std::uint64_t key) noexcept {
    return {.slot = static_cast<std::uint32_t>(key), .generation = static_cast<std::uint32_t>(key >> 32U)};
}

/// Whether a call is worth repeating later.
[[nodiscard]] bool is_temporary(int error) noexcept;

/// How long a listener rests for which there is no room.
inline constexpr auto accept_pause = std::chrono::milliseconds{100};

class event_loop {
public:
    event_loop(const core::options& bounds, const service_setup& setup);
    listen_result listen(const base::endpoint& where, const listen_options& options);
    void stop_on_signals();
    void run();
    // A ring belongs to the thread that creates it.
    std::string_view prepare_io();
    // From any thread.
    void request_stop();
    core::statistics count() const;
    // From any thread.
    std::optional<ops::service_snapshot> request_snapshot(std::chrono::milliseconds timeout);

private:
    // Turns.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> wait_timeout() const;
    void dispatch(const poller::ready_socket& ready);
    void drain_wakeups();
    void end_turn();
    void reload();
    void report_alive();
    void heed_refused_batches();
    [[nodiscard]] ops::service_snapshot snapshot() const;
    void stop();

    // New connections.
    [[nodiscard]] bool has_room() const;
    void pause_accepting(std::size_t listener, const std::string& why);
    void accept_some(std::size_t listener);
    void admit(accepted_connection connection);

    // Connections of proxies enter once their header has told whose they are.
    void read_header(std::uint64_t key);
    void admit_proxied();

    // Open connections.
    peer* find(connection_id id);
    [[nodiscard]] source_address source_of(const peer& from) const;
    void drop(peer& gone);

    // Reading. Nothing is read that the core does not want, and it takes all that was read. It processes input in the
    // order in which it was read; meanwhile the input of one connection can only close another one or, through a
    // tunnel, fill it. So tunnel ends are read outside of batches, and asked after the batch before has been processed.
    void read_some(connection_id id);
    void finish_reads();
    void take_read(peer& peer, const io_batch::call& done);
    void watch(peer& peer);
    void relieve_memory(connection_id of = {});

    // Writing.
    void sync(peer& peer);
    void finish_writes();
    void take_write(peer& peer, const io_batch::call& done);
    void write_all();
    void return_memory();
    void sync_if_open(connection_id id);
    void perform_close_action(peer& peer);

    connection_log log_;
    admission admission_;
    core::duration alive_interval_;
    std::function<void()> on_alive_;
    std::function<std::optional<running_limits>()> on_reload_;
    std::function<void()> on_stopping_;
    memory_reserve reserve_;
    core::server core_;
    poller poller_;
    waker waker_;
    std::optional<signal_queue> signals_;
    listeners listeners_;
    proxied_connections proxied_;
    std::vector<peer> peers_;  // by slot
    bool io_uring_;
    std::size_t shared_read_bytes_;
    std::vector<std::byte> read_buffer_;
    write_buffer write_buffer_;
    std::optional<io_batch> reads_;
    std::optional<io_batch> writes_;
    std::vector<connection_id> written_;  // to sync after writing
    loop_time time_{std::chrono::steady_clock::now()};
    core::time_point now_{time_.now()};  // this turn's
    std::size_t bytes_written_{0};       // in this turn
    std::size_t most_held_{0};           // by the core, since memory was returned
    core::time_point alive_until_{};     // then on_alive_ is due again
    core::duration_histogram turn_times_;
    std::size_t descriptors_max_;
    bool reload_wanted_{false};
    bool ended_{false};
    bool memory_was_short_{false};
    std::uint64_t memory_shortages_{0};
    std::uint64_t closed_memory_{0};
    std::uint64_t accept_pauses_{0};
    std::atomic<unsigned> stops_requested_{0};
    std::atomic<bool> snapshot_requested_{false};
    ops::snapshot_board board_;
};

}  // namespace chatos::net
