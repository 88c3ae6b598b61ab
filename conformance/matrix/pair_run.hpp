// One client against one server: users of the client talk through the server, a recording proxy stands between, and
// what went through it is judged by the rules.
#pragma once

#include "base/sequence_chart.hpp"
#include "judge/judge.hpp"
#include "profile/profile.hpp"
#include "runner/implementation.hpp"
#include "runner/judgment.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct pair_options {
    bool strict{false};  ///< a broken SHOULD rule fails, too
    double time_factor{1.0};
    std::chrono::milliseconds time_max{30'000};  ///< for the whole conversation
    std::function<bool()> is_interrupted;        ///< may be empty; when it is true, the conversation ends
};

/// Something that the users do together.
struct pair_step {
    enum class outcome : std::uint8_t {
        done,
        refused,  ///< all was answered, and what was to come did not: the two do not fit together, perhaps legally
        missing,  ///< somebody was silent, ended, or did something else
        skipped,
    };
    std::string text;  ///< "alice writes to bob"
    outcome result{outcome::done};
    std::string why;  ///< what did not happen, or why it was not tried; empty when it was done
};

struct pair_result {
    /// Why there was no conversation: the server or the client could not be started. Empty: there was one.
    std::string obstacle;
    conformance::verdict verdict{conformance::verdict::pass};  ///< pass, warn or fail
    std::string why;                                           ///< one sentence; empty when it passed
    std::vector<pair_step> steps;
    std::vector<violation> violations;  ///< at most 50
    std::size_t violations_left_out{0};
    base::sequence_chart chart;
    std::vector<std::string> client_output;  ///< last lines, unless it passed
    std::vector<std::string> server_output;
    std::size_t packets{0};
    std::int64_t first_packet_ns{0};  ///< time of the first, since 1970
    std::chrono::milliseconds duration{0};

    /// Since the first packet.
    [[nodiscard]] double ms_of(const violation& broken) const noexcept {
        return static_cast<double>(broken.time_ns - first_packet_ns) / 1e6;
    }
};

/// "done", "refused", "missing" or "skipped".
[[nodiscard]] std::string_view outcome_name(pair_step::outcome outcome) noexcept;

/// Starts the server without options, and a client for each user.
[[nodiscard]] pair_result run_pair(const profile& client, server_implementation& server, bool server_has_tunnels,
                                   const pair_options& options);

}  // namespace chatos::conformance
