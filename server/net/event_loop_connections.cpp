// How connections enter the loop and leave it.
#include "core/ensure.hpp"
#include "net/event_loop.hpp"

#include <utility>

namespace chatos::net {

namespace {

constexpr int accepts_per_turn_max = 64;  // so that a storm of connections does not starve open connections
// When memory is short: connections closed at a time, and the least that one holds that is closed for what it holds,
// while the reserve is back and while it is not.
constexpr std::uint64_t closed_per_turn_max = 16;
constexpr std::size_t very_heavy_bytes_min = std::size_t{64} << 10U;
constexpr std::size_t heavy_bytes_min = std::size_t{4} << 10U;

}  // namespace

bool event_loop::has_room() const {
    return core_.accepts_connections(proxied_.size()) && !reserve_.is_short() &&
           core_.connections() + proxied_.size() + socket_server::descriptors_min(listeners_.size()) <=
               descriptors_max_;
}

// Out of descriptors or memory, or the core has no room for unregistered connections: new ones wait in the
// system's queue until one is closed.
void event_loop::pause_accepting(std::size_t listener, const std::string& why) {
    ++accept_pauses_;
    log_.accept_paused(why);
    listeners_.pause(listener, now_ + accept_pause);
}

void event_loop::accept_some(std::size_t listener) {
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

void event_loop::admit(accepted_connection connection) {
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
    peers_[id.slot] = peer{.id = id, .socket = std::move(connection.socket), .port = connection.source.port};
    log_.connected(id, connection.source);
}

void event_loop::read_header(std::uint64_t key) {
    if (const auto failed = proxied_.read(key)) {
        admission_.close_proxied(failed->connection.source, failed->why);
    }
}

void event_loop::admit_proxied() {
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

// Events carry an id: the slot, and the number of the descriptor, may be reused within the same turn.
peer* event_loop::find(connection_id id) {
    peer* occupant = id.slot < peers_.size() ? &peers_[id.slot] : nullptr;
    return occupant != nullptr && id.generation != 0 && occupant->id == id ? occupant : nullptr;
}

source_address event_loop::source_of(const peer& from) const {
    return {.origin = core_.source_of(from.id), .port = from.port};
}

void event_loop::drop(peer& gone) {
    core::ensure(!gone.write_collected);
    const connection_id id = gone.id;
    const source_address from = source_of(gone);
    log_.disconnected(id, from);
    admission_.leave(from);
    gone = peer{};
    core_.lost(id, now_);
}

// When an allocation has failed, the reserve has let the event `of` be completed. Closes who holds much, since
// others would lack that memory again and again, and then those that hold most until the reserve is back. When
// nobody holds much, there are too many, and the one whose event it was goes. Not while writes are collected.
void event_loop::relieve_memory(connection_id of) {
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

}  // namespace chatos::net
