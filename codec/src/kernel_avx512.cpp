// AVX-512: 64 bytes a step. Masked loads read no byte that the mask leaves out, so strings of any size, anywhere, are
// handled without a byte read outside them.
#include "kernel.hpp"

#if defined(__x86_64__)

#include "utf8_tables.hpp"

#include <chatos/layout.hpp>

#include <bit>
#include <cstring>
#include <immintrin.h>

namespace chatos::detail {
namespace {

#define CHATOS_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,bmi2")))

constexpr std::size_t block_bytes = 64;

/// Bits 0 to size-1; `size` is at most 63.
CHATOS_TARGET inline std::uint64_t first_bits(std::uint64_t size) noexcept {
    return _bzhi_u64(~std::uint64_t{0}, static_cast<unsigned>(size));
}

CHATOS_TARGET inline __m512i table(const std::array<std::uint8_t, 16>& values) noexcept {
    return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(values.data())));
}

CHATOS_TARGET inline __m512i high_nibbles(__m512i bytes) noexcept {
    return _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0x0F));
}

/// Non-zero bytes where those of `block` cannot follow the ones one, two and three places before them.
CHATOS_TARGET inline __m512i find_errors(__m512i block, __m512i before_1, __m512i before_2, __m512i before_3) noexcept {
    const __m512i low_nibbles = _mm512_and_si512(before_1, _mm512_set1_epi8(0x0F));
    const __m512i by_first_high = _mm512_shuffle_epi8(table(first_high), high_nibbles(before_1));
    const __m512i by_first_low = _mm512_shuffle_epi8(table(first_low), low_nibbles);
    const __m512i by_second_high = _mm512_shuffle_epi8(table(second_high), high_nibbles(block));
    const __m512i pairs = _mm512_and_si512(_mm512_and_si512(by_first_high, by_first_low), by_second_high);
    // Two places after a lead of three bytes or more, and three after one of four, two continuations are right, and
    // nothing else is: there the top bit must be set, elsewhere it must not.
    const __m512i third = _mm512_subs_epu8(before_2, _mm512_set1_epi8(0xE0 - 0x80));
    const __m512i fourth = _mm512_subs_epu8(before_3, _mm512_set1_epi8(0xF0 - 0x80));
    const __m512i wanted = _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8(static_cast<char>(0x80)));
    return _mm512_xor_si512(wanted, pairs);
}

/// Texts that lie within 63 bytes and are not ASCII alone: `mask` names their bytes. The zeros after each show whether
/// it is cut short. Not inlined, to leave the registers to the framing around it.
[[gnu::noinline]] CHATOS_TARGET bool judge_mixed_window(const char* text, std::uint64_t mask) noexcept {
    // The bytes before are loaded rather than shifted in: a load costs less here.
    const __m512i errors =
        find_errors(_mm512_maskz_loadu_epi8(mask, text), _mm512_maskz_loadu_epi8(mask << 1U, text - 1),
                    _mm512_maskz_loadu_epi8(mask << 2U, text - 2), _mm512_maskz_loadu_epi8(mask << 3U, text - 3));
    return _mm512_test_epi8_mask(errors, errors) == 0;
}

CHATOS_TARGET inline bool judge_window(const char* text, std::uint64_t mask) noexcept {
    return _mm512_movepi8_mask(_mm512_maskz_loadu_epi8(mask, text)) == 0 || judge_mixed_window(text, mask);
}

/// The bytes `places` (1 to 3) before those of `block`, `earlier` being the 64 bytes before it.
template <int places>
CHATOS_TARGET inline __m512i shifted(__m512i block, __m512i earlier) noexcept {
    const __m512i lanes_before = _mm512_alignr_epi64(block, earlier, 6);
    return _mm512_alignr_epi8(block, lanes_before, 16 - places);
}

[[gnu::noinline]] CHATOS_TARGET bool judge_long(const char* text, std::size_t size) noexcept {
    __m512i errors = _mm512_setzero_si512();
    __m512i earlier = _mm512_setzero_si512();
    std::uint64_t not_ascii_before = 0;
    for (std::size_t at = 0;; at += block_bytes) {
        // The last round has 0 to 63 bytes, so that it also sees whether the text is cut short.
        const bool is_last = size - at < block_bytes;
        const __m512i block =
            is_last ? _mm512_maskz_loadu_epi8(first_bits(size - at), text + at) : _mm512_loadu_si512(text + at);
        const std::uint64_t not_ascii = _mm512_movepi8_mask(block);
        if ((not_ascii | not_ascii_before) != 0) {
            errors = _mm512_or_si512(errors, find_errors(block, shifted<1>(block, earlier), shifted<2>(block, earlier),
                                                         shifted<3>(block, earlier)));
        }
        if (is_last) {
            return _mm512_test_epi8_mask(errors, errors) == 0;
        }
        earlier = block;
        not_ascii_before = not_ascii;
    }
}

CHATOS_TARGET inline bool judge_text(const char* text, std::size_t size, const char* /*end*/) noexcept {
    return size < block_bytes ? judge_window(text, first_bits(size)) : judge_long(text, size);
}

/// Texts that do not fit one window, or are not ASCII. Not inlined, for the same reason.
[[gnu::noinline]] CHATOS_TARGET bool judge_texts_in_full(const char* pseudo, std::size_t pseudo_size,
                                                         const char* message, std::size_t message_size) noexcept {
    const auto message_at = static_cast<std::size_t>(message - pseudo);
    if (message_at + message_size < block_bytes) {
        return judge_mixed_window(pseudo, first_bits(pseudo_size) | first_bits(message_size) << message_at);
    }
    return judge_text(pseudo, pseudo_size, nullptr) && judge_text(message, message_size, nullptr);
}

/// Both strings of a packet lie side by side, four bytes of size between them. When they are short those four are below
/// 0x80 as well, so one look at all of it tells whether it is ASCII.
CHATOS_TARGET inline bool judge_texts(const char* pseudo, std::size_t pseudo_size, const char* message,
                                      std::size_t message_size, const char* /*end*/) noexcept {
    const auto size = static_cast<std::size_t>(message + message_size - pseudo);
    if (size < block_bytes) [[likely]] {
        if (_mm512_movepi8_mask(_mm512_maskz_loadu_epi8(first_bits(size), pseudo)) == 0) [[likely]] {
            return true;
        }
    }
    return judge_texts_in_full(pseudo, pseudo_size, message, message_size);
}

#include "take_packets.inl"

CHATOS_TARGET bool is_utf8(const char* text, std::size_t size) noexcept {
    return judge_text(text, size, text + size);
}

}  // namespace

kernel avx512_kernel() noexcept {
    return {"avx512", is_utf8, take_packets};
}

}  // namespace chatos::detail

#endif
