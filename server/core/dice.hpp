// For simulations: numbers at random, the same everywhere for the same seed.
#pragma once

#include <cstdint>
#include <random>

namespace chatos::core::test {

/// The standard's distributions differ between libraries; this does without.
class dice {
public:
    explicit dice(std::uint64_t seed) : engine_{seed} {}
    /// A number below `count`, which is not 0.
    std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(engine_() % count); }
    bool one_in(std::uint32_t count) { return below(count) == 0; }

private:
    std::mt19937_64 engine_;
};

}  // namespace chatos::core::test
