// AVX2: 32 bytes a step. It has no masked loads of bytes, so what lies outside a text is cleared after loading, and
// near the end of the buffer a text is copied first: no byte outside the buffer is read.
#include "kernel.hpp"

#if defined(__x86_64__)

#include "utf8_tables.hpp"

#include <chatos/layout.hpp>

#include <bit>
#include <cstring>
#include <immintrin.h>

namespace chatos::detail {
namespace {

#define CHATOS_TARGET __attribute__((target("avx2,bmi2")))

constexpr std::size_t block_bytes = 32;

/// 32 bytes of zeros, 32 of ones, 32 of zeros: read at 32 + 32 - n it is a mask of the first n bytes.
struct mask_source {
    alignas(32) std::uint8_t bytes[96];
};
constexpr mask_source make_mask_source() noexcept {
    mask_source source{};
    for (std::size_t index = 32; index < 64; ++index) {
        source.bytes[index] = 0xFF;
    }
    return source;
}
constexpr mask_source masks = make_mask_source();

/// Ones in bytes `first` up to, but without, `first + size`; both at most 32.
CHATOS_TARGET inline __m256i bytes_between(std::size_t first, std::size_t size) noexcept {
    const auto from = [](std::size_t at) { return reinterpret_cast<const __m256i*>(&masks.bytes[at]); };
    // Ones from `first` on, and ones before first + size.
    return _mm256_and_si256(_mm256_loadu_si256(from(32 - first)), _mm256_loadu_si256(from(64 - first - size)));
}

CHATOS_TARGET inline __m256i load(const char* at) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

CHATOS_TARGET inline __m256i table(const std::array<std::uint8_t, 16>& values) noexcept {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values.data())));
}

CHATOS_TARGET inline __m256i high_nibbles(__m256i bytes) noexcept {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

/// The bytes `places` (1 to 3) before those of `block`, `earlier` being the 32 bytes before it.
template <int places>
CHATOS_TARGET inline __m256i shifted(__m256i block, __m256i earlier) noexcept {
    return _mm256_alignr_epi8(block, _mm256_permute2x128_si256(earlier, block, 0x21), 16 - places);
}

/// Non-zero bytes where those of `block` cannot follow the ones before them.
CHATOS_TARGET inline __m256i find_errors(__m256i block, __m256i earlier) noexcept {
    const __m256i before_1 = shifted<1>(block, earlier);
    const __m256i low_nibbles = _mm256_and_si256(before_1, _mm256_set1_epi8(0x0F));
    const __m256i by_first_high = _mm256_shuffle_epi8(table(first_high), high_nibbles(before_1));
    const __m256i by_first_low = _mm256_shuffle_epi8(table(first_low), low_nibbles);
    const __m256i by_second_high = _mm256_shuffle_epi8(table(second_high), high_nibbles(block));
    const __m256i pairs = _mm256_and_si256(_mm256_and_si256(by_first_high, by_first_low), by_second_high);
    // As in the AVX-512 kernel: where a third or fourth byte is due, two continuations are right and nothing else is.
    const __m256i third = _mm256_subs_epu8(shifted<2>(block, earlier), _mm256_set1_epi8(0xE0 - 0x80));
    const __m256i fourth = _mm256_subs_epu8(shifted<3>(block, earlier), _mm256_set1_epi8(0xF0 - 0x80));
    const __m256i wanted = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
    return _mm256_xor_si256(wanted, pairs);
}

/// A block whose texts end before its last byte, so that the zeros after each show whether it is cut short.
CHATOS_TARGET inline bool judge_block(__m256i block) noexcept {
    if (_mm256_movemask_epi8(block) == 0) {
        return true;
    }
    const __m256i errors = find_errors(block, _mm256_setzero_si256());
    return _mm256_testz_si256(errors, errors) != 0;
}

CHATOS_TARGET inline __m256i load_last(const char* text, std::size_t size, const char* end) noexcept {
    if (static_cast<std::size_t>(end - text) >= block_bytes) {
        return _mm256_and_si256(load(text), bytes_between(0, size));
    }
    alignas(32) char copy[block_bytes] = {};
    if (size != 0) {  // an empty text may lie nowhere, and memcpy() wants a place
        std::memcpy(copy, text, size);
    }
    return load(copy);
}

CHATOS_TARGET bool judge_long(const char* text, std::size_t size, const char* end) noexcept {
    __m256i errors = _mm256_setzero_si256();
    __m256i earlier = _mm256_setzero_si256();
    int not_ascii_before = 0;
    for (std::size_t at = 0;;) {
        // The last round has 0 to 31 bytes, so that it also sees whether the text is cut short.
        const std::size_t left = size - at;
        const __m256i block = left < block_bytes ? load_last(text + at, left, end) : load(text + at);
        const int not_ascii = _mm256_movemask_epi8(block);
        if ((not_ascii | not_ascii_before) != 0) {
            errors = _mm256_or_si256(errors, find_errors(block, earlier));
        }
        if (left < block_bytes) {
            return _mm256_testz_si256(errors, errors) != 0;
        }
        earlier = block;
        not_ascii_before = not_ascii;
        at += block_bytes;
    }
}

CHATOS_TARGET inline bool judge_text(const char* text, std::size_t size, const char* end) noexcept {
    return size < block_bytes ? judge_block(load_last(text, size, end)) : judge_long(text, size, end);
}

/// Both strings of a packet lie side by side, four bytes of size between them: one block when they are short.
CHATOS_TARGET inline bool judge_texts(const char* pseudo, std::size_t pseudo_size, const char* message,
                                      std::size_t message_size, const char* end) noexcept {
    const auto message_at = static_cast<std::size_t>(message - pseudo);
    if (message_at + message_size < block_bytes && static_cast<std::size_t>(end - pseudo) >= block_bytes) {
        const __m256i wanted = _mm256_or_si256(bytes_between(0, pseudo_size), bytes_between(message_at, message_size));
        return judge_block(_mm256_and_si256(load(pseudo), wanted));
    }
    return judge_text(pseudo, pseudo_size, end) && judge_text(message, message_size, end);
}

#include "take_packets.inl"

CHATOS_TARGET bool is_utf8(const char* text, std::size_t size) noexcept {
    return judge_text(text, size, text + size);
}

}  // namespace

kernel avx2_kernel() noexcept {
    return {"avx2", is_utf8, take_packets};
}

}  // namespace chatos::detail

#endif
