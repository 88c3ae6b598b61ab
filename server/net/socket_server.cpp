// The loop. Within a turn sockets are only read; what is due is written once per connection at the turn's end, in one
// gather write. Connections that have nothing to say own no buffer here: all reads share one.
#include "net/socket_server.hpp"

#include "core/ensure.hpp"
#include "core/server.hpp"
#include "net/connection_log.hpp"
#include "net/endpoints.hpp"
#include "net/peer_origin.hpp"
#include "net/source_address.hpp"
#include "ops/snapshot_board.hpp"

#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <list>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace chatos::net {

namespace {

using stream_socket = asio::generic::stream_protocol::socket;
using core::connection_id;

constexpr std::size_t pieces_max = 64;    // what Asio passes to one system call
constexpr int accepts_per_turn_max = 64;  // so that a storm of connections does not starve those who are in
// Kept for the process itself (standard streams, the loop's own): who runs out of descriptors cannot even report it.
constexpr std::size_t descriptors_spare = 16;
constexpr auto accept_pause = std::chrono::milliseconds{100};
// Not every one of these makes a line, or a storm of connections would be one of the log as well.
constexpr std::uint64_t pauses_per_line = 100;
constexpr std::uint64_t turned_away_per_line = 1'000;

std::size_t descriptors_max() {
    ::rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1'024;
}

core::time_point read_clock() {
    return std::chrono::steady_clock::now();
}

struct peer {
    peer(connection_id its_id, stream_socket its_socket, const source_address& its_source)
        : id{its_id}, socket{std::move(its_socket)}, source{its_source} {}

    connection_id id;
    stream_socket socket;
    source_address source;
    bool awaits_input{false};
    bool awaits_room{false};  // the system's buffer was full
    bool sending_shut{false};
};

struct listener {
    listener(acceptor_socket its_acceptor, std::string path, asio::io_context& context)
        : acceptor{std::move(its_acceptor)}, pause{context}, unix_path{std::move(path)} {}
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { close(); }

    void close() {
        if (acceptor.is_open() && !unix_path.empty()) {
            static_cast<void>(::unlink(unix_path.c_str()));
        }
        asio::error_code ignored;
        acceptor.close(ignored);
        pause.cancel();
    }

    acceptor_socket acceptor;
    asio::steady_timer pause;
    std::string unix_path;
};

}  // namespace

class socket_server::loop {
public:
    loop(const core::options& chosen, const service_setup& setup)
        : log_{setup.journal, [this](connection_id who) { return source_at(who); }}, places_{setup.per_address_max},
          per_address_max_{setup.per_address_max}, on_stopping_{setup.on_stopping}, core_{chosen, log_.sink()},
          context_{1}, signals_{context_}, alarm_{context_}, read_buffer_(chosen.receive_bytes_max) {}

    listen_result listen(const listen_address& where) {
        opened_listener opened = open_listener(context_, where);
        if (opened.fault.empty()) {
            listeners_.emplace_back(std::move(opened.acceptor), where.unix_path, context_);
            await_connections(listeners_.back());
        }
        return {.bound = std::move(opened.bound), .fault = std::move(opened.fault)};
    }

    void stop_on_signals() {
        signals_.add(SIGINT);
        signals_.add(SIGTERM);
        signals_.add(SIGHUP);
        await_signal();
    }

    void run() { context_.run(); }

    void post_stop() {
        asio::post(context_, [this] { stop(); });
    }

    core::statistics count() const { return core_.count(); }

    std::optional<ops::service_snapshot> ask(std::chrono::milliseconds patience) {
        return board_.fresh([this] { asio::post(context_, [this] { board_.publish(look()); }); }, patience);
    }

private:
    void await_signal() {
        signals_.async_wait([this](const asio::error_code& error, int number) {
            if (error) {
                return;
            }
            await_signal();
            if (number == SIGHUP) {
                log_.reopen();
            } else {
                stop();
            }
        });
    }

    [[nodiscard]] ops::service_snapshot look() const {
        const ops::log_writer::counts lines = log_.count();
        return {.core = core_.count(),
                .draining = core_.is_draining(),
                .closed_address_limit = closed_address_limit_,
                .accept_pauses = accept_pauses_,
                .log_lines_written = lines.written,
                .log_lines_dropped = lines.dropped};
    }

    void stop() {
        if (core_.is_draining()) {
            context_.stop();
            return;
        }
        log_.stopping(core_.connections());
        if (on_stopping_) {
            on_stopping_();
        }
        for (listener& one : listeners_) {
            one.close();
        }
        core_.drain(read_clock());
        end_turn_later();
    }

