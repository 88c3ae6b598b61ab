// Versions of the suite. An implementation that passes the scenarios of one version may fail one that came later: its
// author runs those of the version that it was written for (--suite-version) until the new ones are dealt with.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// Oldest first; never empty. The last one may still get scenarios, the others are closed. Static storage.
[[nodiscard]] std::span<const std::string_view> suite_versions() noexcept;
/// That of scenarios that do not say since which version there are.
[[nodiscard]] std::string_view first_suite_version() noexcept;
[[nodiscard]] std::string_view newest_suite_version() noexcept;
/// True when `since` is this version or an older one; both exist.
[[nodiscard]] bool existed_in(std::string_view since, std::string_view version) noexcept;
/// `unknown version "3"; expected "1.0" or "1.1"`, or nothing if there is such a version.
[[nodiscard]] std::optional<std::string> unknown_version(std::string_view version);

}  // namespace chatos::conformance
