// The identity of a connection: slots are reused, generations are not.
#pragma once

#include <cstdint>

namespace chatos::core {

/// `slot` is small and dense (drivers may index with it); `generation` distinguishes successive connections in one
/// slot. A connection holds at most one session, so this also identifies a user's session (PM-10).
struct connection_id {
    std::uint32_t slot{0};
    std::uint32_t generation{0};  ///< 0: no connection

    friend constexpr bool operator==(connection_id, connection_id) noexcept = default;
};

}  // namespace chatos::core
