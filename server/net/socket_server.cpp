// The event loop. A turn first reads sockets, then writes once to each connection with output. Reads and writes are
// batched. Connections own no buffers here: all reads share one buffer, and so do all writes.
#include "net/socket_server.hpp"

#include "base/system/error_text.hpp"
#include "core/ensure.hpp"
#include "core/memory_ceiling.hpp"
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
#include "net/source_address.hpp"
#include "net/waker.hpp"
#include "net/write_buffer.hpp"
#include "ops/snapshot_board.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <malloc.h>
#include <optional>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace chatos::net {

namespace {

using core::connection_id;

constexpr int accepts_per_turn_max = 64;  // so that a storm of connections does not starve open connections
// Kept for the process itself (standard streams, the loop's own): without a descriptor it could not even report that.
constexpr std::size_t descriptors_spare = 16;
// Maximum bytes of each read in a batch; more input waits for the next turn.
constexpr std::size_t shared_read_bytes_max = std::size_t{16} << 10U;
// When memory is short: connections closed at a time, and the least that one holds that is closed for what it holds,
// while the reserve is back and while it is not.
constexpr std::uint64_t closed_per_turn_max = 16;
constexpr std::size_t very_heavy_bytes_min = std::size_t{64} << 10U;
constexpr std::size_t heavy_bytes_min = std::size_t{4} << 10U;
// What one turn writes, so that a crowd of recipients does not keep other clients waiting. More waits for the next
// turn.
constexpr std::size_t writes_per_turn_max = 512;
constexpr std::size_t bytes_per_turn_max = std::size_t{4} << 20U;
constexpr std::size_t returned_bytes_min = std::size_t{32} << 20U;
constexpr auto accept_pause = std::chrono::milliseconds{100};

std::size_t descriptors_max() {
    ::rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1'024;
}

core::time_point read_clock() {
    return std::chrono::steady_clock::now();
}

// Keys of watched sockets. Ids of connections have generations from 1 on, so generation 0 is free for other sockets.
constexpr std::uint64_t key_of(connection_id id) {
    return (std::uint64_t{id.generation} << 32U) | id.slot;
}
constexpr connection_id id_of(std::uint64_t key) {
    return {.slot = static_cast<std::uint32_t>(key), .generation = static_cast<std::uint32_t>(key >> 32U)};
}
constexpr std::uint64_t waker_key = 0;
constexpr std::uint64_t first_listener_key = 1;
constexpr std::uint64_t first_proxied_key = std::uint64_t{1} << 31U;

bool is_temporary(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

struct peer {
    connection_id id{};  // generation 0: the slot is free
    base::descriptor socket{};
    source_address source{};
    interest watched{};
    bool write_blocked{false};    // the system's buffer was full
    bool write_collected{false};  // in the batch of writes, so the socket must stay
    bool sending_shut{false};
};

}  // namespace

class socket_server::loop {
public:
    loop(const core::options& bounds, const service_setup& setup)
        : log_{setup.log, [this](connection_id id) { return source_at(id); }}, admission_{setup.admission, log_},
          alive_interval_{setup.on_alive ? setup.alive_interval : std::chrono::microseconds{0}},
          on_alive_{setup.on_alive}, on_reload_{setup.on_reload}, on_stopping_{setup.on_stopping},
          reserve_{core::call_bytes_max(bounds)}, core_{bounds, log_.sink()}, listeners_{poller_, first_listener_key},
          io_uring_{setup.io_uring}, shared_read_bytes_{std::min(bounds.receive_bytes_max, shared_read_bytes_max)},
          read_buffer_(std::max(bounds.receive_bytes_max, shared_read_bytes_ * io_batch::calls_max)) {
        core_.watch_memory(&reserve_.is_short());
        peers_.reserve(std::min<std::size_t>(core::connections_max(bounds), descriptors_max_));
        core::ensure(poller_.watch(waker_.get(), waker_key, {}, {.input = true}));
    }

    listen_result listen(const base::endpoint& where, const listen_options& options) {
        return listeners_.listen(where, options);
    }

    void stop_on_signals() { signals_.emplace(waker_.get()); }

