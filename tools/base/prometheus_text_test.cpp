#include "base/prometheus_text.hpp"

#include <gtest/gtest.h>

namespace chatos::base {
namespace {

TEST(prometheus_text, a_metric_has_its_help_its_type_and_a_sample_for_each_set_of_labels) {
    prometheus_page page;
    page.counter("frames_total", "Frames.", 12);
    page.gauge("open", "Open streams.", 0);
    page.head("verdicts_total", "counter", "Verdicts.");
    page.sample("verdicts_total", {{"rule", "PM-4"}, {"verdict", "fail"}}, 1);
    page.sample("last_seconds", {}, prometheus_page::seconds(1'250'000'000));
    EXPECT_EQ(page.take(), "# HELP frames_total Frames.\n# TYPE frames_total counter\nframes_total 12\n"
                           "# HELP open Open streams.\n# TYPE open gauge\nopen 0\n"
                           "# HELP verdicts_total Verdicts.\n# TYPE verdicts_total counter\n"
                           "verdicts_total{rule=\"PM-4\",verdict=\"fail\"} 1\n"
                           "last_seconds 1.25\n");
    EXPECT_EQ(page.take(), "");
}

TEST(prometheus_text, seconds_keep_one_digit_after_the_point) {
    EXPECT_EQ(prometheus_page::seconds(0), "0.0");
    EXPECT_EQ(prometheus_page::seconds(3'000'000'001), "3.000000001");
}

}  // namespace
}  // namespace chatos::base
