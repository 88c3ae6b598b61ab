// An allocation that fails gets the reserve, on the thread that it serves.
#include "net/memory_reserve.hpp"

#include <gtest/gtest.h>

#include <new>
#include <thread>

namespace chatos::net {
namespace {

constexpr std::size_t reserve_bytes = std::size_t{2} << 20U;

// What operator new does when the allocator has nothing.
void fail_an_allocation() {
    std::get_new_handler()();
}

TEST(MemoryReserve, is_given_back_once_when_an_allocation_fails_and_taken_again) {
    memory_reserve reserve{reserve_bytes};
    const memory_reserve::service service{reserve};
    EXPECT_FALSE(reserve.is_short());
    for (int i = 0; i < 3; ++i) {
        EXPECT_NO_THROW(fail_an_allocation());
        EXPECT_TRUE(reserve.is_short());
        EXPECT_THROW(fail_an_allocation(), std::bad_alloc) << "there is no more to give";
        EXPECT_TRUE(reserve.refill());
        EXPECT_FALSE(reserve.is_short());
    }
}

TEST(MemoryReserve, serves_no_other_thread) {
    memory_reserve reserve{reserve_bytes};
    const memory_reserve::service service{reserve};
    std::jthread{[] { EXPECT_THROW(fail_an_allocation(), std::bad_alloc); }}.join();
    EXPECT_FALSE(reserve.is_short());
}

TEST(MemoryReserve, two_threads_have_one_each) {
    memory_reserve reserve{reserve_bytes};
    const memory_reserve::service service{reserve};
    std::jthread{[] {
        memory_reserve other{reserve_bytes};
        const memory_reserve::service service_of_other{other};
        EXPECT_NO_THROW(fail_an_allocation());
        EXPECT_TRUE(other.is_short());
    }}.join();
    EXPECT_FALSE(reserve.is_short());
}

TEST(MemoryReserve, that_is_gone_serves_nobody) {
    {
        memory_reserve reserve{reserve_bytes};
        const memory_reserve::service service{reserve};
    }
    EXPECT_THROW(fail_an_allocation(), std::bad_alloc);
}

}  // namespace
}  // namespace chatos::net
