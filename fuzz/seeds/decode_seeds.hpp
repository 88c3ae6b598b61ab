// What fuzz_decode starts from: inputs made from packet values, each named by what it shows, and a dictionary made
// from the table of packets. Both are written by fuzz_write_seeds and kept as files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace chatos::fuzz {

struct seed {
    std::string name;
    std::vector<std::byte> input;  ///< plan and stream, see decode_plan.hpp
};

[[nodiscard]] std::vector<seed> make_decode_seeds();

/// The text of fuzz_decode.dict, in libFuzzer's format.
[[nodiscard]] std::string make_decode_dictionary();

}  // namespace chatos::fuzz
