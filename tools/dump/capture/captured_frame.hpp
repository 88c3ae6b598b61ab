// A frame as a capture file holds it, whatever the format of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::dump {

/// Since 1970, UTC.
struct capture_time {
    std::int64_t seconds{0};
    std::uint32_t nanoseconds{0};
    /// Digits of the fraction that the capture knows, 1 to 9: of a clock that counts seconds 1, of one finer than
    /// nanoseconds 9; 0 when the frame has no time at all (simple packets).
    std::uint8_t digits{0};
};

/// What a capture says of a frame and cannot be, so that something else was taken.
enum class frame_flaw : std::uint8_t {
    original_length,  ///< fewer bytes on the wire than were captured: what was captured was taken
    clock,            ///< a clock finer than any that can be read: the frame was taken without a time
};
inline constexpr std::size_t frame_flaw_count = 2;

/// The flaw's name in JSON.
[[nodiscard]] constexpr std::string_view frame_flaw_name(frame_flaw flaw) noexcept {
    return flaw == frame_flaw::original_length ? "original_length" : "clock";
}

struct captured_frame {
    capture_time time{};
    std::uint16_t link_type{0};          ///< LINKTYPE_... of the tcpdump group's list
    std::span<const std::byte> bytes{};  ///< what was captured; lives as long as the bytes that were read
    std::uint32_t original_bytes{0};     ///< length on the wire, never below bytes.size()
    std::uint8_t flaws{0};               ///< a bit for each frame_flaw

    void add(frame_flaw flaw) noexcept { flaws |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(flaw)); }
    [[nodiscard]] bool has(frame_flaw flaw) const noexcept { return (flaws >> static_cast<unsigned>(flaw) & 1U) != 0; }
};

/// Sets the length on the wire that a capture says. It says less than was captured (often 0) where the program that
/// wrote it did not know: then the length is that of what was captured.
inline void set_original_bytes(captured_frame& frame, std::uint32_t said_bytes) noexcept {
    const bool is_possible = said_bytes >= frame.bytes.size();
    frame.original_bytes = is_possible ? said_bytes : static_cast<std::uint32_t>(frame.bytes.size());
    if (!is_possible) {
        frame.add(frame_flaw::original_length);
    }
}

/// More than this in one frame is taken for a broken file, as libpcap does.
inline constexpr std::uint32_t frame_bytes_max = 262'144;

/// Digits that tell all times of a clock apart.
[[nodiscard]] constexpr std::uint8_t digits_of_clock(std::uint64_t units_per_second) noexcept {
    if (units_per_second == 1'000'000) {
        return 6;  // nearly all
    }
    std::uint8_t digits = 1;
    for (std::uint64_t units = 10; units < units_per_second && digits < 9; units *= 10) {
        ++digits;
    }
    return digits;
}

/// The time of a frame that counts in `units_per_second` since 1970; carries what is above one second.
[[nodiscard]] constexpr capture_time make_time(std::int64_t seconds, std::uint64_t units,
                                               std::uint64_t units_per_second) noexcept {
    seconds += static_cast<std::int64_t>(units / units_per_second);
    // Through a double only where the product would not fit: resolutions far below a nanosecond.
    const std::uint64_t fraction_units = units % units_per_second;
    constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
    const std::uint64_t nanoseconds =
        units_per_second <= nanoseconds_per_second
            ? fraction_units * nanoseconds_per_second / units_per_second
            : static_cast<std::uint64_t>(static_cast<long double>(fraction_units) *
                                         static_cast<long double>(nanoseconds_per_second) /
                                         static_cast<long double>(units_per_second));
    return {seconds, static_cast<std::uint32_t>(nanoseconds < nanoseconds_per_second ? nanoseconds : 999'999'999),
            digits_of_clock(units_per_second)};
}

}  // namespace chatos::dump
