// For tests: a run whose results are made up.
#pragma once

#include "causes/causes.hpp"
#include "testing/scenario_text.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace chatos::conformance::testing {

class made_up_run {
public:
    scenario_report& add(const std::string& id, verdict verdict, const std::string& rule = "") {
        scenarios_.push_back(make_scenario(R"([{"actor": "alice", "login": true}])", "\"id\": \"" + id + "\","));
        scenario_report& result = reports_.emplace_back();
        result.scenario = &scenarios_.back();
        result.verdict = verdict;
        result.ran = true;
        result.why = "why of " + id;
        result.hint = "hint of " + id;
        if (!rule.empty()) {
            result.failed_rules = {rule};
        }
        return result;
    }

    void add_failures(std::size_t count, const std::string& broken_rule) {
        for (std::size_t index = 0; index < count; ++index) {
            scenario_report& result = add("server.pm.f" + std::to_string(reports_.size()), verdict::fail, "PM-4");
            result.observed.broken_rule = broken_rule;
            result.observed.expected = "this";
            result.observed.actual = "that";
        }
    }

    /// "PM-4 x2 server.pm.f0", in their order.
    std::vector<std::string> causes() {
        std::vector<std::string> lines;
        for (const cause& cause : groups()) {
            lines.push_back(cause.rule + " x" + std::to_string(cause.effects.size()) + ' ' + cause.begin_with().id);
        }
        return lines;
    }

    [[nodiscard]] std::size_t size() const { return reports_.size(); }
    suite_report& report() {
        report_.scenarios = reports_;
        return report_;
    }
    std::vector<cause> groups() { return causes_of(report()); }

private:
    std::deque<scenario> scenarios_;
    std::vector<scenario_report> reports_;
    suite_report report_;
};

}  // namespace chatos::conformance::testing
