// Faulty servers that the simulation must detect. The core itself is unchanged; the faults are in its input and output.
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
