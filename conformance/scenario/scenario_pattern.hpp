// Ids and globs that choose scenarios, and what is said of those that choose none.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// Scenarios that are not to run.
struct skip_entry {
    std::string scenario;  ///< an id or a glob
    std::string reason;
    std::string place{};  ///< "my.json:12: /skip/0", for messages
};

/// `*` stands for any characters, `?` for one.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

[[nodiscard]] bool matches_any(std::string_view pattern, std::span<const std::string> ids) noexcept;

/// "no scenario has this id; ...; did you mean server.pm.relay-ok?": refuses a pattern that matches none of `ids`. What
/// was meant is an id for an id, and for a glob one that matches.
[[nodiscard]] std::string unknown_scenario(std::string_view pattern, std::span<const std::string> ids);

}  // namespace chatos::conformance
