// libFuzzer's door to the packet mutator. AFL++ and others that have no LLVMFuzzerMutate get a plain one of ours.
#include "mutator/packet_mutator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t size_max);

namespace {

/// Turns one bit, where the engine has no mutator of its own to lend.
std::size_t turn_a_bit(std::uint8_t* data, std::size_t size, std::size_t /*size_max*/) {
    static std::uint32_t state = 1;
    state = state * 1'664'525U + 1'013'904'223U;
    if (size != 0) {
        data[(state >> 11U) % size] ^= static_cast<std::uint8_t>(1U << (state >> 29U));
    }
    return size;
}

}  // namespace

// The name is libFuzzer's.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned int seed) {
    return chatos::fuzz::mutate_packets(std::as_writable_bytes(std::span{data, size_max}), size, seed,
                                        LLVMFuzzerMutate != nullptr ? LLVMFuzzerMutate : turn_a_bit);
}
