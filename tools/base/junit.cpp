#include "base/junit.hpp"

#include "base/xml_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

namespace chatos::base {
namespace {

std::string time_attribute(const std::optional<std::chrono::nanoseconds>& time) {
    if (!time) {
        return {};
    }
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%.3f", std::chrono::duration<double>(*time).count());
    return xml_attribute("time", text.data());
}

std::size_t count(std::span<const junit_suite> suites, auto counts) {
    std::size_t number = 0;
    for (const junit_suite& suite : suites) {
        number += static_cast<std::size_t>(std::ranges::count_if(suite.cases, counts));
    }
    return number;
}

std::size_t count(std::span<const junit_suite> suites, junit_outcome outcome) {
    return count(suites, [outcome](const junit_case& test) { return test.outcome == outcome; });
}

std::string counts_of(std::span<const junit_suite> suites) {
    return xml_attribute("tests", std::to_string(count(suites, [](const junit_case&) { return true; }))) +
           xml_attribute("failures", std::to_string(count(suites, junit_outcome::failed))) +
           xml_attribute("errors", std::to_string(count(suites, junit_outcome::error)));
}

std::string xml_of(const junit_case& test) {
    const std::string start = "    <testcase" + xml_attribute("name", test.name) +
                              xml_attribute("classname", test.class_name) + time_attribute(test.time);
    const auto problem = [&test](const std::string& element) {
        return "<" + element + xml_attribute("message", test.message) + xml_attribute("type", test.type) + '>' +
               xml_text(test.text) + "</" + element + ">";
    };
    std::string content;
    switch (test.outcome) {
    case junit_outcome::passed: return start + "/>\n";
    case junit_outcome::noted: content = "<system-out>" + xml_text(test.text) + "</system-out>"; break;
    case junit_outcome::skipped: content = "<skipped" + xml_attribute("message", test.message) + "/>"; break;
    case junit_outcome::failed: content = problem("failure"); break;
    case junit_outcome::error: content = problem("error"); break;
    }
    return start + ">\n      " + content + "\n    </testcase>\n";
}

std::string xml_of(const junit_suite& suite) {
    std::string xml = "  <testsuite" + xml_attribute("name", suite.name) + counts_of({&suite, 1}) +
                      xml_attribute("skipped", std::to_string(count({&suite, 1}, junit_outcome::skipped))) +
                      time_attribute(suite.time);
    if (!suite.timestamp.empty()) {
        xml += xml_attribute("timestamp", suite.timestamp) + xml_attribute("hostname", "localhost");
    }
    xml += ">\n";
    if (!suite.properties.empty()) {
        xml += "    <properties>\n";
        for (const auto& [name, value] : suite.properties) {
            xml += "      <property" + xml_attribute("name", name) + xml_attribute("value", value) + "/>\n";
        }
        xml += "    </properties>\n";
    }
    for (const junit_case& test : suite.cases) {
        xml += xml_of(test);
    }
    return xml + "  </testsuite>\n";
}

}  // namespace

std::string junit_xml(const junit_report& report) {
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + xml_attribute("name", report.name) +
                      counts_of(report.suites) + time_attribute(report.time) + ">\n";
    for (const junit_suite& suite : report.suites) {
        xml += xml_of(suite);
    }
    return xml + "</testsuites>\n";
}

}  // namespace chatos::base
