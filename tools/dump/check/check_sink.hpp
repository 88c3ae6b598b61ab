// chatos-dump --check: the captured conversations before the judge, and its verdicts as text and JSON.
#pragma once

#include "base/colors.hpp"
#include "dump/check/early_judge.hpp"
#include "dump/check/trace_sink.hpp"
#include "dump/json/json_position.hpp"
#include "dump/output/output.hpp"
#include "judge/running_judge.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

enum class check_form : std::uint8_t { text, json };

struct located_violation {
    conformance::violation violation;
    std::string file;
    stream_endpoints endpoints;
    std::uint8_t time_digits{0};
};

/// Learns what a check finds while it continues.
class check_listener {
public:
    check_listener() = default;
    check_listener(const check_listener&) = delete;
    check_listener& operator=(const check_listener&) = delete;
    virtual ~check_listener() = default;

    /// A violation has become certain. Once for each.
    virtual void violation_found(const located_violation& located) = 0;
    /// The input pauses, for the first time in a second or so. `settled` are the results of checks that are made for
    /// good, `early` those of all checks that what was read so far allows. `account` may be null.
    virtual void looked(const std::vector<conformance::rule_verdict>& settled,
                        const std::vector<conformance::rule_verdict>& early, const totals* account) = 0;
    /// A capture has ended, with these verdicts.
    virtual void capture_judged(const std::vector<conformance::rule_verdict>& verdicts) = 0;
};

struct check_watch {
    check_listener* listener{nullptr};                 ///< may be null
    const incomplete_directions* incomplete{nullptr};  ///< must outlive the check
    std::function<early_judge::time_point()> now{};    ///< empty: verdicts are not wanted before a capture has ended
};

/// Prints every violation as soon as it is certain, and the verdict on each rule before the summary.
class check_sink final : public trace_sink {
public:
    /// As text only the judgement and the summary are shown, as JSON everything. `next` and `out` must outlive the
    /// sink. With `trusts_loopback` the reorder window does not apply to loopback traffic that seems to be in order.
    check_sink(check_form form, const conformance::judge_settings& settings, bool trusts_loopback, record_sink& next,
               output& out, const base::colors& colors);

    /// Before the first record. The listener must outlive the sink.
    void watch(check_watch watch);

    [[nodiscard]] bool has_violations() const noexcept { return has_violations_; }
    /// On all rules, of the captures that have ended.
    [[nodiscard]] std::vector<conformance::rule_verdict> verdicts() const;
    /// The violations of a rule, a line for each, and where the rule is explained.
    [[nodiscard]] std::string details_of(std::string_view rule) const;

private:
    [[nodiscard]] bool shorten(captured_trace& capture) override;
    void paused(captured_trace& capture, const totals* account) override;
    void capture_ended(captured_trace& capture) override;
    [[nodiscard]] located_violation located(const captured_trace& capture, conformance::violation&& unlocated) const;
    void announce(const located_violation& violation);
    void show_violations(const captured_trace& capture);
    void all_captures_ended() override;
    void show_text(const located_violation& located);
    void show_json(const located_violation& located);
    void show_text(const conformance::rule_verdict& verdict);
    void show_json(const conformance::rule_verdict& verdict);
    void show_unseen();
    void add_verdicts(const captured_trace& capture, const std::vector<conformance::rule_verdict>& verdicts);

    check_form form_;
    conformance::judge_settings settings_;
    bool trusts_loopback_;
    output& out_;
    base::colors colors_;
    json_position_writer places_;
    bool has_violations_{false};
    conformance::running_judge judge_;  // of the capture in hand
    check_watch watch_;
    std::optional<early_judge> early_;  // if somebody watches
    std::uint64_t grown_until_{0};      // the last frame when the trace was shortened last
    /// A few of each rule, for the report.
    std::vector<located_violation> violations_;
    std::map<std::string_view, std::size_t> violations_kept_;  // by rule
    std::vector<conformance::rule_verdict> verdicts_;
};

}  // namespace chatos::dump
