// Where a connection comes from: what logs show, and what counts as the same place.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>

namespace chatos::net {

struct source_address {
    /// What connections from one place share: the IP address (IPv4 as the IPv6 address that stands for it), or the
    /// system's number of the user at the other end of a Unix socket.
    struct place {
        std::array<std::uint8_t, 16> ip{};
        std::int64_t user{-1};  ///< Unix sockets only

        friend constexpr auto operator<=>(const place&, const place&) noexcept = default;
    };

    place from{};
    std::uint16_t port{0};
};

/// Who is at the other end of a connected socket; nobody in particular when the system does not say.
[[nodiscard]] source_address source_of(int socket) noexcept;

/// "127.0.0.1:40000", "[::1]:40000" or "unix:user-1000".
[[nodiscard]] std::string text_of(const source_address& address);

/// Connections by place, up to a bound each.
class place_counts {
public:
    /// `each_max` 0: no bound, and nothing is counted.
    explicit place_counts(std::uint32_t each_max) : each_max_{each_max} {}

    /// False when that place has as many connections as it may.
    [[nodiscard]] bool enter(const source_address::place& from);
    void leave(const source_address::place& from);

private:
    std::uint32_t each_max_;
    std::map<source_address::place, std::uint32_t> counts_;
};

}  // namespace chatos::net
