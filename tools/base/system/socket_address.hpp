// Socket addresses: looked up from what a user wrote, connected to, listened on.
#pragma once

#include "base/endpoint.hpp"
#include "base/system/descriptor.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <vector>

namespace chatos::base {

/// An address that connect() and bind() take.
struct socket_address {
    sockaddr_storage storage{};
    socklen_t size{0};

    [[nodiscard]] int family() const noexcept { return storage.ss_family; }
    [[nodiscard]] bool is_unix() const noexcept { return family() == AF_UNIX; }
    [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    /// 0 for a Unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept;
    void set_port(std::uint16_t port) noexcept;
    /// "127.0.0.1:7777", "[fe80::1%eth0]:7777", "unix:/run/chatos".
    [[nodiscard]] std::string text() const;
};

/// Where a socket is bound; size 0 after a failure.
[[nodiscard]] socket_address local_address(int socket) noexcept;

/// 127.0.0.1, port `port`.
[[nodiscard]] socket_address loopback_address(std::uint16_t port) noexcept;

struct resolve_result {
    std::vector<socket_address> addresses{};  ///< in the order in which they should be tried; not empty without fault
    std::string fault{};                      ///< "the host 'x' is unknown: Name or service not known"
};

/// Looks a host up, which may take its time.
[[nodiscard]] resolve_result resolve(const endpoint& where);

struct connect_result {
    descriptor socket{};       ///< non-blocking; without delay of small writes
    socket_address address{};  ///< the one that answered
    std::string fault{};       ///< empty: `socket` is connected
};

/// Begins to connect without waiting. After a failure the socket is not open, and errno tells why.
[[nodiscard]] descriptor begin_connect(const socket_address& address) noexcept;

/// Waits for what begin_connect() began. 0, or the errno why not; ETIMEDOUT after `timeout`.
[[nodiscard]] int finish_connect(int socket, std::chrono::milliseconds timeout) noexcept;

/// Connects to the first address that answers, each within `timeout`.
[[nodiscard]] connect_result connect_to(std::span<const socket_address> addresses, std::chrono::milliseconds timeout);
/// Looks the host up first.
[[nodiscard]] connect_result connect_to(const endpoint& where, std::chrono::milliseconds timeout);

/// The file of a Unix socket, as it was when it was bound: another program may since have put its own in that place.
class socket_file {
public:
    /// No file.
    socket_file() noexcept = default;
    /// The file that is at `path` now.
    explicit socket_file(std::string path);

    /// Removes it if it is still there. Call it while the socket is open: afterwards a new file may look the same.
    void remove() noexcept;

private:
    std::string path_{};  // empty: no file
    dev_t device_{};
    ino_t inode_{};
};

/// A socket that listens.
struct listener {
    descriptor socket{};  ///< non-blocking
    socket_address address{};
    socket_file file{};  ///< of a Unix socket
};

struct listen_result {
    std::vector<listener> listeners{};
    std::string fault{};  ///< empty: there is at least one listener
};

/// Who may connect to a Unix socket: the permissions and the group of its file.
struct unix_access {
    std::optional<mode_t> mode{};  ///< 0 to 0777; empty: as the umask leaves them
    std::optional<gid_t> group{};  ///< of which the process must be a member; empty: the process's own
};

/// Listens on every address of the host, all on the same port, also where the system picks it. Address families that
/// this machine lacks are left out if another works. A socket file that no server listens on is removed first.
/// `prepare` is called with each socket before it listens. `access` is that of a Unix socket's file before anybody can
/// connect; while such a file is made, files that other threads make get the same permissions.
[[nodiscard]] listen_result listen_on(const endpoint& where, const std::function<void(int)>& prepare = {},
                                      const unix_access& access = {});

}  // namespace chatos::base
