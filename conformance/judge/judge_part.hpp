// A long trace is judged in parts, so that its memory is bounded: which checks belong to a part, and what all parts of
// a trace share.
#pragma once

#include "judge/judge.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace chatos::conformance {

/// The checks of a part are those whose last packet has a frame after `after` and up to `until`.
struct judge_part {
    std::uint64_t after{0};
    std::uint64_t until{UINT64_MAX};

    [[nodiscard]] bool has(std::uint64_t frame) const noexcept { return frame > after && frame <= until; }
    [[nodiscard]] bool is_last() const noexcept { return until == UINT64_MAX; }
};

/// The results of all checks so far.
class rule_tallies {
public:
    void passed(std::string_view rule) { ++tallies_[rule].passed; }
    void inconclusive(std::string_view rule, std::uint32_t stream, std::string_view reason);
    void failed(violation violation);

    /// Those since the last call, by frame; at most 10,000 of each rule in all.
    [[nodiscard]] std::vector<violation> take_violations();
    /// On all MUST and SHOULD rules, in the order of the table.
    [[nodiscard]] std::vector<rule_verdict> verdicts() const;

private:
    struct tally {
        std::size_t passed{0};
        std::size_t failed{0};
        std::size_t inconclusive{0};
        std::string reason;
    };

    std::map<std::string_view, tally> tallies_;
    std::vector<violation> violations_;
};

/// Where in a sender's requests the search for the next cause of a delivery starts.
struct search_start {
    std::uint64_t messages{0};
    std::uint64_t offers{0};  ///< apart, because a PC may have waited for its turn (PC-7)
};

/// What later parts need of earlier ones, besides the trace itself.
struct judge_memory {
    rule_tallies tallies;
    std::unordered_map<std::uint64_t, search_start> search_starts;  ///< by streams of recipient and sender
    std::unordered_set<std::string> former_pseudos;                 ///< of dropped connections; not all of them
    bool is_complete{true};                                         ///< no dropped connection was unreliable
    bool has_unknown_users{false};                                  ///< a connection that may hold a pseudo was dropped
    std::uint64_t forgotten_until{0};  ///< what requests up to this frame depend on may have been dropped

    [[nodiscard]] static std::uint64_t key(std::uint32_t recipient, std::uint32_t sender) noexcept {
        return std::uint64_t{recipient} << 32U | sender;
    }
};

}  // namespace chatos::conformance
