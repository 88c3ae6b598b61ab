#include "properties/allocation_watch.hpp"
#include "properties/codec_harnesses.hpp"
#include "properties/shown_text.hpp"
#include "properties/workspace.hpp"
#include "utf8_implementations.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace chatos::fuzz {

namespace {

/// Longer texts show nothing more; the forms of all must fit the buffer below.
constexpr std::size_t shown_bytes_max = 512;

verdict check_shown(std::string_view text) {
    std::array<char, shown_bytes_max * 4> shown;
    std::size_t size = 0;
    bool has_room = true;
    escape(text, [&](std::string_view piece) {
        has_room = has_room && !piece.empty() && piece.size() <= shown.size() - size;
        if (has_room) {
            std::memcpy(shown.data() + size, piece.data(), piece.size());
            size += piece.size();
        }
    });
    if (!has_room || size > text.size() * 4) {
        return failure{"escape", "the shown form is longer than four bytes for each"};
    }
    const std::string_view wrong = untrue_shown_text({shown.data(), size}, text);
    return wrong.empty() ? verdict{} : failure{"escape", std::string{wrong}};
}

verdict check_judges(std::string_view text) {
    const std::size_t expected = testing::naive_first_ill_formed(text);
    const std::uint64_t allocations_before = allocations();
    const char* const dissenter = testing::dissenter(text, expected);
    if (allocations() != allocations_before) {
        return failure{"allocation", "a judge of UTF-8 allocated memory"};
    }
    if (dissenter == nullptr) {
        return {};
    }
    return failure{"utf8", std::string{dissenter} + " does not say that the first ill-formed sequence is at " +
                               std::to_string(expected) + " of " + std::to_string(text.size())};
}

}  // namespace

verdict check_utf8(std::span<const std::byte> input) {
    static end_aligned_block memory;
    if (input.empty()) {
        return {};
    }
    // Moving its start moves the text against the blocks of the kernels; what lies around it changes nothing.
    const std::size_t margin = std::to_integer<std::size_t>(input[0]) % 64;
    const std::span<const std::byte> bytes = input.subspan(1);
    const std::span<std::byte> lent = memory.lend(bytes.size() + margin);
    std::ranges::fill(lent, std::byte{0xBF});
    std::ranges::copy(bytes, lent.begin());
    const std::string_view text{reinterpret_cast<const char*>(lent.data()), bytes.size()};
    if (verdict broken = check_judges(text)) {
        return broken;
    }
    return check_shown(text.substr(0, shown_bytes_max));
}

}  // namespace chatos::fuzz
