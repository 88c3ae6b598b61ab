// What must hold of the conformance suite for any scenario file and any peer. An input is the text of a file up to the
// first NUL byte; what is after it drives the peer (scripted_peer.cpp). Without a NUL there is no peer but the
// conforming one.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <span>

namespace chatos::fuzz {

/// Scenarios that handle more bytes than this are loaded and not played: playing them shows nothing that smaller ones
/// do not, and the format allows gigabytes.
inline constexpr std::size_t played_bytes_max = 65'536;

/// Properties of the loader: `places`, `same`, `memory` (load_properties.hpp), and that it throws nothing. Of an
/// execution: `requests`, `ends` (simulated_network.hpp, peers.hpp), `verdict`, `accounted` (check_invariants.hpp), and
/// `conforms`: a peer that does just what the scenario wants passes.
[[nodiscard]] verdict check_scenario(std::span<const std::byte> input);

}  // namespace chatos::fuzz
