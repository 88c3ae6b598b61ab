// One non-blocking stream socket to a server, TCP or Unix.
#pragma once

#include "base/system/descriptor.hpp"
#include "base/system/socket_address.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

namespace chatos::client {

/// What a read or a write came to.
enum class transfer_state { done, would_block, ended, broken };

struct transfer_result {
    transfer_state state{transfer_state::would_block};
    std::size_t bytes{0};  ///< done: at least 1
};

class connection {
public:
    connection() = default;
    /// Begins to connect; is_broken() tells later whether that failed.
    explicit connection(const base::socket_address& where);
    /// Takes one that is connected or on the way.
    connection(base::descriptor socket, const base::socket_address& where);

    [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }
    [[nodiscard]] const base::socket_address& where() const noexcept { return where_; }
    /// Why it could not connect or broke, for people.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

    [[nodiscard]] transfer_result read(std::span<std::byte> into);
    [[nodiscard]] transfer_result write(std::span<const std::byte> bytes);
    /// Ends our side; the other may go on.
    void finish_writing() const;
    /// Reads and forgets until the other side has ended or `limit` is over. To close with something unread would reset
    /// the connection, and destroy what was just sent.
    void drain(std::chrono::milliseconds limit);

private:
    transfer_result failed();

    base::socket_address where_{};
    std::string fault_{};
    base::descriptor socket_{};
};

}  // namespace chatos::client
