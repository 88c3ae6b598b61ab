// Judges a watched conversation by the rules. A watcher knows less than a server: in which order the server looked at
// two connections, who else was there, how long its limits are, what no frame had. So every check asks whether any
// order and any unseen cause that the rules leave open explains what was seen: only what nothing explains is a
// violation.
#pragma once

#include "judge/conversation.hpp"
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
    /// The conversation holds every connection of the server, from its start on: who is not in it is not there.
    bool has_all_clients{false};
    /// The server's limits of time; where one is not known, an ERROR 4 may always be a time-out.
    std::optional<std::chrono::milliseconds> answer_timeout;
    std::optional<std::chrono::milliseconds> pc_timeout;
};

struct violation {
    std::string_view rule;
    speaker by{speaker::server};
    std::uint32_t stream{0};
    speaker said_by{speaker::server};  ///< whose packet it is that shows the violation
    std::uint64_t frame{0};
    std::int64_t time_ns{0};
    std::uint64_t offset{0};
    std::string expected;  ///< what clients said is quoted in it, escaped for a terminal
    std::string came;
};

enum class ruling : std::uint8_t { pass, fail, unknowable };
[[nodiscard]] std::string_view ruling_name(ruling one) noexcept;

struct rule_verdict {
    std::string_view rule;
    ruling verdict{ruling::unknowable};
    std::size_t checked{0};  ///< times that the rule was seen to be kept
    std::size_t violations{0};
    std::size_t undecided{0};  ///< times that it could not be told
    std::string reason;        ///< unknowable: why
};

struct judgement {
    std::vector<violation> violations;   ///< by frame; at most 10,000 of each rule
    std::vector<rule_verdict> verdicts;  ///< of all MUST and SHOULD rules, in the order of the table
};

/// `heard` must outlive nothing: the judgement keeps no reference to it.
[[nodiscard]] judgement judge(const conversation& heard, const judge_settings& settings);

}  // namespace chatos::conformance
