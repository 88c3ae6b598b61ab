// Two readings of the rules, one history: the server's core and the model of the conformance suite must have the same
// to every client. What the rules leave open they do alike (the reference server's way); bounds that neither
// reaches in a history are no concern here.
#pragma once

#include "model/model.hpp"
#include "properties/verdict.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace chatos::fuzz {

/// Tells both the history and compares, after each step, what each connection has got, and which are closed. Property:
/// `two-readings`. With faults the model is wrong on purpose, for those who want to know what this can find.
[[nodiscard]] verdict check_model(std::span<const std::byte> input);
[[nodiscard]] verdict check_model(std::span<const std::byte> input, const conformance::fault_set& faults);

/// The history in words, a line per step, with what each brought about, and the difference if there is one.
[[nodiscard]] std::string describe_two_readings(std::span<const std::byte> input);

}  // namespace chatos::fuzz
