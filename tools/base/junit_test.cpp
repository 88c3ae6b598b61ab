#include "base/junit.hpp"

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

using namespace std::chrono_literals;

TEST(junit, a_report_without_times_has_counts_and_cases) {
    const junit_report report{
        .name = "all",
        .suites = {
            {.name = "suite",
             .cases = {{.name = "a", .class_name = "s"},
                       {.name = "b", .class_name = "s", .outcome = junit_outcome::skipped, .message = "not <seen>"},
                       {.name = "c",
                        .class_name = "s",
                        .outcome = junit_outcome::failed,
                        .message = "1 violation",
                        .type = "PM-4",
                        .text = "one\ntwo\n"}}}}};
    EXPECT_EQ(junit_xml(report), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="3" failures="1" errors="0">
  <testsuite name="suite" tests="3" failures="1" errors="0" skipped="1">
    <testcase name="a" classname="s"/>
    <testcase name="b" classname="s">
      <skipped message="not &lt;seen&gt;"/>
    </testcase>
    <testcase name="c" classname="s">
      <failure message="1 violation" type="PM-4">one
two
</failure>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST(junit, times_properties_outputs_and_errors_are_written_where_they_are_known) {
    const junit_report report{.name = "all",
                              .suites = {{.name = "suite",
                                          .cases = {{.name = "a",
                                                     .class_name = "s",
                                                     .outcome = junit_outcome::noted,
                                                     .text = "out",
                                                     .time = 1'500us},
                                                    {.name = "b",
                                                     .class_name = "s",
                                                     .outcome = junit_outcome::error,
                                                     .message = "m",
                                                     .type = "t",
                                                     .time = 0s}},
                                          .properties = {{"implementation", "x"}},
                                          .timestamp = "2026-11-30T12:00:00",
                                          .time = 1'500us}},
                              .time = 2s};
    EXPECT_EQ(junit_xml(report), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="2" failures="0" errors="1" time="2.000">
  <testsuite name="suite" tests="2" failures="0" errors="1" skipped="0" time="0.002" timestamp="2026-11-30T12:00:00" hostname="localhost">
    <properties>
      <property name="implementation" value="x"/>
    </properties>
    <testcase name="a" classname="s" time="0.002">
      <system-out>out</system-out>
    </testcase>
    <testcase name="b" classname="s" time="0.000">
      <error message="m" type="t"></error>
    </testcase>
  </testsuite>
</testsuites>
)");
}

}  // namespace
}  // namespace chatos::base
