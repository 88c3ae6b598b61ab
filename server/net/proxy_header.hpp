// The header of the PROXY protocol (versions 1 and 2, https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt), in
// which a proxy tells whose connection it passes on. Bytes only: no sockets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace chatos::net {

/// Reads one header, however it is split, in a fixed amount of memory.
class proxy_header {
public:
    enum class status : std::uint8_t { incomplete, complete, invalid };

    /// The address of a client: IPv6, or IPv4 in IPv6's mapped form.
    struct client {
        std::array<std::byte, 16> address{};
        std::uint16_t port{0};

        friend bool operator==(const client&, const client&) = default;
    };

    /// Takes the next bytes of the connection, and returns how many of them belong to the header: all of them until the
    /// header is complete, or invalid. Only while incomplete (asserted).
    std::size_t take(std::span<const std::byte> bytes);

    [[nodiscard]] status current() const noexcept { return status_; }
    /// Of a complete header: whom the proxy names. Empty: nobody (LOCAL, UNKNOWN, UNSPEC, a Unix socket), so the
    /// connection's own address is the client's.
    [[nodiscard]] const std::optional<client>& source() const noexcept { return source_; }
    /// Of an invalid header: what is wrong, for a log. Static storage.
    [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    /// Longest header of version 2 that is read; the protocol asks receivers for 536 at least. A line of version 1 has
    /// at most 107 bytes.
    static constexpr std::size_t bytes_max = 1'024;

private:
    void judge();
    void judge_line();
    void judge_binary();
    void read_line(std::string_view line);
    void read_addresses(std::size_t size);
    [[nodiscard]] bool extensions_fit(std::size_t from);
    void name(const client& source);
    void refuse(std::string_view why) noexcept;

    std::array<std::byte, bytes_max> bytes_{};
    std::size_t size_{0};
    status status_{status::incomplete};
    std::optional<client> source_;
    std::string_view fault_;
};

}  // namespace chatos::net
