// How a server writes its packets: which layout rule the bytes of a malformed one break.
#pragma once

#include "judge/connection_trace.hpp"

#include <string_view>

namespace chatos::conformance {

/// The rule about the layout of what the server sent, if its malformed packet is no matter of limits or text; else
/// empty.
[[nodiscard]] std::string_view rule_of_layout(const connection_trace& connection);

}  // namespace chatos::conformance