    // Newcomers.

    void await_connections(listener& one) {
        one.acceptor.async_wait(asio::socket_base::wait_read, [this, &one](const asio::error_code& error) {
            if (!error) {
                accept_some(one);
            }
        });
    }

    [[nodiscard]] bool has_room() const {
        return core_.accepts_connections() &&
               core_.connections() + listeners_.size() + descriptors_spare < descriptors_max_;
    }

    // Out of descriptors or memory, or the core is full of strangers: newcomers wait in the system's queue until
    // somebody has left.
    void pause_accepting(listener& one, const std::string& why) {
        if (accept_pauses_++ % pauses_per_line == 0) {
            log_.accept_paused(why);
        }
        one.pause.expires_after(accept_pause);
        one.pause.async_wait([this, &one](const asio::error_code& error) {
            if (!error && one.acceptor.is_open()) {
                await_connections(one);
            }
        });
    }

    void accept_some(listener& one) {
        for (int i = 0; i < accepts_per_turn_max; ++i) {
            if (!one.acceptor.is_open()) {
                return;
            }
            if (!has_room()) {
                pause_accepting(one, "no place is free");
                return;
            }
            stream_socket socket{context_};
            asio::error_code error;
            asio::generic::stream_protocol::endpoint peer_endpoint;
            one.acceptor.accept(socket, peer_endpoint, error);
            if (error == asio::error::would_block || error == asio::error::try_again) {
                break;
            }
            if (error == asio::error::connection_aborted || error == asio::error::interrupted) {
                continue;  // it gave up while it was waiting
            }
            if (error) {
                pause_accepting(one, error.message());
                return;
            }
            const core::origin from = origin_of(socket.native_handle(), *peer_endpoint.data());
            admit(std::move(socket), from);
        }
        await_connections(one);
    }

    void admit(stream_socket socket, const core::origin& from) {
        asio::error_code error;
        socket.non_blocking(true, error);
        if (error) {
            return;  // the socket closes itself
        }
        const source_address source = source_of(socket.native_handle());
        if (!places_.enter(source.from)) {
            turn_away(socket, source);
            return;
        }
        const connection_id id = core_.connect(read_clock(), from);
        if (id.slot >= peers_.size()) {
            peers_.resize(std::size_t{id.slot} + 1);
        }
        core::ensure(peers_[id.slot] == nullptr);
        peers_[id.slot] = std::make_unique<peer>(id, std::move(socket), source);
        log_.connected(id, source);
        end_turn_later();
    }

    // What a CR would be answered when there is no room (CONN-4). It is sent unasked and nothing is waited for: whoever
    // opens too many connections is not to cost time and descriptors.
    void turn_away(stream_socket& socket, const source_address& source) {
        constexpr std::array<unsigned char, 2> out_of_capacity{6, 2};
        asio::error_code ignored;
        socket.send(asio::buffer(out_of_capacity), 0, ignored);
        socket.shutdown(asio::socket_base::shutdown_send, ignored);
        if (closed_address_limit_++ % turned_away_per_line == 0) {
            log_.over_address_limit(source, per_address_max_);
        }
    }

    // Those who are in.

    // Handlers keep an id, not a pointer: the slot may have been given to somebody else in the same turn.
    peer* find(connection_id id) {
        peer* tenant = id.slot < peers_.size() ? peers_[id.slot].get() : nullptr;
        return tenant != nullptr && tenant->id == id ? tenant : nullptr;
    }

    const source_address* source_at(connection_id id) {
        const peer* tenant = find(id);
        return tenant == nullptr ? nullptr : &tenant->source;
    }

    void lose(peer& gone) {
        const connection_id id = gone.id;
        log_.disconnected(id, gone.source);
        places_.leave(gone.source.from);
        peers_[id.slot].reset();
        core_.lost(id, read_clock());
        end_turn_later();
    }

    void await_input(peer& one) {
        if (one.awaits_input || !core_.wants_input(one.id)) {
            return;
        }
        one.awaits_input = true;
        one.socket.async_wait(asio::socket_base::wait_read, [this, id = one.id](const asio::error_code& error) {
            if (peer* awake = find(id); awake != nullptr && !error) {
                awake->awaits_input = false;
                read_some(*awake);
            }
        });
    }

