#include "properties/allocation_watch.hpp"

#include <cstddef>

// Weak: there is none without a sanitizer. The name is the sanitizers' own.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" __attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*,
                                                                                                 std::size_t),
                                                                               void (*on_free)(const volatile void*));

namespace chatos::fuzz {
namespace {

// Of this thread alone: the hook sees all threads, and the engine's own, which watches the memory, allocates when it
// likes.
thread_local constinit std::uint64_t allocation_count = 0;

void count_allocation(const volatile void* /*memory*/, std::size_t /*bytes*/) {
    ++allocation_count;
}
void ignore_release(const volatile void* /*memory*/) {}

bool install() noexcept {
    return __sanitizer_install_malloc_and_free_hooks != nullptr &&
           __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_release) > 0;
}

const bool installed = install();

}  // namespace

std::uint64_t allocations() noexcept {
    return allocation_count;
}

bool counts_allocations() noexcept {
    return installed;
}

}  // namespace chatos::fuzz
