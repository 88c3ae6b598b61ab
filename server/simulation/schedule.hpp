// What happens in a simulation, from its seed alone: bounds of the core, and operations without end. Knows nothing of
// how the core gets on, so a list of operations means the same with and without those before it.
#pragma once

#include "base/seeded_random.hpp"
#include "core/options.hpp"
#include "simulation/operation.hpp"

#include <cstdint>

namespace chatos::core::simulation {

/// What a simulation is derived from.
struct setting {
    std::uint64_t seed{1};
    std::uint32_t users{256};  ///< people who come and go, 1 to users_max

    static constexpr std::uint32_t users_max = 4'096;
};

/// Bounds for the core: often so tight that they are reached. Without tunnels, which have a simulation of their own.
[[nodiscard]] options bounds_of(const setting& setting);

class schedule {
public:
    explicit schedule(const setting& setting);
    [[nodiscard]] operation next();
    /// Whether the server is told to stop in the middle of everything, rather than when all is quiet.
    [[nodiscard]] bool drains_early() const noexcept { return drains_; }

private:
    act some_act();
    std::uint32_t some_length();
    void fragment(operation& operation);

    base::seeded_random random_;
    std::uint32_t users_;
    std::uint32_t broadcasts_in_1000_;
    bool in_fragments_;
    bool drains_;
};

}  // namespace chatos::core::simulation
