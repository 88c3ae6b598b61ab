#include "runner/socket_owner.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace chatos::conformance {
namespace {

namespace fs = std::filesystem;

/// Of sockets; they are unique on a machine.
using inodes = std::vector<std::uint64_t>;

/// A line of /proc/net/tcp or tcp6: addresses as the kernel writes them, "0100007F:1E61".
struct tcp_row {
    std::string local;
    std::string remote;
    std::string state;
    std::uint64_t inode{0};
};

std::vector<tcp_row> tcp_rows() {
    std::vector<tcp_row> rows;
    for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream file{path};
        std::string line;
        std::getline(file, line);  // the titles
        while (std::getline(file, line)) {
            std::istringstream fields{line};
            tcp_row row;
            std::string skipped;
            fields >> skipped >> row.local >> row.remote >> row.state >> skipped >> skipped >> skipped >> skipped >>
                skipped >> row.inode;
            if (fields) {
                rows.push_back(std::move(row));
            }
        }
    }
    return rows;
}

std::string hex_port(std::uint16_t port) {
    std::array<char, 8> text{};
    (void)std::snprintf(text.data(), text.size(), ":%04X", port);
    return text.data();
}

/// As IPv4, or mapped into IPv6.
std::string hex_address(const sockaddr_in& address) {
    std::array<char, 16> text{};
    (void)std::snprintf(text.data(), text.size(), "%08X", address.sin_addr.s_addr);
    return text.data() + hex_port(ntohs(address.sin_port));
}

inodes listeners_of(std::uint16_t port) {
    constexpr std::string_view listening = "0A";
    const std::string suffix = hex_port(port);
    sockaddr_in loopback{};
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    loopback.sin_port = htons(port);
    const std::string at_loopback = hex_address(loopback);
    inodes result;
    for (const tcp_row& row : tcp_rows()) {
        const bool is_at_any = row.local.find_first_not_of('0') == row.local.size() - suffix.size();
        if (row.state == listening && row.local.ends_with(suffix) && (is_at_any || row.local.ends_with(at_loopback))) {
            result.push_back(row.inode);
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
    inodes sockets;
    for (const tcp_row& row : tcp_rows()) {
        if (row.local.ends_with(hex_address(theirs)) && row.remote.ends_with(hex_address(ours))) {
            sockets.push_back(row.inode);
        }
    }
    return owner_of(sockets, group);
}

}  // namespace chatos::conformance
