// Which kernels this CPU can run, found out once.
#include "kernel.hpp"

#include <array>

namespace chatos::detail {
namespace {

struct kernel_list {
    std::array<kernel, 3> kernels{};
    std::size_t count{0};

    kernel_list() noexcept {
        kernels[count++] = portable_kernel();
#if defined(__x86_64__)
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0) {
            kernels[count++] = avx2_kernel();
            if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                __builtin_cpu_supports("avx512vl") != 0) {
                kernels[count++] = avx512_kernel();
            }
        }
#endif
    }
};

const kernel_list& list() noexcept {
    static const kernel_list kernels;
    return kernels;
}

}  // namespace

std::span<const kernel> usable_kernels() noexcept {
    return std::span{list().kernels}.first(list().count);
}

const kernel& best_kernel() noexcept {
    return usable_kernels().back();
}

}  // namespace chatos::detail
