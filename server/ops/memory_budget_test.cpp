// The memory that the machine, a control group and RLIMIT_AS leave to a process, from the files in which the system
// says so.
#include "ops/memory_budget.hpp"
#include "ops/service_options.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace chatos::ops {
namespace {

std::uint64_t group_bytes(const std::map<std::string, std::string>& files) {
    return control_group_bytes([&files](const std::string& path) {
        const auto file = files.find(path);
        return file == files.end() ? std::nullopt : std::optional{file->second};
    });
}

TEST(MemoryBudget, a_control_group_of_version_2_is_bound_by_the_smallest_on_the_way_up) {
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "0::/system.slice/chatos-server.service\n"},
                           {"/sys/fs/cgroup/system.slice/chatos-server.service/memory.max", "max\n"},
                           {"/sys/fs/cgroup/system.slice/memory.max", "536870912\n"}}),
              536'870'912U);
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "0::/a/b\n"},
                           {"/sys/fs/cgroup/a/b/memory.max", "1000000\n"},
                           {"/sys/fs/cgroup/a/memory.max", "2000000\n"}}),
              1'000'000U);
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "0::/a\n"}, {"/sys/fs/cgroup/a/memory.max", "0\n"}}), 0U);
}

TEST(MemoryBudget, a_container_sees_its_group_as_the_root) {
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "1048576\n"}}), 1'048'576U);
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "0::/../other\n"}, {"/sys/fs/cgroup/memory.max", "1048576\n"}}),
              1'048'576U);
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "4:memory:/docker/0123\n"},
                           {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "1048576\n"}}),
              1'048'576U);
}

TEST(MemoryBudget, a_control_group_of_version_1_is_found_among_other_controllers) {
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "9:cpu,cpuacct:/x\n4:memory:/a/b\n0::/\n"},
                           {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
                           {"/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2097152\n"},
                           {"/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n"}}),
              2'097'152U);
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "4:cpuset,memory:/a\n"},
                           {"/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2097152\n"}}),
              2'097'152U);
}

TEST(MemoryBudget, both_versions_beside_each_other_count) {
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "4:memory:/a\n0::/b\n"},
                           {"/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "3000000\n"},
                           {"/sys/fs/cgroup/unified/b/memory.max", "2000000\n"}}),
              2'000'000U);
}

TEST(MemoryBudget, what_cannot_be_read_is_no_limit) {
    for (const char* groups : {"", "nonsense\n", "0:\n", ":::::\n", "0::/a\n4:memory:/b\n", "0::\n", "4:memory:b\n"}) {
        EXPECT_EQ(group_bytes({{"/proc/self/cgroup", groups}}), unlimited_bytes) << groups;
    }
    EXPECT_EQ(group_bytes({}), unlimited_bytes);
    EXPECT_EQ(group_bytes({{"/proc/self/cgroup", "0::/a\n"}, {"/sys/fs/cgroup/a/memory.max", "nonsense\n"}}),
              unlimited_bytes);
}

TEST(MemoryBudget, an_address_space_is_what_is_not_in_use_yet) {
    const auto statm = [](const std::string& path) {
        return path == "/proc/self/statm" ? std::optional<std::string>{"100 50 20 10 0 30 0\n"} : std::nullopt;
    };
    EXPECT_EQ(address_space_bytes(1'000'000, 4'096, statm), 590'400U);
    EXPECT_EQ(address_space_bytes(1'000, 4'096, statm), 0U);
    EXPECT_EQ(address_space_bytes(unlimited_bytes, 4'096, statm), unlimited_bytes);
    EXPECT_EQ(address_space_bytes(1'000, 4'096, [](const std::string&) { return std::nullopt; }), 1'000U);
}

TEST(MemoryBudget, is_the_smallest_and_says_whose_it_is) {
    memory_budget budget{.machine = 30};
    EXPECT_EQ(budget.bytes(), 30U);
    EXPECT_EQ(budget.bound_by(), "machine");
    budget.control_group = 20;
    EXPECT_EQ(budget.bytes(), 20U);
    EXPECT_EQ(budget.bound_by(), "control_group");
    budget.address_space = 10;
    EXPECT_EQ(budget.bytes(), 10U);
    EXPECT_EQ(budget.bound_by(), "address_space");
    EXPECT_GT(find_memory_budget().bytes(), 0U);
}

TEST(MemoryBudget, of_a_control_group_is_refused_beyond_a_part_of_it_that_leaves_room_for_sockets) {
    EXPECT_EQ(data_bytes_max({.machine = 8'000, .control_group = 800}, 100), 700U);
    EXPECT_EQ(data_bytes_max({.machine = 8'000, .control_group = 800}, 500), unlimited_bytes) << "too little is left";
    EXPECT_EQ(data_bytes_max({.machine = 8'000}, 100), unlimited_bytes);
    EXPECT_EQ(data_bytes_max({.machine = 8'000, .control_group = 8'000}, 100), unlimited_bytes);
    EXPECT_EQ(data_bytes_max({}, 100), unlimited_bytes);
}

TEST(MemoryBudget, however_small_gives_defaults_that_are_valid) {
    for (const std::uint64_t bytes :
         {std::uint64_t{0}, std::uint64_t{1'000'000}, std::uint64_t{100'000'000}, unlimited_bytes}) {
        const service_options options = defaults_for(bytes);
        EXPECT_EQ(find_fault(options, unlimited_bytes), "") << bytes;
    }
    EXPECT_EQ(defaults_for(100'000'000).core.total_output_bytes_max, 25'000'000U);
    EXPECT_EQ(defaults_for(100'000'000).core.total_input_bytes_max, 6'250'000U);
}

}  // namespace
}  // namespace chatos::ops
