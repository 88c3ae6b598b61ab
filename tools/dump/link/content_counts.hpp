// What the frames of captures contained: encapsulations, and what there was besides the streams that are followed.
#pragma once

#include "dump/link/encapsulation.hpp"
#include "dump/link/frame_kind.hpp"

#include <array>
#include <cstdint>

namespace chatos::dump {

/// What frames contained.
struct content_counts {
    /// Between which ports TCP was that no server port is among: the lower one of each pair, the first few that came.
    struct port_row {
        std::uint16_t port{0};
        std::uint64_t frames{0};
    };

    encapsulation_counts encapsulations{};
    frame_kind_counts kinds;  ///< of skipped frames, where that is known, and of segments with TLS
    std::array<port_row, 4> other_ports{};
};

}  // namespace chatos::dump
