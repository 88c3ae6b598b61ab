#include "judge/judge_part.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::size_t violations_max = 10'000;  // of one rule

}  // namespace

std::string_view judge_verdict_name(judge_verdict verdict) noexcept {
    switch (verdict) {
    case judge_verdict::pass: return "pass";
    case judge_verdict::fail: return "fail";
    case judge_verdict::inconclusive: return "unknowable";
    }
    return "";
}

void rule_tallies::inconclusive(std::string_view rule, std::uint32_t stream, std::string_view reason) {
    tally& sum = tallies_[rule];
    if (sum.inconclusive++ == 0) {
        sum.reason = "stream " + std::to_string(stream) + ": " + std::string{reason};
    }
}

void rule_tallies::failed(violation violation) {
    if (++tallies_[violation.rule].failed <= violations_max) {
        violations_.push_back(std::move(violation));
    }
}

std::vector<violation> rule_tallies::take_violations() {
    std::stable_sort(violations_.begin(), violations_.end(),
                     [](const violation& left, const violation& right) { return left.frame < right.frame; });
    return std::exchange(violations_, {});
}

std::vector<rule_verdict> rule_tallies::verdicts() const {
    std::vector<rule_verdict> verdicts;
    for (const rule& rule : all_rules()) {
        if (rule.level == rule_level::choice) {
            continue;
        }
        const auto position = tallies_.find(rule.id);
        const tally sum = position == tallies_.end() ? tally{} : position->second;
        rule_verdict verdict{.rule = rule.id,
                             .passed = sum.passed,
                             .violations = sum.failed,
                             .inconclusive = sum.inconclusive,
                             .reason = sum.reason};
        if (sum.failed != 0) {
            verdict.verdict = judge_verdict::fail;
            verdict.reason.clear();
        } else if (sum.inconclusive == 0 && sum.passed != 0) {
            verdict.verdict = judge_verdict::pass;
        } else if (sum.inconclusive == 0) {
            verdict.reason = "nothing in the capture concerns this rule";
        }
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

}  // namespace chatos::conformance