    void run() {
        const memory_reserve::service service{reserve_};
        static_cast<void>(prepare_io());
        time_.update(read_clock());
        while (!ended_) {
            const auto timeout = wait_timeout();
            time_.begin_wait(timeout);
            const auto ready = poller_.wait(timeout);
            const core::time_point turn_began = read_clock();
            time_.end_wait(turn_began, ready.size(), core_.connections() + proxied_.size() + listeners_.size() + 1,
                           ready.size() >= poller::events_max);
            now_ = time_.now();
            for (const poller::ready_socket& event : ready) {
                dispatch(event);
            }
            finish_reads();
            end_turn();
            const core::time_point turn_ended = read_clock();
            time_.update(turn_ended);
            turn_times_.add(turn_ended - turn_began);
            report_alive();
        }
    }

    // A ring belongs to the thread that creates it.
    std::string_view prepare_io() {
        if (!reads_) {
            reads_.emplace(io_uring_);
            writes_.emplace(io_uring_);
        }
        io_uring_ = reads_->is_batched() && writes_->is_batched();
        if (!io_uring_) {
            reads_->stop_batching();
            writes_->stop_batching();
        }
        return io_uring_ ? "io_uring" : "one_by_one";
    }

    // From any thread.
    void request_stop() {
        stops_requested_.fetch_add(1);
        waker_.wake();
    }

    core::statistics count() const { return core_.count(); }

    // From any thread.
    std::optional<ops::service_snapshot> request_snapshot(std::chrono::milliseconds timeout) {
        return board_.request(
            [this] {
                snapshot_requested_.store(true);
                waker_.wake();
            },
            timeout);
    }

private:
    // Turns.

    [[nodiscard]] std::optional<std::chrono::nanoseconds> wait_timeout() const {
        if (core_.has_work() || core_.has_changed() || !written_.empty()) {
            return std::chrono::nanoseconds{0};
        }
        std::optional<core::time_point> until = core_.next_deadline();
        if (const auto paused = listeners_.paused_until()) {
            until = until ? std::min(*until, *paused) : paused;
        }
        if (const auto header = proxied_.deadline(core_.bounds().login_timeout)) {
            until = until ? std::min(*until, *header) : header;
        }
        if (alive_interval_ != core::duration::zero()) {
            until = until ? std::min(*until, alive_until_) : alive_until_;
        }
        if (!until) {
            return std::nullopt;
        }
        return std::clamp<core::duration>(*until - time_.now(), core::duration::zero(), loop_time::wait_max);
    }

    void dispatch(const poller::ready_socket& ready) {
        if (peer* awake = find(id_of(ready.key))) {
            if (ready.output && awake->write_blocked) {
                awake->write_blocked = false;
                written_.push_back(awake->id);
            }
            if (ready.input && awake->watched.input) {
                read_some(awake->id);
            }
        } else if (ready.key == waker_key) {
            drain_wakeups();
        } else if (ready.key - first_listener_key < listeners_.size()) {
            accept_some(ready.key - first_listener_key);
        } else if (proxied_.owns(ready.key)) {
            read_header(ready.key);
        }  // or a connection that was closed in this turn
    }

    // Requests of other threads and signals.
    void drain_wakeups() {
        waker_.clear();
        const signal_queue::arrived arrived = signals_ ? signal_queue::take() : signal_queue::arrived{};
        if (arrived.reopens != 0) {
            log_.reopen();
            reload_wanted_ = !core_.is_draining();
        }
        for (unsigned stops = stops_requested_.exchange(0) + arrived.stops; stops != 0; --stops) {
            stop();
        }
        if (snapshot_requested_.exchange(false)) {
            board_.publish(snapshot());
        }
    }

    void end_turn() {
        time_.update(read_clock());
        now_ = time_.now();
        if (std::exchange(reload_wanted_, false)) {
            reload();
        }
        admit_proxied();
        core_.advance(time_.read_until());
        core_.run(now_);
        write_all();
        return_memory();
        relieve_memory();
        listeners_.resume(now_, accept_pause);
        heed_refused_batches();
        ended_ = ended_ || (core_.is_draining() && core_.connections() == 0);
    }

    // Between reading and processing: nobody is in the middle of anything.
    void reload() {
        if (const auto limits = on_reload_ ? on_reload_() : std::nullopt) {
            core_.change_bounds(limits->bounds, now_);
            admission_.change_rules(limits->admission);
        }
    }

