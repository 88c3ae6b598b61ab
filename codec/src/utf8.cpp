// UTF-8 validation (WIRE-8). The kernel says whether a text is well-formed; only for one that is not, the scalar walk
// finds out where.
#include "kernel.hpp"
#include "scalar_utf8.hpp"

#include <chatos/utf8.hpp>

#include <cstdint>
#include <cstring>

namespace chatos {
namespace {

/// What a lead byte allows: the length of its sequence, and the range of the second byte. The ranges of the second
/// byte are what excludes overlong forms, surrogates and values above U+10FFFF.
struct lead_rule {
    std::uint8_t length;  // 0: no sequence starts with this byte
    std::uint8_t second_min;
    std::uint8_t second_max;
};

constexpr lead_rule rule_for(unsigned char lead) noexcept {
    if (lead < 0x80) {
        return {1, 0, 0};
    }
    if (lead < 0xC2) {
        return {0, 0, 0};  // a continuation byte, or an overlong two-byte form
    }
    if (lead < 0xE0) {
        return {2, 0x80, 0xBF};
    }
    if (lead < 0xF0) {
        return {3, static_cast<std::uint8_t>(lead == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(lead == 0xED ? 0x9F : 0xBF)};
    }
    if (lead < 0xF5) {
        return {4, static_cast<std::uint8_t>(lead == 0xF0 ? 0x90 : 0x80),
                static_cast<std::uint8_t>(lead == 0xF4 ? 0x8F : 0xBF)};
    }
    return {0, 0, 0};
}

constexpr bool is_continuation(unsigned char byte) noexcept {
    return (byte & 0xC0U) == 0x80U;
}

/// Length of the well-formed sequence at `at`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const lead_rule rule = rule_for(byte(at));
    if (rule.length <= 1) {
        return rule.length;
    }
    if (text.size() - at < rule.length || byte(at + 1) < rule.second_min || byte(at + 1) > rule.second_max) {
        return 0;
    }
    for (std::size_t index = 2; index < rule.length; ++index) {
        if (!is_continuation(byte(at + index))) {
            return 0;
        }
    }
    return rule.length;
}

constexpr std::uint64_t top_bits = 0x8080808080808080U;

}  // namespace

namespace detail {

std::size_t scalar_find_ill_formed(const char* bytes, std::size_t size, std::size_t at) noexcept {
    const std::string_view text{bytes, size};
    while (at < size) {
        if (size - at >= sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes + at, sizeof word);
            if ((word & top_bits) == 0) {
                at += sizeof word;
                continue;
            }
        }
        const std::size_t length = sequence_length(text, at);
        if (length == 0) {
            return at;
        }
        at += length;
    }
    return size;
}

}  // namespace detail

std::size_t find_ill_formed_utf8(std::string_view text) noexcept {
    if (detail::best_kernel().is_utf8(text.data(), text.size())) {
        return utf8_well_formed;
    }
    return detail::scalar_find_ill_formed(text.data(), text.size(), 0);
}

}  // namespace chatos
