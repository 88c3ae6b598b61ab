// Verdicts before the capture has ended: what is judged while an interface is watched. The trace is judged as if it
// ended now, which accuses nobody wrongly; nothing of it is dropped, so that what comes later still counts.
#pragma once

#include "dump/watch/incomplete_directions.hpp"
#include "judge/running_judge.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

namespace chatos::dump {

/// For as long as it lives, nothing after what is known of these directions counts.
class temporary_distrust {
public:
    /// The trace must outlive the object; connections may be dropped from it.
    temporary_distrust(conformance::trace& observed, const incomplete_directions& incomplete);
    temporary_distrust(const temporary_distrust&) = delete;
    temporary_distrust& operator=(const temporary_distrust&) = delete;
    ~temporary_distrust();

    /// Whether the trace has all these directions.
    [[nodiscard]] bool has_found_all() const noexcept { return has_found_all_; }

private:
    struct former_trust {
        std::uint64_t until;
        std::string_view reason;
        std::uint64_t changed_until;
    };

    conformance::trace& observed_;
    std::unordered_map<std::uint64_t, former_trust> former_;  // by direction_number()
    bool has_found_all_{true};
};

class early_judge {
public:
    using time_point = std::chrono::steady_clock::time_point;
    /// Looks are no closer than this, and than ten times what the last one took.
    static constexpr std::chrono::seconds interval{1};

    explicit early_judge(std::function<time_point()> now) : now_{std::move(now)} {}

    /// Whether it is time to look again.
    [[nodiscard]] bool is_due() const { return now_() >= due_at_; }
    /// Judges a trace that has had so many `changes`, after what `settled` has judged. The violations that this look
    /// and the last one found, each once: what a report says best of a packet may depend on what follows it.
    [[nodiscard]] std::vector<conformance::violation> look(const conformance::running_judge& settled,
                                                           const conformance::trace& observed, std::uint64_t changes);
    /// Passes over a look that would be of no use.
    void skip_look() { due_at_ = now_() + interval; }
    /// Whether look() has given this violation, which is judged for good now. Asked once for each.
    [[nodiscard]] bool take_shown(const conformance::violation& settled);
    /// The verdicts of the last look.
    [[nodiscard]] const std::vector<conformance::rule_verdict>& verdicts() const noexcept { return verdicts_; }
    /// Another capture begins.
    void clear();

private:
    using violation_counts = std::unordered_map<std::uint64_t, std::size_t>;  // by place

    std::function<time_point()> now_;
    time_point due_at_{};
    std::uint64_t changes_seen_{0};
    violation_counts suspected_;  // of the last look
    violation_counts shown_;      // and not judged for good
    std::vector<conformance::rule_verdict> verdicts_;
};

}  // namespace chatos::dump
