// The bytes of what a step sends. Unlike the codec's encoder this one also writes packets that are against the rules:
// judging how they are received is what the suite is for.
#pragma once

#include "runner/pseudonyms.hpp"
#include "runner/run_variant.hpp"
#include "scenario/scenario.hpp"

#include <cstddef>
#include <vector>

namespace chatos::conformance {

struct outgoing {
    std::vector<std::byte> bytes;
    std::vector<std::size_t> write_ends;  ///< offsets at which a write ends; the last is bytes.size()
};

[[nodiscard]] outgoing bytes_of(const send_action& action, const pseudonyms& names,
                                segmentation segment = segmentation::whole);

/// The bytes of the only packet that fits; none when several do.
[[nodiscard]] std::vector<std::byte> only_bytes_of(const packet_pattern& pattern, const pseudonyms& names);

}  // namespace chatos::conformance
