// Reading and writing. Nothing is read that the core does not want, and it takes all that was read.
#include "core/ensure.hpp"
#include "net/event_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <malloc.h>
#include <sys/socket.h>
#include <utility>

namespace chatos::net {

namespace {

// What one turn writes, so that a crowd of recipients does not keep other clients waiting. More waits for the next
// turn.
constexpr std::size_t writes_per_turn_max = 128;
constexpr std::size_t bytes_per_turn_max = std::size_t{4} << 20U;
constexpr std::size_t returned_bytes_min = std::size_t{32} << 20U;

}  // namespace

bool is_temporary(int error) noexcept {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

void event_loop::read_some(connection_id id) {
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
    const std::size_t share = reads_->is_batched() && !alone ? shared_read_bytes_ : core_.bounds().receive_bytes_max;
    reads_->receive(peer->socket.get(), std::span{read_buffer_}.subspan(reads_->size() * share, share), key_of(id));
    if (alone || reads_->is_full()) {
        finish_reads();
    }
}

void event_loop::finish_reads() {
    for (const io_batch::call& done : reads_->run()) {
        if (peer* peer = find(id_of(done.key))) {
            take_read(*peer, done);
        }
    }
}

void event_loop::take_read(peer& peer, const io_batch::call& done) {
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

void event_loop::watch(peer& peer) {
    const interest wanted{.input = core_.wants_input(peer.id), .output = peer.write_blocked};
    if (poller_.watch(peer.socket.get(), key_of(peer.id), peer.watched, wanted)) {
        peer.watched = wanted;
    } else {
        drop(peer);  // the system has no memory for it
    }
}

// Writes pending output; when there is none, does what else the core wants.
void event_loop::sync(peer& peer) {
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

void event_loop::finish_writes() {
    for (const io_batch::call& done : writes_->run()) {
        if (peer* peer = find(id_of(done.key))) {
            take_write(*peer, done);
        }
    }
    write_buffer_.clear();
}

void event_loop::take_write(peer& peer, const io_batch::call& done) {
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
void event_loop::write_all() {
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
void event_loop::return_memory() {
    const std::size_t held = core_.held_bytes();
    most_held_ = std::max(most_held_, held);
    if (most_held_ - held >= returned_bytes_min) {
        ::malloc_trim(0);
        most_held_ = held;
    }
}

void event_loop::sync_if_open(connection_id id) {
    if (peer* peer = find(id)) {
        sync(*peer);
    }
}

void event_loop::perform_close_action(peer& peer) {
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

}  // namespace chatos::net
