// One non-blocking stream socket to a server, TCP or Unix.
#pragma once

#include "client/server_address.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <sys/socket.h>

namespace chatos::client {

/// An address that can be connected to again.
struct endpoint {
    sockaddr_storage storage{};
    socklen_t size{0};
};

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
    explicit connection(const endpoint& where);
    connection(connection&& other) noexcept;
    connection& operator=(connection&& other) noexcept;
    ~connection();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] const endpoint& where() const noexcept { return where_; }
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
    void close() noexcept;
    transfer_result failed();

    endpoint where_{};
    std::string fault_{};
    int descriptor_{-1};
};

struct connect_result {
    connection opened{};
    std::string fault{};  ///< empty: `made` is connected
};

/// Looks the server up and connects to the first of its addresses that answers, each within `limit`.
[[nodiscard]] connect_result connect_to(const server_address& server, std::chrono::milliseconds limit);

}  // namespace chatos::client
