#include "scenario/suite_version.hpp"

#include "json/checked_reader.hpp"

#include <algorithm>
#include <array>

namespace chatos::conformance {
namespace {

/// To close the last one, append the next. The scenarios of 1.0 are those that there were when scenarios got versions.
constexpr std::array<std::string_view, 2> versions{"1.0", "1.1"};

}  // namespace

std::span<const std::string_view> suite_versions() noexcept {
    return versions;
}
std::string_view first_suite_version() noexcept {
    return versions.front();
}
std::string_view newest_suite_version() noexcept {
    return versions.back();
}

bool existed_in(std::string_view since, std::string_view version) noexcept {
    return std::find(versions.begin(), versions.end(), since) <= std::find(versions.begin(), versions.end(), version);
}

std::optional<std::string> unknown_version(std::string_view version) {
    if (std::find(versions.begin(), versions.end(), version) != versions.end()) {
        return std::nullopt;
    }
    return "unknown version \"" + std::string{version} + "\"; expected " +
           quoted_choices({versions.begin(), versions.end()});
}

}  // namespace chatos::conformance
