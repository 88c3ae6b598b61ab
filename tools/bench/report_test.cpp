// The same figures for people and for programs.
#include "bench/report.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace chatos::bench {
namespace {

TEST(report, is_a_table_for_people_and_an_object_for_programs) {
    report out;
    out.add_text("target", "", "host:1");
    out.add("messages", "messages", figure_kind::count, std::uint64_t{1'234'567});
    out.add("messages_per_second", "rate", figure_kind::per_second, 2'500.75);
    out.add("latency_p50_ns", "latency p50", figure_kind::nanoseconds, std::uint64_t{12'345});
    out.add("server_cpu_per_delivery_us", "server CPU per delivery", figure_kind::microseconds, 0.25);
    out.add("client_cpu_share", "client CPU", figure_kind::share, 0.456);
    out.add("server_resident_bytes", "server memory", figure_kind::byte_count, std::uint64_t{3U << 20U});
    EXPECT_EQ(out.as_table(), "  messages                 1,234,567\n"
                              "  rate                     2,501 /s\n"
                              "  latency p50              12.3 us\n"
                              "  server CPU per delivery  0.250 us\n"
                              "  client CPU               46 %\n"
                              "  server memory            3.00 MiB\n");
    EXPECT_EQ(out.as_json(), "{\"target\": \"host:1\", \"messages\": 1234567, \"messages_per_second\": 2500.7500, "
                             "\"latency_p50_ns\": 12345, \"server_cpu_per_delivery_us\": 0.2500, "
                             "\"client_cpu_share\": 0.4560, \"server_resident_bytes\": 3145728}\n");
}

TEST(report, texts_are_safe_in_json) {
    report out;
    out.add_text("fault", "", "\"a\\b\"\n\x1b");
    EXPECT_EQ(nlohmann::json::parse(out.as_json()).at("fault"), "\"a\\b\"\n\x1b");
}

TEST(report, without_figures_is_empty) {
    EXPECT_EQ(report{}.as_table(), "");
    EXPECT_EQ(report{}.as_json(), "{}\n");
}

TEST(report, times_have_a_unit_that_fits) {
    EXPECT_EQ(readable_time(0), "0 ns");
    EXPECT_EQ(readable_time(999), "999 ns");
    EXPECT_EQ(readable_time(1'000), "1.00 us");
    EXPECT_EQ(readable_time(123'456), "123 us");
    EXPECT_EQ(readable_time(4'560'000), "4.56 ms");
    EXPECT_EQ(readable_time(78'900'000'000), "78.9 s");
}

TEST(report, sizes_have_a_unit_that_fits) {
    report out;
    out.add("a", "a", figure_kind::byte_count, 700.4);
    out.add("b", "b", figure_kind::byte_count, std::uint64_t{9'999});
    out.add("c", "c", figure_kind::byte_count, std::uint64_t{20'480});
    EXPECT_EQ(out.as_table(), "  a  700 bytes\n  b  9,999 bytes\n  c  20.0 KiB\n");
}

}  // namespace
}  // namespace chatos::bench
