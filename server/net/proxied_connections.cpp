#include "net/proxied_connections.hpp"

#include <array>
#include <cerrno>
#include <iterator>
#include <span>
#include <sys/socket.h>
#include <utility>

namespace chatos::net {

void proxied_connections::add(accepted_connection connection, core::time_point now) {
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    if (!poller_.watch(connection.socket.get(), first_key_ + slot, {}, {.input = true})) {
        return;
    }
    free_.pop_back();
    order_.push_back(
        {.connection = std::move(connection), .header = {}, .since = now, .slot = slot, .number = ++last_number_});
    slots_[slot] = std::prev(order_.end());
}

// Looks first and takes then, so that nothing beyond the header leaves the socket.
std::optional<proxied_connections::failure> proxied_connections::read(std::uint64_t key) {
    const std::optional<position> slot = slots_[key - first_key_];
    if (!slot || (*slot)->complete) {
        return std::nullopt;  // closed in this turn, or handed on soon
    }
    entry& waiting = **slot;
    std::array<std::byte, proxy_header::bytes_max> buffer;
    const int socket = waiting.connection.socket.get();
    const ::ssize_t count = ::recv(socket, buffer.data(), buffer.size(), MSG_PEEK);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return std::nullopt;
    }
    if (count <= 0) {
        return fail(*slot, waiting.header.empty() ? "" : "the connection ended within it");
    }
    const std::size_t taken = waiting.header.take(std::span{buffer}.first(static_cast<std::size_t>(count)));
    static_cast<void>(::recv(socket, buffer.data(), taken, 0));
    switch (waiting.header.current()) {
    case proxy_header::status::incomplete: return std::nullopt;
    case proxy_header::status::invalid: return fail(*slot, waiting.header.fault());
    case proxy_header::status::complete: break;
    }
    if (const auto& client = waiting.header.source()) {
        waiting.connection.source = {.origin = {.bytes = client->address}, .port = client->port};
    }
    static_cast<void>(poller_.watch(socket, key, {.input = true}, {}));
    waiting.complete = true;
    complete_.push_back({.slot = waiting.slot, .number = waiting.number});
    return std::nullopt;
}

std::optional<accepted_connection> proxied_connections::take_complete() {
    while (!complete_.empty()) {
        const completed next = complete_.front();
        complete_.pop_front();
        const std::optional<position> slot = slots_[next.slot];
        if (slot && (*slot)->number == next.number) {
            return remove(*slot);
        }
    }
    return std::nullopt;
}

std::optional<proxied_connections::failure> proxied_connections::take_expired(core::time_point now,
                                                                              core::duration timeout) {
    if (order_.empty() || order_.front().since + timeout > now) {
        return std::nullopt;
    }
    return fail(order_.begin(), "it did not come in time");
}

std::optional<core::time_point> proxied_connections::deadline(core::duration timeout) const {
    return order_.empty() ? std::nullopt : std::optional{order_.front().since + timeout};
}

void proxied_connections::close_all() {
    complete_.clear();
    order_.clear();
    slots_.clear();
    free_.clear();
}

std::optional<proxied_connections::failure> proxied_connections::fail(position gone, std::string_view why) {
    return failure{.connection = remove(gone), .why = why};
}

accepted_connection proxied_connections::remove(position gone) {
    slots_[gone->slot].reset();
    free_.push_back(gone->slot);
    accepted_connection connection = std::move(gone->connection);
    order_.erase(gone);
    return connection;
}

}  // namespace chatos::net