    void report_alive() {
        if (alive_interval_ != core::duration::zero() && time_.now() >= alive_until_) {
            on_alive_();
            alive_until_ = time_.now() + alive_interval_;
        }
    }

    // What the system refuses to one batch it refuses to the other.
    void heed_refused_batches() {
        const int fault = reads_->fault() != 0 ? reads_->fault() : writes_->fault();
        if (io_uring_ && fault != 0) {
            io_uring_ = false;
            reads_->stop_batching();
            writes_->stop_batching();
            log_.io_uring_stopped(base::error_text(fault));
        }
    }

    [[nodiscard]] ops::service_snapshot snapshot() const {
        const ops::log_writer::counts lines = log_.count();
        return {.core = core_.count(),
                .turn_times = turn_times_,
                .draining = core_.is_draining(),
                .accepting = has_room(),
                .closed_address_limit = admission_.closed().address_limit,
                .closed_address_rate = admission_.closed().address_rate,
                .closed_proxy_header = admission_.closed().proxy_header,
                .closed_proxy_untrusted = admission_.closed().proxy_untrusted,
                .proxy_headers_awaited = proxied_.size(),
                .accept_pauses = accept_pauses_,
                .memory_shortages = memory_shortages_,
                .closed_memory = closed_memory_,
                .io_uring = io_uring_,
                .log_lines_written = lines.written,
                .log_lines_dropped = lines.dropped,
                .log_lines_left_out = log_.left_out()};
    }

    void stop() {
        if (core_.is_draining()) {
            ended_ = true;
            return;
        }
        log_.stopping(core_.connections());
        if (on_stopping_) {
            on_stopping_();
        }
        listeners_.close();
        proxied_.close_all();
        core_.drain(now_);
    }

    // New connections.

    [[nodiscard]] bool has_room() const {
        return core_.accepts_connections(proxied_.size()) && !reserve_.is_short() &&
               core_.connections() + proxied_.size() + descriptors_min(listeners_.size()) <= descriptors_max_;
    }

    // Out of descriptors or memory, or the core has no room for unregistered connections: new ones wait in the
    // system's queue until one is closed.
    void pause_accepting(std::size_t listener, const std::string& why) {
        ++accept_pauses_;
        log_.accept_paused(why);
        listeners_.pause(listener, now_ + accept_pause);
    }

    void accept_some(std::size_t listener) {
        for (int i = 0; i < accepts_per_turn_max; ++i) {
            if (!has_room()) {
                pause_accepting(listener, reserve_.is_short() ? "memory is short" : "no place is free");
                return;
            }
            listeners::accept_result next = listeners_.accept(listener);
            if (!next.fault.empty()) {
                pause_accepting(listener, next.fault);
                return;
            }
            if (!next.connection.socket.is_open()) {
                return;
            }
            if (!listeners_.speaks_proxy_protocol(listener)) {
                admit(std::move(next.connection));
            } else if (admission_.trusts(next.connection.source)) {
                proxied_.add(std::move(next.connection), now_);
            } else {
                admission_.close_untrusted(next.connection.source);
            }
        }
    }

    void admit(accepted_connection connection) {
        const admission::verdict verdict = admission_.enter(connection.source, now_);
        if (verdict != admission::verdict::admitted) {
            admission_.reject(connection.socket.get(), connection.source, verdict);
            return;
        }
        const connection_id id = core_.connect(now_, admission_.source_for_core(connection.source));
        if (id.slot >= peers_.size()) {
            peers_.resize(std::size_t{id.slot} + 1);
        }
        core::ensure(peers_[id.slot].id.generation == 0);
        peers_[id.slot] = peer{.id = id, .socket = std::move(connection.socket), .source = connection.source};
        log_.connected(id, connection.source);
    }

    // Connections of proxies enter once their header has told whose they are.

    void read_header(std::uint64_t key) {
        if (const auto failed = proxied_.read(key)) {
            admission_.close_proxied(failed->connection.source, failed->why);
        }
    }

    void admit_proxied() {
        while (const auto failed = proxied_.take_expired(now_, core_.bounds().login_timeout)) {
            admission_.close_proxied(failed->connection.source, failed->why);
        }
        while (core_.accepts_connections()) {
            auto next = proxied_.take_complete();
            if (!next) {
                return;
            }
            admit(std::move(*next));
        }
    }

    // Open connections.

