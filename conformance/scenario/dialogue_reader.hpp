// What a scenario that judges a client does beside the connection: commands, what the screen shows, how the process
// ends.
#pragma once

#include "json/checked_reader.hpp"
#include "scenario/scenario.hpp"

namespace chatos::conformance {

/// All three refuse what they read in a scenario that judges a server.
[[nodiscard]] stdin_action read_tell(const json_place& place, const scenario& scenario);
/// An object with the key "screen".
[[nodiscard]] screen_pattern read_screen(const json_place& place, const scenario& scenario);
/// The value of the key "exit".
[[nodiscard]] exit_pattern read_exit(const json_place& place, const scenario& scenario);

}  // namespace chatos::conformance
