// What must hold of the server's core for any script: clients come, send, stall, cheat and go, time passes,
// the driver is late. See session_script.hpp for how bytes are a script.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace chatos::fuzz {

/// Plays the script and compares the core with what the oracle predicts after each step. Properties: `answers`,
/// `order`, `delivery`, `time`, `bounds`, `closing`, `told`, `wire`, `ledger`, `rest`.
[[nodiscard]] verdict check_session(std::span<const std::byte> input);

/// The script in words, a line per step, then what each connection got, and the broken property if one is.
[[nodiscard]] std::string describe_session(std::span<const std::byte> input);

}  // namespace chatos::fuzz