    // Events carry an id: the slot, and the number of the descriptor, may be reused within the same turn.
    peer* find(connection_id id) {
        peer* occupant = id.slot < peers_.size() ? &peers_[id.slot] : nullptr;
        return occupant != nullptr && id.generation != 0 && occupant->id == id ? occupant : nullptr;
    }

    const source_address* source_at(connection_id id) {
        const peer* occupant = find(id);
        return occupant == nullptr ? nullptr : &occupant->source;
    }

    void drop(peer& gone) {
        core::ensure(!gone.write_collected);
        const connection_id id = gone.id;
        log_.disconnected(id, gone.source);
        admission_.leave(gone.source);
        gone = peer{};
        core_.lost(id, now_);
    }

    // Reading. Nothing is read that the core does not want, and it takes all that was read. It processes input in the
    // order in which it was read; meanwhile the input of one connection can only close another one or, through a
    // tunnel, fill it. So tunnel ends are read outside of batches, and asked after the batch before has been processed.

    void read_some(connection_id id) {
        const bool alone = core_.is_tunnel_end(id);
        if (alone) {
            finish_reads();
        }
        peer* peer = find(id);
        if (peer == nullptr) {
            return;  // what was processed has closed it
        }
        if (!core_.wants_input(id)) {
            watch(*peer);  // it no longer wants input
            return;
        }
        const std::size_t share =
            reads_->is_batched() && !alone ? shared_read_bytes_ : core_.bounds().receive_bytes_max;
        reads_->receive(peer->socket.get(), std::span{read_buffer_}.subspan(reads_->size() * share, share), key_of(id));
        if (alone || reads_->is_full()) {
            finish_reads();
        }
    }

    void finish_reads() {
        for (const io_batch::call& done : reads_->run()) {
            if (peer* peer = find(id_of(done.key))) {
                take_read(*peer, done);
            }
        }
    }

    void take_read(peer& peer, const io_batch::call& done) {
        if (done.result < 0 && !is_temporary(static_cast<int>(-done.result))) {
            drop(peer);
            return;
        }
        const bool wanted = core_.wants_input(peer.id);
        if (done.result > 0) {
            core::ensure(wanted || core_.close_action_of(peer.id) == core::close_action::close);
        }
        if (done.result > 0 && wanted) {
            core_.receive(peer.id, {done.bytes, static_cast<std::size_t>(done.result)}, now_);
        } else if (done.result == 0 && wanted) {
            core_.end_of_input(peer.id, now_);
        }
        watch(peer);
        relieve_memory(id_of(done.key));
    }

    void watch(peer& peer) {
        const interest wanted{.input = core_.wants_input(peer.id), .output = peer.write_blocked};
        if (poller_.watch(peer.socket.get(), key_of(peer.id), peer.watched, wanted)) {
            peer.watched = wanted;
        } else {
            drop(peer);  // the system has no memory for it
        }
    }

    // When an allocation has failed, the reserve has let the event `of` be completed. Closes who holds much, since
    // others would lack that memory again and again, and then those that hold most until the reserve is back. When
    // nobody holds much, there are too many, and the one whose event it was goes. Not while writes are collected.
    void relieve_memory(connection_id of = {}) {
        if (!reserve_.is_short()) [[likely]] {
            memory_was_short_ = false;
            return;
        }
        const bool begins = !std::exchange(memory_was_short_, true);
        memory_shortages_ += begins ? 1 : 0;
        listeners_.pause_all(now_ + accept_pause);
        std::uint64_t closed = 0;
        for (; closed < closed_per_turn_max; ++closed) {
            const bool enough = reserve_.refill();
            if (enough && closed != 0) {
                break;
            }
            const auto heaviest = core_.heaviest(enough ? very_heavy_bytes_min : heavy_bytes_min);
            peer* leaving = find(heaviest || enough ? heaviest.value_or(connection_id{}) : of);
            if (leaving == nullptr) {
                break;
            }
            drop(*leaving);
        }
        closed_memory_ += closed;
        if (begins || closed != 0) {
            log_.memory_short(closed);
        }
    }

    // Writing.

