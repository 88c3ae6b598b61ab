// Judges a trace while it grows, in bounded memory: what is settled is judged and leaves the trace. To judge a part of
// a trace accuses nobody wrongly, because every capture ends somewhere; what comes after a request only makes its
// verdict more certain. So a part ends a good while before the end of what is known.
#pragma once

#include "judge/judge_part.hpp"
#include "judge/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::conformance {

class judge_context;
struct connection;

class running_judge {
public:
    explicit running_judge(const judge_settings& settings) : settings_{settings} {}

    /// Makes the checks that are due up to this frame, and drops what later ones do not need: all of it is older than
    /// the last part. If more than `packets_max` packets and connections remain, more is dropped, and checks that
    /// depend on it become inconclusive.
    void judge_until(trace& observed, std::uint64_t frame, std::size_t packets_max);
    /// Makes all other checks.
    void judge_rest(const trace& observed);

    /// Those since the last call, by frame; at most 10,000 of each rule in all.
    [[nodiscard]] std::vector<violation> take_violations() { return memory_.tallies.take_violations(); }
    /// On all MUST and SHOULD rules, in the order of the table.
    [[nodiscard]] std::vector<rule_verdict> verdicts() const { return memory_.tallies.verdicts(); }

private:
    struct packet_choice;

    void mark_over(trace& observed) const;
    [[nodiscard]] packet_choice choose_packets(const judge_context& context, std::uint64_t judged_until,
                                               std::size_t packets_max);
    void drop_connections(trace& observed, std::size_t connections_max);
    void forget(const connection& source, bool is_surplus);
    void forget_search_starts(const trace& observed, std::uint64_t settled_until);

    judge_settings settings_;
    judge_memory memory_;
    std::uint64_t judged_until_{0};
    std::uint64_t pending_from_{UINT64_MAX};  // no check that is still to be made begins before this frame
};

}  // namespace chatos::conformance
