// Variants of a run that must not make a difference: how bytes are split into writes, and the order of turns.
#pragma once

#include "runner/schedule.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace chatos::conformance {

enum class segmentation : std::uint8_t {
    whole,       ///< as the scenario says: one write per send, unless it splits
    bytes,       ///< one write per byte
    boundaries,  ///< as the scenario says, and a write ends with each packet
};
inline constexpr segmentation all_segmentations[] = {segmentation::whole, segmentation::bytes,
                                                     segmentation::boundaries};

/// "whole", "bytes", "boundaries".
[[nodiscard]] constexpr std::string_view segmentation_name(segmentation which) noexcept {
    switch (which) {
    case segmentation::whole: return "whole";
    case segmentation::bytes: return "bytes";
    case segmentation::boundaries: return "boundaries";
    }
    return "";
}

struct run_variant {
    segmentation segment{segmentation::whole};
    std::optional<schedule> order;  ///< none: every actor acts as soon as the scenario allows
};

}  // namespace chatos::conformance
