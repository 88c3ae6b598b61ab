// TCP ports of this machine that the runner uses itself. Both roles choose theirs here and nowhere else, so that no two
// runners, of any user, ever use the same port at the same time.
#pragma once

#include "base/system/descriptor.hpp"

#include <cstdint>

namespace chatos::conformance {

using base::descriptor;

/// Ports that may be chosen, first and last included. Those that the system itself gives to outgoing connections and to
/// programs that bind port 0 are left out of it wherever enough others remain: no other program gets one by chance.
struct port_range {
    std::uint16_t first{10'000};
    std::uint16_t last{65'535};
};

/// A port that nothing was bound to when it was chosen, and that no other runner is given before release().
class reserved_port {
public:
    reserved_port() noexcept = default;
    explicit reserved_port(port_range candidates) noexcept : candidates_{candidates} {}

    /// Chooses a port, after releasing the one before; 0 when none is free.
    [[nodiscard]] std::uint16_t renew();
    [[nodiscard]] std::uint16_t number() const noexcept { return number_; }
    void release() noexcept;

private:
    port_range candidates_;
    descriptor mark_;
    std::uint16_t number_{0};
};

}  // namespace chatos::conformance
