// --print-limits: the table of limits, what cannot be chosen, and the worst case of memory.
#include "ops/limit_table.hpp"
#include "ops/limits_report.hpp"

#include <gtest/gtest.h>

#include <set>

namespace chatos::ops {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(LimitTable, each_flag_reads_and_writes_a_place_of_its_own) {
    service_options options;
    std::set<std::string_view> flags;
    std::uint64_t value = 1'000'000;
    for (const limit& limit : limits()) {
        EXPECT_TRUE(flags.insert(limit.flag).second) << limit.flag;
        EXPECT_TRUE(limit.flag.starts_with("--"));
        EXPECT_EQ(limit.counts_in == unit::milliseconds, limit.flag.ends_with("-ms")) << limit.flag;
        EXPECT_FALSE(limit.meaning.empty());
        EXPECT_GE(limit.most, UINT32_MAX);
        limit.set(options, ++value);
    }
    value = 1'000'000;
    for (const limit& limit : limits()) {
        EXPECT_EQ(limit.get(options), ++value) << limit.flag << " shares its place with another";
    }
    EXPECT_EQ(options.core.users_max, 1'000'001U);
}

TEST(ServiceOptions, a_limit_that_cannot_be_is_named_with_what_was_expected) {
    EXPECT_EQ(find_fault({}, 64 * gibibyte), "");
    service_options options;
    options.core.users_max = 0;
    EXPECT_EQ(find_fault(options, gibibyte * 64),
              "--capacity: invalid capacity 0: expected an integer from 1 to 1000000");
    options = {};
    options.core.packet_limits.message_bytes_max = 32U << 20U;
    EXPECT_TRUE(
        contains(find_fault(options, gibibyte * 64), "invalid output bytes 4194304: expected an integer from 3355"))
        << "a message must fit through the output: " << find_fault(options, gibibyte * 64);
    EXPECT_EQ(find_fault(options, 16U << 20U),
              "--message-bytes-max: invalid value 33554432: expected at most 16777216, the memory of this machine");
    options = {};
    options.log_queue_bytes_max = 10;
    EXPECT_TRUE(contains(find_fault(options, gibibyte * 64), "expected 4096 or more"));
}

TEST(ServiceOptions, a_worst_case_over_the_chosen_memory_is_refused) {
    service_options options;
    options.memory_max = gibibyte;
    const std::string fault = find_fault(options, 64 * gibibyte);
    EXPECT_TRUE(contains(fault, "--memory-max is 1073741824; lower a limit")) << fault;
    EXPECT_TRUE(contains(fault, std::to_string(memory_ceiling_bytes(options))));
    options.memory_max = memory_ceiling_bytes(options);
    EXPECT_EQ(find_fault(options, 64 * gibibyte), "");
}

TEST(ServiceOptions, the_defaults_can_be_on_a_small_machine) {
    for (const std::uint64_t machine : {gibibyte / 4, gibibyte, 8 * gibibyte}) {
        const service_options options = defaults_for(machine);
        EXPECT_EQ(find_fault(options, machine), "") << machine;
    }
    EXPECT_EQ(defaults_for(gibibyte).core.total_output_bytes_max, gibibyte / 4);
    EXPECT_EQ(defaults_for(64 * gibibyte).core.total_output_bytes_max, core::options{}.total_output_bytes_max);
}

TEST(LimitsReport, the_parts_are_the_sum_and_hold_more_than_the_core) {
    const service_options options;
    std::uint64_t core_alone = 0;
    for (const core::memory_item& item : core::memory_ceiling(options.core)) {
        core_alone += item.bytes();
    }
    EXPECT_GT(memory_ceiling_bytes(options), core_alone);
    service_options more = options;
    more.log_queue_bytes_max *= 2;
    EXPECT_GT(memory_ceiling_bytes(more), memory_ceiling_bytes(options));
}

TEST(LimitsReport, text_and_json_name_every_limit_and_every_term) {
    service_options options;
    options.core.users_max = 4'711;
    const std::string text = limits_text(options);
    const std::string json = limits_json(options);
    for (const limit& limit : limits()) {
        EXPECT_TRUE(contains(text, std::string{"  "} + std::string{limit.flag} + " ")) << limit.flag;
        EXPECT_TRUE(contains(json, "{\"flag\": \"" + std::string{limit.flag} +
                                       "\", \"value\": " + std::to_string(limit.get(options)) + ","))
            << limit.flag;
    }
    for (const core::memory_item& item : memory_ceiling(options)) {
        EXPECT_TRUE(contains(text, std::string{item.name})) << item.name;
        EXPECT_TRUE(contains(json, "\"bytes\": " + std::to_string(item.bytes()) + "}")) << item.name;
    }
    EXPECT_TRUE(contains(text, "4711 "));
    EXPECT_TRUE(contains(text, "at most " + std::to_string(memory_ceiling_bytes(options)) + " bytes in all, "));
    EXPECT_TRUE(contains(json, "\"memory_bytes_max\": " + std::to_string(memory_ceiling_bytes(options)) + "}\n"));
}

}  // namespace
}  // namespace chatos::ops
