// Does what came fit what was expected?
#pragma once

#include "runner/event.hpp"
#include "runner/pseudonyms.hpp"
#include "scenario/scenario.hpp"

#include <map>
#include <string>

namespace chatos::conformance {

/// What `bind` remembered, by name.
using bindings = std::map<std::string, std::string>;

/// True when the packet fits; only then are its `bind` patterns remembered.
[[nodiscard]] bool matches(const packet_pattern& pattern, const received_event& event, const pseudonyms& names,
                           bindings& bound);
[[nodiscard]] bool matches(const closed_pattern& pattern, const received_event& event) noexcept;

/// "SPM pseudo="alice-x" message="hi"", "the connection closed (FIN)", "nothing for 200 ms", ...
[[nodiscard]] std::string describe(const event_pattern& pattern, const pseudonyms& names);

}  // namespace chatos::conformance
