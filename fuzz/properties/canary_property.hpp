// A property that does not hold, so that finding, telling and repeating can be tried out.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// "canary": no stream has a personal message of more than four bytes behind a login, without any other packet between
/// them. Not true: a fuzzer that knows packets shows it within seconds.
[[nodiscard]] verdict check_canary(std::span<const std::byte> input);

}  // namespace chatos::fuzz