    void read_some(peer& one) {
        if (!core_.wants_input(one.id)) {
            return;  // the core changed its mind meanwhile, and will report when it wants to read again
        }
        asio::error_code error;
        const std::size_t bytes = one.socket.read_some(asio::buffer(read_buffer_), error);
        if (error == asio::error::eof) {
            core_.end_of_input(one.id, read_clock());
        } else if (!error) {
            core_.receive(one.id, std::span<const std::byte>{read_buffer_}.first(bytes), read_clock());
        } else if (error != asio::error::would_block && error != asio::error::try_again &&
                   error != asio::error::interrupted) {
            lose(one);
            return;
        }
        await_input(one);
        end_turn_later();
    }

    void await_room(peer& one) {
        one.awaits_room = true;
        one.socket.async_wait(asio::socket_base::wait_write, [this, id = one.id](const asio::error_code& error) {
            if (peer* awake = find(id); awake != nullptr && !error) {
                awake->awaits_room = false;
                bring_in_line(*awake);
                end_turn_later();
            }
        });
    }

    // False when the connection broke and is gone.
    bool write_due(peer& one) {
        std::array<std::span<const std::byte>, pieces_max> pieces;
        std::array<asio::const_buffer, pieces_max> buffers;
        while (!one.awaits_room) {
            const std::size_t count = core_.gather(one.id, pieces);
            if (count == 0) {
                return true;
            }
            std::size_t due = 0;
            for (std::size_t i = 0; i < count; ++i) {
                buffers[i] = asio::const_buffer{pieces[i].data(), pieces[i].size()};
                due += pieces[i].size();
            }
            asio::error_code error;
            const std::size_t sent = one.socket.send(std::span{buffers}.first(count), 0, error);
            if (error && error != asio::error::would_block && error != asio::error::try_again &&
                error != asio::error::interrupted) {
                lose(one);
                return false;
            }
            core_.wrote(one.id, sent, read_clock());
            if (sent < due) {
                await_room(one);
            }
        }
        return true;
    }

    void bring_in_line(peer& one) {
        if (!write_due(one)) {
            return;
        }
        switch (core_.farewell_of(one.id)) {
        case core::farewell::none: break;
        case core::farewell::close: lose(one); return;
        case core::farewell::shut_down_sending:
            if (!one.sending_shut) {
                one.sending_shut = true;
                asio::error_code ignored;  // a connection that is already broken shows that on the next read
                one.socket.shutdown(asio::socket_base::shutdown_send, ignored);
            }
            break;
        }
        await_input(one);
    }

    // The end of a turn comes after everything that the system has already reported.
    void end_turn_later() {
        if (!turn_ends_) {
            turn_ends_ = true;
            asio::post(context_, [this] { end_turn(); });
        }
    }

    void end_turn() {
        turn_ends_ = false;
        core_.run(read_clock());
        while (const auto changed = core_.next_changed()) {
            if (peer* one = find(*changed)) {
                bring_in_line(*one);
            }
        }
        if (core_.is_draining() && core_.connections() == 0) {
            context_.stop();
            return;
        }
        if (core_.has_work()) {
            end_turn_later();
        }
        set_alarm();
    }

    void set_alarm() {
        const auto deadline = core_.next_deadline();
        if (!deadline || (alarm_at_ && *alarm_at_ <= *deadline)) {
            return;
        }
        alarm_at_ = deadline;
        alarm_.expires_at(*deadline);
        alarm_.async_wait([this](const asio::error_code& error) {
            if (!error) {
                alarm_at_.reset();
                end_turn();
            }
        });
    }

    connection_log log_;
    place_counts places_;
    std::uint32_t per_address_max_;
    std::function<void()> on_stopping_;
    core::server core_;
    asio::io_context context_;
    asio::signal_set signals_;
    asio::steady_timer alarm_;
    std::optional<core::time_point> alarm_at_;
    std::list<listener> listeners_;
    std::vector<std::unique_ptr<peer>> peers_;  // by slot
    std::vector<std::byte> read_buffer_;
    std::size_t descriptors_max_{descriptors_max()};
    bool turn_ends_{false};
    std::uint64_t accept_pauses_{0};
    std::uint64_t closed_address_limit_{0};
    ops::snapshot_board board_;
};

socket_server::socket_server(const core::options& chosen, const service_setup& setup)
    : loop_{std::make_unique<loop>(chosen, setup)} {}
socket_server::~socket_server() = default;
listen_result socket_server::listen(const listen_address& where) {
    return loop_->listen(where);
}
void socket_server::stop_on_signals() {
    loop_->stop_on_signals();
}
void socket_server::run() {
    loop_->run();
}
void socket_server::stop() {
    loop_->post_stop();
}
std::optional<ops::service_snapshot> socket_server::ask(std::chrono::milliseconds patience) {
    return loop_->ask(patience);
}
core::statistics socket_server::count() const {
    return loop_->count();
}

}  // namespace chatos::net
