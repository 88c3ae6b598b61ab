// Derives a simulation from its seed alone: bounds of the core, and an endless sequence of operations. It does not
// depend on what the core does, so operations mean the same with and without those before them.
#pragma once

#include "base/seeded_random.hpp"
#include "core/options.hpp"
#include "simulation/operation.hpp"

#include <cstdint>

namespace chatos::core::simulation {

/// Parameters of a simulation.
struct setting {
    std::uint64_t seed{1};
    std::uint32_t users{256};  ///< simulated users, 1 to users_max

    static constexpr std::uint32_t users_max = 4'096;
};

/// Bounds for the core, often tight enough to be reached. Tunnels are off; they have a simulation of their own.
[[nodiscard]] options bounds_of(const setting& setting);

class schedule {
public:
    explicit schedule(const setting& setting);
    [[nodiscard]] operation next();
    /// Whether the server drains in the middle of the simulation rather than at rest.
    [[nodiscard]] bool drains_early() const noexcept { return drains_; }

private:
    operation_kind some_kind();
    std::uint32_t some_length();
    void fragment(operation& operation);

    base::seeded_random random_;
    std::uint32_t users_;
    std::uint32_t broadcasts_in_1000_;
    bool in_fragments_;
    bool drains_;
};

}  // namespace chatos::core::simulation
