// A connection is a descriptor, and the usual limit of 1,024 is below what a load may need.
#pragma once

#include <cstdint>
#include <string>

namespace chatos::bench {

/// Makes room for `connections` descriptors and the few others of this program. Empty, or what cannot be and what to
/// do.
[[nodiscard]] std::string raise_descriptor_limit(std::uint32_t connections);

}  // namespace chatos::bench
