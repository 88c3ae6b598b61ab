// An input that a corpus starts with.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace chatos::fuzz {

struct seed {
    std::string name;  ///< of its file; says what the input shows
    std::vector<std::byte> input;
};

}  // namespace chatos::fuzz
