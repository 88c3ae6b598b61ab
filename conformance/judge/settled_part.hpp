// What a judge that works in parts remembers of a connection whose settled packets are no longer in the trace. The
// trace without them is one of a shorter conversation: requests leave it with their answers, deliveries with theirs, so
// that what remains is matched as before.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chatos::conformance {

struct settled_part {
    bool is_any{false};                       ///< packets have been dropped
    std::uint64_t complete_until{0};          ///< as in connection_trace
    std::uint64_t session_until{0};           ///< as in connection_trace
    std::uint64_t doubtful_from{UINT64_MAX};  ///< the server may have ended the session after this frame
    /// The answer of the last dropped request that may still cause a delivery: ERROR 4 may be a timeout, after which a
    /// server may send what waited.
    std::uint64_t owing_until{0};
    std::size_t overdue_deliveries{0};  ///< in a row, up to the last dropped one (FLOW-10)
    bool has_ambiguous_answers{false};  ///< it is uncertain which delivery a client's ERROR answers
    bool may_be_refused{false};         ///< a dropped packet is malformed to a server with low limits
    bool has_lost_permissions{false};   ///< RPMs with their answers were dropped
    bool is_over{false};                ///< nothing more comes, and no other connection depends on it
};

}  // namespace chatos::conformance
