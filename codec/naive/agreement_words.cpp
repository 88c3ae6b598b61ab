// What comparisons print.
#include "agreement.hpp"
#include "sampled.hpp"

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>

namespace chatos::testing {

void expect_agreement(const agreement& compared, std::uint64_t cases_min, const char* space) {
    std::printf("[    cases ] %" PRIu64 ": %s\n", compared.cases(), space);
    EXPECT_EQ(compared.disagreement(), "");
    // A sample is a good deal smaller, and how much depends on the kernels that the CPU has; it must not be nothing.
    EXPECT_GE(compared.cases(), is_sampled ? cases_min / 10 : cases_min);
}

}  // namespace chatos::testing
