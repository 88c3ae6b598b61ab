// Judges observed traffic by the rules. An observer knows less than the server: not in which order the server read two
// connections, which other clients there were, how long its timeouts are, or what no frame contains. Every check
// therefore asks whether any order and any unseen cause that the rules allow explains the trace; only what nothing
// explains is a violation.
#pragma once

#include "judge/trace.hpp"
#include "rules/rule.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct judge_settings {
    bool judges_server{true};
    bool judges_clients{true};
    /// The trace holds every connection of the server since its start: there were no other clients.
    bool has_all_clients{false};
    /// Frames of different connections that are no farther apart may be in the wrong order; 0: none are. Does not apply
    /// to a trace that is in order.
    std::chrono::milliseconds reorder_window{0};
    /// The server's timeouts. If one is unknown, any ERROR 4 may be a timeout.
    std::optional<std::chrono::milliseconds> answer_timeout;
    std::optional<std::chrono::milliseconds> pc_timeout;
    /// A server that serves others does within this time what depends on nobody else; unset: within any time.
    std::optional<std::chrono::milliseconds> response_limit;
    /// The same for a trace that is in order, because no network is between the observer and the server.
    std::optional<std::chrono::milliseconds> local_response_limit;
};

struct violation {
    std::string_view rule;
    side violator{side::server};
    std::uint32_t stream{0};
    side sender{side::server};  ///< of the packet that shows the violation
    std::uint64_t frame{0};
    std::int64_t time_ns{0};
    std::uint64_t offset{0};
    std::string expected;  ///< quotes clients' texts, escaped for a terminal
    std::string actual;
};

enum class judge_verdict : std::uint8_t { pass, fail, inconclusive };
/// `pass`, `fail` or `unknowable`, as reports have it.
[[nodiscard]] std::string_view judge_verdict_name(judge_verdict verdict) noexcept;

struct rule_verdict {
    std::string_view rule;
    judge_verdict verdict{judge_verdict::inconclusive};
    std::size_t passed{0};  ///< number of checks with each result
    std::size_t violations{0};
    std::size_t inconclusive{0};
    std::string reason;  ///< inconclusive: why
};

struct judge_report {
    std::vector<violation> violations;   ///< by frame; at most 10,000 of each rule
    std::vector<rule_verdict> verdicts;  ///< of all MUST and SHOULD rules, in the order of the table
};

/// The report holds no reference to `observed`.
[[nodiscard]] judge_report judge(const trace& observed, const judge_settings& settings);

}  // namespace chatos::conformance
