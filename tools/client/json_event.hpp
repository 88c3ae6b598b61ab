// Events as JSON for programs: one object, described by client-event.schema.json.
#pragma once

#include "client/event.hpp"

#include <string>

namespace chatos::client {

/// The object on one line without its end. Strings are exact; everything beyond ASCII stands as \u escapes, so that the
/// line is safe to look at, too. `unix_ms` is the wall clock in milliseconds since 1970.
[[nodiscard]] std::string json_line(const session_event& event, std::uint64_t unix_ms);

}  // namespace chatos::client
