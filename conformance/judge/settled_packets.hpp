// Which packets of a connection later checks do not need.
#pragma once

#include "judge/connection_trace.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::conformance {

/// How far the trace is judged.
struct judged_frames {
    std::uint64_t judged_until{0};   ///< everything up to here has been checked
    std::uint64_t settled_until{0};  ///< earlier: later packets may still relate to what is between the two
    /// The first frame of a request that is not judged yet.
    std::uint64_t pending_from{UINT64_MAX};
};

/// The packets to keep, by side and index, and what to remember of the others.
struct kept_packets {
    std::array<std::vector<bool>, 2> is_kept;
    settled_part settled;
    std::size_t count{0};  ///< of packets; a long text counts as several
};

/// Keeps what shows who the client is and to whom it may write, what is not settled, and the last of what is settled.
[[nodiscard]] kept_packets choose_kept_packets(const connection_trace& trace, const judged_frames& frames);
/// Keeps only what shows who the client is.
[[nodiscard]] kept_packets keep_login(const connection_trace& trace, const judged_frames& frames);

/// The first frame of a request that is not judged and may still be answered, or UINT64_MAX.
[[nodiscard]] std::uint64_t first_pending_frame(const connection_trace& trace, std::uint64_t judged_until);

}  // namespace chatos::conformance
