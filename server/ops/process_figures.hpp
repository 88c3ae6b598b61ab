// Resource usage of this process.
#pragma once

#include <cstdint>

namespace chatos::ops {

struct process_figures {
    std::uint64_t resident_bytes{0};
    std::uint64_t descriptors_open{0};
    std::uint64_t descriptors_max{0};
};

/// As of now; unavailable values stay 0.
[[nodiscard]] process_figures read_process_figures();

}  // namespace chatos::ops
