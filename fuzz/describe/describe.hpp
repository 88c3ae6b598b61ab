// What an input of a fuzz target means, for the person who looks at a finding.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

/// The input in words, ended by a line end. `target` is one of described_targets(). Nothing from the input is in it
/// unescaped.
[[nodiscard]] std::string describe_input(std::string_view target, std::span<const std::byte> input);

/// The targets whose inputs it can describe.
[[nodiscard]] std::vector<std::string_view> described_targets();

}  // namespace chatos::fuzz
