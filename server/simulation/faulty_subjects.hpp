// Cores that lie: what the simulation must find. The core itself is never touched; the faults are in what goes into it
// and in what comes out.
#pragma once

#include "simulation/subject.hpp"

#include <string>
#include <vector>

namespace chatos::core::simulation {

struct planted_fault {
    std::string name;
    subject_maker make;
};

/// One of each kind.
[[nodiscard]] std::vector<planted_fault> planted_faults();

}  // namespace chatos::core::simulation
