#include "scenario/memory_meter.hpp"

#include <cstddef>

// Weak: there is none without a sanitizer. The name is the sanitizers' own.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" __attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*,
                                                                                                 std::size_t),
                                                                               void (*on_free)(const volatile void*));

namespace chatos::fuzz {

namespace {

std::uint64_t byte_count = 0;

void count_bytes(const volatile void* /*memory*/, std::size_t bytes) {
    byte_count += bytes;
}
void ignore_release(const volatile void* /*memory*/) {}

// 1 when the hooks are there; a sanitizer has room for few of them.
const int installed = __sanitizer_install_malloc_and_free_hooks == nullptr
                          ? 0
                          : __sanitizer_install_malloc_and_free_hooks(count_bytes, ignore_release);

}  // namespace

std::uint64_t bytes_allocated() noexcept {
    return installed == 0 ? 0 : byte_count;
}

}  // namespace chatos::fuzz
