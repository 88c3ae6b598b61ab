// The profile with a list of known failures that fits a run: what failed, by scenario.
#pragma once

#include "profile/profile.hpp"
#include "runner/suite.hpp"

#include <string>

namespace chatos::conformance {

/// `original` is the text of a profile that loads, and `known` what it says; every other key of it stays as it is. Of
/// `known` those stay that the run showed or could not show; scenarios that failed otherwise are added, with the reason
/// why. Repeated, the run then fails nothing.
[[nodiscard]] std::string profile_with_known_failures(const std::string& original,
                                                      const std::vector<known_failure>& known,
                                                      const suite_report& report);

/// A profile to begin with, for a run without one: of an implementation with this name, and this command if it is not
/// empty.
[[nodiscard]] std::string new_profile(const std::string& name, const std::vector<std::string>& command);

}  // namespace chatos::conformance
