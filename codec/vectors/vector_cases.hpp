// The cases of the portable test vectors: bytes with a name, by packet. What is right for them is not written here: the
// generator asks the codec, and the tests ask the naive decoder whether that is so.
#pragma once

#include <chatos/limits.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace chatos::vectors {

struct vector_case {
    std::string name;
    std::vector<std::byte> bytes;
    limits bounds{};
};

/// The cases of one file.
struct vector_file {
    std::string file_name;    ///< "spm.json"
    std::string description;  ///< one sentence
    std::vector<vector_case> cases;
};

[[nodiscard]] std::vector<vector_file> make_vector_files();

}  // namespace chatos::vectors
