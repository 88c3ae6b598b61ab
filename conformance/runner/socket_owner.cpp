#include "runner/socket_owner.hpp"

#include "base/system/descriptor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace chatos::conformance {
namespace {

namespace fs = std::filesystem;

/// Of sockets; they are unique on a machine.
using inodes = std::vector<std::uint64_t>;

/// What the kernel knows of the TCP sockets that are meant: all that match, or the one with these two ends. To look
/// them up in /proc/net/tcp would take milliseconds each time, because it is written anew from the table of all
/// connections.
std::vector<inet_diag_msg> tcp_sockets(const inet_diag_req_v2& meant, bool all) {
    struct {
        nlmsghdr header{};
        inet_diag_req_v2 meant{};
    } question;
    question.header = {sizeof question, SOCK_DIAG_BY_FAMILY,
                       static_cast<std::uint16_t>(NLM_F_REQUEST | (all ? NLM_F_DUMP : 0)), 0, 0};
    question.meant = meant;
    std::vector<inet_diag_msg> sockets;
    const base::descriptor kernel{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
    if (::send(kernel.get(), &question, sizeof question, 0) < 0) {
        return sockets;
    }
    for (;;) {
        alignas(nlmsghdr) std::array<std::byte, 32'768> answer{};
        const ssize_t got = ::recv(kernel.get(), answer.data(), answer.size(), 0);
        std::size_t at = 0;
        for (nlmsghdr header{}; got > 0 && at + sizeof header <= static_cast<std::size_t>(got);
             at += NLMSG_ALIGN(header.nlmsg_len)) {
            std::memcpy(&header, answer.data() + at, sizeof header);
            if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) {  // the end, or an error
                return sockets;
            }
            std::memcpy(&sockets.emplace_back(), answer.data() + at + NLMSG_HDRLEN, sizeof(inet_diag_msg));
        }
        if (!all || got <= 0) {
            return sockets;
        }
    }
}

inodes listeners_of(std::uint16_t port) {
    const std::uint32_t loopback = htonl(INADDR_LOOPBACK);
    inodes result;
    for (const int family : {AF_INET, AF_INET6}) {
        inet_diag_req_v2 meant{};
        meant.sdiag_family = static_cast<std::uint8_t>(family);
        meant.sdiag_protocol = IPPROTO_TCP;
        meant.idiag_states = 1U << TCP_LISTEN;
        meant.id.idiag_sport = htons(port);
        for (const inet_diag_msg& listener : tcp_sockets(meant, true)) {
            const auto& address = listener.id.idiag_src;
            const bool is_at_any =
                std::all_of(std::begin(address), std::end(address), [](auto word) { return word == 0; });
            // As IPv4, or mapped into IPv6.
            if (is_at_any || address[family == AF_INET ? 0 : 3] == loopback) {
                result.push_back(listener.idiag_inode);
            }
        }
    }
    return result;
}

/// Those of the runners' marks.
inodes mark_inodes() {
    std::ifstream file{"/proc/net/unix"};
    const std::string prefix = " @" + std::string{port_mark_prefix};
    inodes result;
    for (std::string line; std::getline(file, line);) {
        if (const std::size_t end = line.find(prefix); end != std::string::npos) {
            result.push_back(std::strtoull(line.c_str() + line.find_last_of(' ', end - 1) + 1, nullptr, 10));
        }
    }
    return result;
}

/// False too when the system does not let us see.
bool has_any(pid_t process, const inodes& sought) {
    std::error_code error;
    for (fs::directory_iterator file{"/proc/" + std::to_string(process) + "/fd", error}, end; !error && file != end;
         file.increment(error)) {
        std::error_code gone;
        const std::string target = fs::read_symlink(file->path(), gone);
        constexpr std::string_view prefix = "socket:[";
        if (gone || !target.starts_with(prefix)) {
            continue;
        }
        const std::uint64_t inode = std::strtoull(target.c_str() + prefix.size(), nullptr, 10);
        if (std::find(sought.begin(), sought.end(), inode) != sought.end()) {
            return true;
        }
    }
    return false;
}

socket_owner owner_of(const inodes& sockets, pid_t group) {
    if (group > 0 && has_any(group, sockets)) {  // its leader, mostly
        return socket_owner::process_group;
    }
    const inodes marks = mark_inodes();
    socket_owner result = socket_owner::unknown;
    std::error_code error;
    for (fs::directory_iterator entry{"/proc", error}, end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename();
        pid_t process = 0;
        (void)std::from_chars(name.data(), name.data() + name.size(), process);
        if (process <= 0 || !has_any(process, sockets)) {
            continue;
        }
        if (group > 0 && ::getpgid(process) == group) {
            return socket_owner::process_group;
        }
        if (has_any(process, marks)) {
            result = socket_owner::runner;
        }
    }
    return result;
}

}  // namespace

socket_owner owner_of_listener(std::uint16_t port, pid_t group) {
    return owner_of(listeners_of(port), group);
}

socket_owner owner_of_peer(int connection, pid_t group) {
    sockaddr_in ours{};
    sockaddr_in theirs{};
    socklen_t ours_size = sizeof ours;
    socklen_t theirs_size = sizeof theirs;
    if (::getsockname(connection, reinterpret_cast<sockaddr*>(&ours), &ours_size) != 0 ||
        ::getpeername(connection, reinterpret_cast<sockaddr*>(&theirs), &theirs_size) != 0) {
        return socket_owner::unknown;
    }
    inet_diag_req_v2 meant{};
    meant.sdiag_family = AF_INET;
    meant.sdiag_protocol = IPPROTO_TCP;
    meant.id = {theirs.sin_port,
                ours.sin_port,
                {theirs.sin_addr.s_addr},
                {ours.sin_addr.s_addr},
                0,
                {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}};
    inodes sockets;
    for (const inet_diag_msg& socket : tcp_sockets(meant, false)) {
        if (socket.id.idiag_dport == ours.sin_port) {  // otherwise it is what listens there
            sockets.push_back(socket.idiag_inode);
        }
    }
    return owner_of(sockets, group);
}

}  // namespace chatos::conformance
