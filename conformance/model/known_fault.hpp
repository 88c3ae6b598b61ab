// The faults of both models as one list, for those who tell of them rather than make them.
#pragma once

#include "scenario/scenario.hpp"

#include <span>
#include <string_view>

namespace chatos::conformance {

struct known_fault {
    test_role role;  ///< whose model has it
    std::string_view name;
    std::string_view rule;  ///< empty for those that break nearly all
    std::string_view what;
};

/// Those of the server, then those of the client.
[[nodiscard]] std::span<const known_fault> known_faults();
/// The fault with this name, or nullptr. No two have the same.
[[nodiscard]] const known_fault* find_known_fault(std::string_view name);

}  // namespace chatos::conformance
