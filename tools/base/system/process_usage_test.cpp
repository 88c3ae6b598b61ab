// CPU time and memory, of the one process that is sure to be there: this one.
#include "base/system/process_usage.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <vector>

namespace chatos::base {
namespace {

// No process has it: Linux gives no number above this one.
constexpr ::pid_t nobody = (1 << 22) + 1;

TEST(process_usage, cpu_time_grows_with_work) {
    const auto before = cpu_time_ns(::getpid());
    ASSERT_TRUE(before);
    // Until the clock has moved: it need not count single steps.
    volatile std::uint64_t sum = 0;
    while (cpu_time_ns(::getpid()) == before) {
        for (std::uint64_t i = 0; i < 1'000; ++i) {
            sum = sum + i;
        }
    }
    EXPECT_GT(cpu_time_ns(::getpid()), before);
    EXPECT_GE(own_cpu_time_ns(), *before);
}

TEST(process_usage, resident_memory_counts_what_was_touched) {
    constexpr std::size_t size = 32U << 20U;
    const auto before = resident_bytes(::getpid());
    ASSERT_TRUE(before);
    const std::vector<char> memory(size, 'x');
    const auto after = resident_bytes(::getpid());
    ASSERT_TRUE(after);
    EXPECT_GT(*after, *before + size / 2) << memory.front();
}

TEST(process_usage, nothing_is_known_of_no_process) {
    EXPECT_FALSE(cpu_time_ns(nobody));
    EXPECT_FALSE(resident_bytes(nobody));
}

}  // namespace
}  // namespace chatos::base
