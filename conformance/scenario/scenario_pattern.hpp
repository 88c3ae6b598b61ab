// Ids and globs that choose scenarios, and what is said of those that choose none.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// `*` stands for any characters, `?` for one.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

/// "no scenario has this id; ...; did you mean server.pm.relay-ok?": refuses a pattern that matches none of `ids`. What
/// was meant is an id for an id, and for a glob one that matches.
[[nodiscard]] std::string unknown_scenario(std::string_view pattern, std::span<const std::string> ids);

}  // namespace chatos::conformance
