#include "dump/text/time_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <string_view>

namespace chatos::dump {

namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
/// Of differences; longer ones take more.
constexpr std::size_t seconds_columns = 4;

char* write_spaces(char* at, std::size_t count) noexcept {
    std::memset(at, ' ', count);
    return at + count;
}

char* write_fraction_of(char* at, std::uint32_t nanoseconds, std::uint8_t digits) noexcept {
    return digits == 0 ? at : write_fraction(at, nanoseconds, digits);
}

char* write_epoch(char* at, const capture_time& time) noexcept {
    if (time.seconds < 0) {
        *at++ = '-';
    }
    const auto magnitude = static_cast<std::uint64_t>(time.seconds);
    return write_fraction_of(write_number(at, time.seconds < 0 ? 0 - magnitude : magnitude), time.nanoseconds,
                             time.digits);
}

char* write_calendar(char* at, const capture_time& time) noexcept {
    constexpr std::size_t calendar_room = 64;
    const std::time_t seconds = time.seconds;
    std::tm fields{};
    const bool is_known = ::gmtime_r(&seconds, &fields) != nullptr && fields.tm_year >= 0 && fields.tm_year < 8100;
    const std::size_t size = is_known ? std::strftime(at, calendar_room, "%Y-%m-%dT%H:%M:%S", &fields) : 0;
    if (size == 0) {
        return write_epoch(at, time);
    }
    at = write_fraction_of(at + size, time.nanoseconds, time.digits);
    *at++ = 'Z';
    return at;
}

/// Seconds right-aligned, so that points are below each other. Of fixed sizes, because copying them takes no call.
char* write_seconds(char* at, std::uint64_t seconds, bool is_negative) noexcept {
    std::array<char, number_room + 1> digits;
    digits[0] = '-';
    const char* const end = write_number(digits.data() + (is_negative ? 1 : 0), seconds);
    const auto columns = static_cast<std::size_t>(end - digits.data());
    std::memset(at, ' ', seconds_columns);
    at += seconds_columns > columns ? seconds_columns - columns : 0;
    std::memcpy(at, digits.data(), digits.size());
    return at + columns;
}

char* write_difference(char* at, const capture_time& from, const capture_time& to) noexcept {
    // Clocks that cannot be subtracted (made-up files) show no difference.
    std::int64_t seconds = 0;
    if (__builtin_sub_overflow(to.seconds, from.seconds, &seconds)) {
        seconds = 0;
    }
    std::int64_t nanoseconds = std::int64_t{to.nanoseconds} - from.nanoseconds;
    if (nanoseconds < 0 && seconds > 0) {
        --seconds;
        nanoseconds += nanoseconds_per_second;
    } else if (nanoseconds > 0 && seconds < 0) {
        ++seconds;
        nanoseconds -= nanoseconds_per_second;
    }
    const bool is_negative = seconds < 0 || nanoseconds < 0;
    nanoseconds = nanoseconds < 0 ? -nanoseconds : nanoseconds;
    const auto magnitude = static_cast<std::uint64_t>(seconds);
    at = write_seconds(at, seconds < 0 ? 0 - magnitude : magnitude, is_negative);
    return write_fraction_of(at, static_cast<std::uint32_t>(nanoseconds), to.digits);
}

}  // namespace

void add_epoch(output& out, const capture_time& time) {
    out.wrote_to(write_epoch(out.room(time_room), time));
}

void add_calendar(output& out, const capture_time& time) {
    out.wrote_to(write_calendar(out.room(time_room), time));
}

void time_column::start(const capture_time& first) noexcept {
    base_ = first;
}

char* time_column::write_unknown(char* at) const {
    constexpr std::size_t calendar_seconds_columns = 19;
    const std::size_t columns = format_ == time_format::absolute ? calendar_seconds_columns + 1
                                : format_ == time_format::epoch  ? 10
                                                                 : seconds_columns;
    at = write_spaces(at, columns - 1);
    *at++ = '-';
    return write_spaces(at, digits_max_ == 0 ? 0 : digits_max_ + 1U);
}

char* time_column::write(char* at, const capture_time& time) {
    if (time.digits == 0) {
        return write_unknown(at);
    }
    digits_max_ = std::max(digits_max_, time.digits);
    at = write_known(at, time);
    return time.digits == digits_max_ ? at : write_spaces(at, std::size_t{digits_max_} - time.digits);
}

char* time_column::write_known(char* at, const capture_time& time) {
    switch (format_) {
    case time_format::absolute: return write_calendar(at, time);
    case time_format::epoch: return write_epoch(at, time);
    case time_format::relative:
    case time_format::delta: break;
    }
    if (!base_ || base_->digits == 0) {
        base_ = time;
    }
    at = write_difference(at, *base_, time);
    if (format_ == time_format::delta) {
        base_ = time;
    }
    return at;
}

}  // namespace chatos::dump
