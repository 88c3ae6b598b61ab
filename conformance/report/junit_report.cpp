#include "report/junit_report.hpp"

#include "report/explanation.hpp"
#include "report/markup.hpp"

#include <cstdio>
#include <map>
#include <sstream>
#include <vector>

namespace chatos::conformance {
namespace {

std::string seconds_text(std::chrono::nanoseconds time) {
    char text[32];
    (void)std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(time).count());
    return text;
}

std::string attribute(std::string_view name, std::string_view value) {
    return ' ' + std::string{name} + "=\"" + markup_text(value) + '"';
}

/// Numbers of one suite or of all of them.
struct tally {
    std::size_t tests{0};
    std::size_t failures{0};
    std::size_t errors{0};
    std::size_t skipped{0};
    std::chrono::nanoseconds time{0};

    void add(const scenario_report& one) {
        ++tests;
        failures += one.judged == verdict::fail || one.judged == verdict::stale ? 1 : 0;
        errors += one.judged == verdict::not_testable ? 1 : 0;
        skipped += one.judged == verdict::unsupported || one.judged == verdict::known_failure ? 1 : 0;
        time += one.seen.duration;
    }
    [[nodiscard]] std::string text() const {
        return attribute("tests", std::to_string(tests)) + attribute("failures", std::to_string(failures)) +
               attribute("errors", std::to_string(errors));
    }
};

class junit_report {
public:
    junit_report(std::ostream& out, const suite_report& report, const run_facts& facts)
        : out_{out}, report_{report}, facts_{facts} {}

    void write() {
        std::map<std::string, std::vector<const scenario_report*>> areas;
        tally all;
        for (const scenario_report& one : report_.scenarios) {
            areas[area_name(*one.what)].push_back(&one);
            all.add(one);
        }
        out_ << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" << attribute("name", "ChatOS conformance")
             << all.text() << attribute("time", seconds_text(facts_.duration)) << ">\n";
        for (const auto& [area, scenarios] : areas) {
            write_suite(area, scenarios);
        }
        out_ << "</testsuites>\n";
    }

private:
    void write_suite(const std::string& area, const std::vector<const scenario_report*>& scenarios) {
        tally counts;
        for (const scenario_report* one : scenarios) {
            counts.add(*one);
        }
        out_ << "  <testsuite" << attribute("name", "chatos." + area) << counts.text()
             << attribute("skipped", std::to_string(counts.skipped)) << attribute("time", seconds_text(counts.time))
             << attribute("timestamp", utc_text(facts_.started).substr(0, 19)) << attribute("hostname", "localhost")
             << ">\n    <properties>\n      <property name=\"implementation\""
             << attribute("value", report_.implementation_name) << "/>\n";
        for (const auto& [rule_id, seen] : report_.choices) {
            out_ << "      <property" << attribute("name", "choice." + rule_id) << attribute("value", seen) << "/>\n";
        }
        out_ << "    </properties>\n";
        for (const scenario_report* one : scenarios) {
            write_case(*one, area);
        }
        out_ << "  </testsuite>\n";
    }

    void write_case(const scenario_report& one, const std::string& area) {
        out_ << "    <testcase" << attribute("name", one.what->id) << attribute("classname", "chatos." + area)
             << attribute("time", seconds_text(one.seen.duration));
        if (one.judged == verdict::pass) {
            out_ << "/>\n";
            return;
        }
        out_ << ">\n";
        switch (one.judged) {
        case verdict::unsupported:
        case verdict::known_failure: out_ << "      <skipped" << attribute("message", one.why) << "/>\n"; break;
        case verdict::not_testable: write_problem("error", one); break;
        case verdict::warn: out_ << "      <system-out>" << explained(one) << "</system-out>\n"; break;
        case verdict::pass:
        case verdict::fail:
        case verdict::stale: write_problem("failure", one); break;
        }
        out_ << "    </testcase>\n";
    }

    void write_problem(std::string_view element, const scenario_report& one) {
        const std::string type = one.failed_rules.empty() ? std::string{verdict_name(one.judged)} : one.failed_rules[0];
        out_ << "      <" << element << attribute("message", one.why) << attribute("type", type) << '>'
             << explained(one) << "</" << element << ">\n";
    }

    [[nodiscard]] std::string explained(const scenario_report& one) const {
        std::ostringstream text;
        write_explanation(text, one, facts_, painter{false});
        return markup_text(text.str());
    }

    std::ostream& out_;
    const suite_report& report_;
    const run_facts& facts_;
};

}  // namespace

void write_junit_report(std::ostream& out, const suite_report& report, const run_facts& facts) {
    junit_report{out, report, facts}.write();
}

}  // namespace chatos::conformance
