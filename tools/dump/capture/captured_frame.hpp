// A frame as a capture file holds it, whatever the format of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

/// Since 1970, UTC.
struct capture_time {
    std::int64_t seconds{0};
    std::uint32_t nanoseconds{0};
    /// Digits of the fraction that the capture knows: 6 or 9; 0 when the frame has no time at all (simple packets).
    std::uint8_t digits{0};
};

struct captured_frame {
    capture_time time{};
    std::uint16_t link_type{0};          ///< LINKTYPE_... of the tcpdump group's list
    std::span<const std::byte> bytes{};  ///< what was captured; lives as long as the bytes that were read
    std::uint32_t original_bytes{0};     ///< length on the wire, never below bytes.size()
};

/// More than this in one frame is taken for a broken file, as libpcap does.
inline constexpr std::uint32_t frame_bytes_max = 262'144;

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
    const std::uint8_t digits = units_per_second > 1'000'000 ? 9 : 6;
    return {seconds, static_cast<std::uint32_t>(nanoseconds < nanoseconds_per_second ? nanoseconds : 999'999'999),
            digits};
}

}  // namespace chatos::dump
