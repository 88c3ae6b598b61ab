// Ports for servers that the suite starts.
#include "runner/implementation.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace chatos::conformance {
namespace {

TEST(ReservedPort, no_two_have_the_same) {
    std::vector<reserved_port> ports(200);
    std::set<std::uint16_t> numbers;
    for (reserved_port& one : ports) {
        const std::uint16_t number = one.renew();
        EXPECT_NE(number, 0);
        EXPECT_TRUE(numbers.insert(number).second) << number;
    }
}

TEST(ReservedPort, is_kept_from_other_processes_too) {
    std::vector<reserved_port> ours(100);
    std::set<std::uint16_t> numbers;
    for (reserved_port& one : ours) {
        numbers.insert(one.renew());
    }
    const pid_t other = ::fork();
    ASSERT_GE(other, 0);
    if (other == 0) {
        std::vector<reserved_port> theirs(100);
        for (reserved_port& one : theirs) {
            if (const std::uint16_t number = one.renew(); number == 0 || numbers.contains(number)) {
                ::_exit(1);
            }
        }
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(other, &status, 0), other);
    EXPECT_EQ(status, 0);
}

TEST(ReservedPort, can_be_had_again_once_it_is_released) {
    reserved_port one;
    for (int count = 0; count < 300; ++count) {
        EXPECT_NE(one.renew(), 0);
    }
}

}  // namespace
}  // namespace chatos::conformance
