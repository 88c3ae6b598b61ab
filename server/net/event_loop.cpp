// Turns of the loop. New and open connections are in event_loop_connections.cpp, reading and writing in
// event_loop_transfers.cpp.
#include "net/event_loop.hpp"

#include "base/system/error_text.hpp"
#include "core/ensure.hpp"
#include "core/memory_ceiling.hpp"

#include <algorithm>
#include <sys/resource.h>
#include <utility>

namespace chatos::net {

namespace {

// Maximum bytes of each read in a batch; more input waits for the next turn.
constexpr std::size_t shared_read_bytes_max = std::size_t{16} << 10U;
constexpr std::uint64_t waker_key = 0;
constexpr std::uint64_t first_listener_key = 1;
constexpr std::uint64_t first_proxied_key = std::uint64_t{1} << 31U;

std::size_t descriptors_max() {
    ::rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1'024;
}

core::time_point read_clock() {
    return std::chrono::steady_clock::now();
}

}  // namespace

event_loop::event_loop(const core::options& bounds, const service_setup& setup)
    : log_{setup.log,
           [this](connection_id id) {
               const peer* from = find(id);
               return from == nullptr ? std::nullopt : std::optional{source_of(*from)};
           }},
      admission_{setup.admission, log_},
      alive_interval_{setup.on_alive ? setup.alive_interval : std::chrono::microseconds{0}}, on_alive_{setup.on_alive},
      on_reload_{setup.on_reload}, on_stopping_{setup.on_stopping}, reserve_{core::call_bytes_max(bounds)},
      core_{bounds, log_.sink()}, listeners_{poller_, first_listener_key}, proxied_{poller_, first_proxied_key},
      io_uring_{setup.io_uring}, shared_read_bytes_{std::min(bounds.receive_bytes_max, shared_read_bytes_max)},
      read_buffer_(std::max(bounds.receive_bytes_max, shared_read_bytes_ * io_batch::calls_max)),
      descriptors_max_{descriptors_max()} {
    core_.watch_memory(&reserve_.is_short());
    peers_.reserve(std::min<std::size_t>(core::connections_max(bounds), descriptors_max_));
    core::ensure(poller_.watch(waker_.get(), waker_key, {}, {.input = true}));
}

listen_result event_loop::listen(const base::endpoint& where, const listen_options& options) {
    return listeners_.listen(where, options);
}

void event_loop::stop_on_signals() {
    signals_.emplace(waker_.get());
}

void event_loop::run() {
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

std::string_view event_loop::prepare_io() {
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

void event_loop::request_stop() {
    stops_requested_.fetch_add(1);
    waker_.wake();
}

core::statistics event_loop::count() const {
    return core_.count();
}

std::optional<ops::service_snapshot> event_loop::request_snapshot(std::chrono::milliseconds timeout) {
    return board_.request(
        [this] {
            snapshot_requested_.store(true);
            waker_.wake();
        },
        timeout);
}

std::optional<std::chrono::nanoseconds> event_loop::wait_timeout() const {
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

void event_loop::dispatch(const poller::ready_socket& ready) {
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
void event_loop::drain_wakeups() {
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

void event_loop::end_turn() {
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
void event_loop::reload() {
    if (const auto limits = on_reload_ ? on_reload_() : std::nullopt) {
        core_.change_bounds(limits->bounds, now_);
        admission_.change_rules(limits->admission);
    }
}

void event_loop::report_alive() {
    if (alive_interval_ != core::duration::zero() && time_.now() >= alive_until_) {
        on_alive_();
        alive_until_ = time_.now() + alive_interval_;
    }
}

// What the system refuses to one batch it refuses to the other.
void event_loop::heed_refused_batches() {
    const int fault = reads_->fault() != 0 ? reads_->fault() : writes_->fault();
    if (io_uring_ && fault != 0) {
        io_uring_ = false;
        reads_->stop_batching();
        writes_->stop_batching();
        log_.io_uring_stopped(base::error_text(fault));
    }
}

ops::service_snapshot event_loop::snapshot() const {
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

void event_loop::stop() {
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

}  // namespace chatos::net
