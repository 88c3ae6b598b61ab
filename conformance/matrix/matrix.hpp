// Implementations side by side: the suite against each, and every client against every server.
#pragma once

#include "matrix/pair_run.hpp"
#include "profile/profile.hpp"
#include "runner/suite.hpp"
#include "scenario/catalog.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct matrix_options {
    bool strict{false};
    double time_factor{1.0};
    std::size_t jobs{1};                          ///< scenarios of one suite that run at a time
    std::chrono::milliseconds pair_time{30'000};  ///< for each pair, times time_factor
    std::string run_tag;                          ///< makes pseudos unique
    std::function<bool()> is_interrupted;         ///< may be empty; when it is true, nothing more runs
    /// Called before each cell: how many are done, how many there are, which is next. May be empty.
    std::function<void(std::size_t, std::size_t, const std::string&)> progress;
};

using verdict_counts = std::array<std::size_t, verdict_count>;

struct matrix_cause {
    std::string rule;
    std::string begin_with;  ///< a scenario
    std::size_t scenarios{0};
    std::string why;
    std::string hint;
};

/// What the suite says of an implementation.
struct matrix_suite {
    /// Why there are no verdicts, or only some: it does not start, is gone, or nothing ran. Empty: the suite ran.
    std::string obstacle;
    bool ran{false};  ///< at least one scenario
    bool passed{false};
    verdict_counts counts{};
    std::map<std::string, verdict_counts> areas;  ///< by the area's id
    std::vector<matrix_cause> causes;
    std::map<std::string, std::string> choices;
    std::vector<std::string> last_output;  ///< with an obstacle
    std::chrono::milliseconds duration{0};
};

struct matrix_implementation {
    conformance::profile profile;
    std::string path;   ///< of the profile
    std::string label;  ///< the profile's name, with its path where several have the same
    matrix_suite suite;

    [[nodiscard]] bool is_client() const noexcept { return profile.role == test_role::client; }
};

struct matrix_pair {
    std::size_t client{0};  ///< index of the implementation
    std::size_t server{0};
    pair_result result;
};

struct matrix_report {
    std::vector<matrix_implementation> implementations;  ///< in the order given
    std::vector<matrix_pair> pairs;                      ///< by client, then server, each in the order given
    bool is_interrupted{false};
    bool strict{false};
    std::string tool_version;
    std::chrono::system_clock::time_point started;
    std::chrono::milliseconds duration{0};

    [[nodiscard]] std::vector<const matrix_implementation*> of_role(test_role role) const;
    [[nodiscard]] const matrix_pair* pair_of(const matrix_implementation& client,
                                             const matrix_implementation& server) const noexcept;
    /// Something that is required does not hold.
    [[nodiscard]] bool has_failure() const noexcept;
    /// An implementation could not be started, or was gone.
    [[nodiscard]] bool has_obstacle() const noexcept;
};

/// A profile and the file that it came from.
struct named_profile {
    conformance::profile profile;
    std::string path;
};

/// Runs the scenarios of `catalog` that are selected against each, and all pairs. Never ends early but when it is
/// interrupted: what cannot run is told in its place.
[[nodiscard]] matrix_report run_matrix(std::vector<named_profile> profiles, const catalog& catalog,
                                       const matrix_options& options);

}  // namespace chatos::conformance
