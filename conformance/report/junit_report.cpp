#include "report/junit_report.hpp"

#include "base/junit.hpp"
#include "report/explanation.hpp"

#include <map>
#include <sstream>

namespace chatos::conformance {
namespace {

base::junit_outcome outcome_of(verdict judged, bool fails) {
    if (fails && judged == verdict::unsupported) {
        return base::junit_outcome::failed;
    }
    switch (judged) {
    case verdict::pass: return base::junit_outcome::passed;
    case verdict::warn: return base::junit_outcome::noted;
    case verdict::unsupported:
    case verdict::known_failure: return base::junit_outcome::skipped;
    case verdict::not_testable: return base::junit_outcome::error;
    case verdict::fail:
    case verdict::stale: break;
    }
    return base::junit_outcome::failed;
}

base::junit_case case_of(const scenario_report& scenario, bool fails, const std::string& suite_name,
                         const run_facts& facts) {
    base::junit_case test{.name = scenario.scenario->id,
                          .class_name = suite_name,
                          .outcome = outcome_of(scenario.verdict, fails),
                          .time = scenario.outcome.duration};
    if (test.outcome == base::junit_outcome::passed) {
        return test;
    }
    test.message = scenario.why;
    test.type = scenario.failed_rules.empty() ? std::string{verdict_name(scenario.verdict)} : scenario.failed_rules[0];
    if (test.outcome != base::junit_outcome::skipped) {
        std::ostringstream text;
        write_explanation(text, scenario, facts, base::no_colors);
        test.text = text.str();
    }
    return test;
}

}  // namespace

void write_junit_report(std::ostream& out, const suite_report& report, const run_facts& facts) {
    std::map<std::string, std::vector<const scenario_report*>> areas;
    for (const scenario_report& scenario : report.scenarios) {
        areas[area_name(*scenario.scenario)].push_back(&scenario);
    }
    std::map<std::string, std::vector<const skipped_scenario*>> skipped;
    for (const skipped_scenario& each : report.skipped) {
        const std::string area = area_name(*each.scenario);
        areas.try_emplace(area);
        skipped[area].push_back(&each);
    }
    base::junit_report junit{.name = "ChatOS conformance", .time = facts.duration};
    for (const auto& [area, scenarios] : areas) {
        base::junit_suite& suite = junit.suites.emplace_back();
        suite.name = "chatos." + area;
        suite.timestamp = utc_text(facts.started).substr(0, 19);
        suite.properties.emplace_back("implementation", report.implementation_name);
        suite.properties.emplace_back("suite_version", facts.suite_version);
        for (const auto& [rule_id, choice] : report.choices) {
            suite.properties.emplace_back("choice." + rule_id, choice);
        }
        std::chrono::nanoseconds time{0};
        for (const scenario_report* scenario : scenarios) {
            suite.cases.push_back(case_of(*scenario, report.fails(*scenario), suite.name, facts));
            time += scenario->outcome.duration;
        }
        for (const skipped_scenario* each : skipped[area]) {
            suite.cases.push_back({.name = each->scenario->id,
                                   .class_name = suite.name,
                                   .outcome = base::junit_outcome::skipped,
                                   .message = each->reason});
        }
        suite.time = time;
    }
    out << base::junit_xml(junit);
}

}  // namespace chatos::conformance