    // Writes pending output; when there is none, does what else the core wants.
    void sync(peer& peer) {
        if (peer.write_collected) {
            return;  // continues once it is written
        }
        const std::size_t pieces = peer.write_blocked ? 0 : core_.gather(peer.id, write_buffer_.pieces());
        if (pieces == 0) {
            perform_close_action(peer);
            return;
        }
        const std::span<const std::byte> run = write_buffer_.collect(pieces);
        peer.write_collected = true;
        writes_->send(peer.socket.get(), run, key_of(peer.id));
        if (writes_->is_full() || !write_buffer_.has_room() || run.size() > write_buffer::run_bytes_max) {
            finish_writes();
        }
    }

    void finish_writes() {
        for (const io_batch::call& done : writes_->run()) {
            if (peer* peer = find(id_of(done.key))) {
                take_write(*peer, done);
            }
        }
        write_buffer_.clear();
    }

    void take_write(peer& peer, const io_batch::call& done) {
        peer.write_collected = false;
        if (done.result < 0 && !is_temporary(static_cast<int>(-done.result))) {
            drop(peer);
            return;
        }
        const auto bytes = static_cast<std::size_t>(std::max<::ssize_t>(done.result, 0));
        bytes_written_ += bytes;
        core_.wrote(peer.id, bytes, now_);
        peer.write_blocked = bytes < done.size;
        written_.push_back(peer.id);
    }

    // Repeats until nothing changes any more, or the turn has written its share.
    void write_all() {
        bytes_written_ = 0;
        std::size_t left = writes_per_turn_max;
        do {
            for (const connection_id id : std::exchange(written_, {})) {
                sync_if_open(id);
            }
            for (; left != 0 && core_.has_changed(); --left) {
                if (const auto changed = core_.next_changed()) {
                    sync_if_open(*changed);
                }
            }
            finish_writes();
        } while (!written_.empty() && bytes_written_ < bytes_per_turn_max);
    }

    // Freed blocks lie between others, where the C library keeps them.
    void return_memory() {
        const std::size_t held = core_.held_bytes();
        most_held_ = std::max(most_held_, held);
        if (most_held_ - held >= returned_bytes_min) {
            ::malloc_trim(0);
            most_held_ = held;
        }
    }

    void sync_if_open(connection_id id) {
        if (peer* peer = find(id)) {
            sync(*peer);
        }
    }

    void perform_close_action(peer& peer) {
        switch (core_.close_action_of(peer.id)) {
        case core::close_action::none: break;
        case core::close_action::close: drop(peer); return;
        case core::close_action::shut_down_sending:
            if (!peer.sending_shut) {
                peer.sending_shut = true;
                ::shutdown(peer.socket.get(), SHUT_WR);  // the next read reports a broken connection
            }
            break;
        }
        watch(peer);
    }

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
    proxied_connections proxied_{poller_, first_proxied_key};
    std::vector<peer> peers_;  // by slot
    bool io_uring_;
    std::size_t shared_read_bytes_;
    std::vector<std::byte> read_buffer_;
    write_buffer write_buffer_;
    std::optional<io_batch> reads_;
    std::optional<io_batch> writes_;
    std::vector<connection_id> written_;  // to sync after writing
    loop_time time_{read_clock()};
    core::time_point now_{time_.now()};  // this turn's
    std::size_t bytes_written_{0};       // in this turn
    std::size_t most_held_{0};           // by the core, since memory was returned
    core::time_point alive_until_{};     // then on_alive_ is due again
    core::duration_histogram turn_times_;
    std::size_t descriptors_max_{descriptors_max()};
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

socket_server::socket_server(const core::options& bounds, const service_setup& setup)
    : loop_{std::make_unique<loop>(bounds, setup)} {}
socket_server::~socket_server() = default;
listen_result socket_server::listen(const base::endpoint& where, const listen_options& options) {
    return loop_->listen(where, options);
}
void socket_server::stop_on_signals() {
    loop_->stop_on_signals();
}
std::size_t socket_server::descriptors_min(std::size_t listeners) noexcept {
    return listeners + descriptors_spare + 1;
}
std::string_view socket_server::prepare_io() {
    return loop_->prepare_io();
}
void socket_server::run() {
    loop_->run();
}
void socket_server::stop() {
    loop_->request_stop();
}
std::optional<ops::service_snapshot> socket_server::request_snapshot(std::chrono::milliseconds timeout) {
    return loop_->request_snapshot(timeout);
}
core::statistics socket_server::count() const {
    return loop_->count();
}

}  // namespace chatos::net
