#include "dump/text/time_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <string_view>

namespace chatos::dump {

namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
/// Of differences; longer ones take more.
constexpr std::size_t seconds_columns = 4;

void add_fraction(output& out, std::uint32_t nanoseconds, std::uint8_t digits) {
    if (digits == 0) {
        return;
    }
    out.wrote_to(write_fraction(out.room(number_room), nanoseconds, digits));
}

void add_signed(output& out, std::int64_t seconds) {
    if (seconds < 0) {
        out.add('-');
    }
    const auto magnitude = static_cast<std::uint64_t>(seconds);
    out.add_number(seconds < 0 ? 0 - magnitude : magnitude);
}

}  // namespace

void add_epoch(output& out, const capture_time& time) {
    add_signed(out, time.seconds);
    add_fraction(out, time.nanoseconds, time.digits);
}

void add_calendar(output& out, const capture_time& time) {
    const std::time_t seconds = time.seconds;
    std::tm fields{};
    std::array<char, 64> text{};
    const bool is_known = ::gmtime_r(&seconds, &fields) != nullptr && fields.tm_year >= 0 && fields.tm_year < 8100;
    const std::size_t size = is_known ? std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &fields) : 0;
    if (size == 0) {
        add_epoch(out, time);
        return;
    }
    out.add(std::string_view{text.data(), size});
    add_fraction(out, time.nanoseconds, time.digits);
    out.add('Z');
}

void time_column::start(const capture_time& first) noexcept {
    base_ = first;
}

void time_column::add_difference(output& out, const capture_time& from, const capture_time& to) {
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
    std::array<char, number_room + 1> text{'-'};
    char* const digits = text.data() + (is_negative ? 1 : 0);
    const auto magnitude = static_cast<std::uint64_t>(seconds);
    const char* const end = write_number(digits, seconds < 0 ? 0 - magnitude : magnitude);
    const std::string_view shown{text.data(), end};
    out.add_spaces(seconds_columns > shown.size() ? seconds_columns - shown.size() : 0);
    out.add(shown);
    add_fraction(out, static_cast<std::uint32_t>(nanoseconds), to.digits);
}

void time_column::add(output& out, const capture_time& time) {
    if (time.digits == 0) {
        constexpr std::size_t calendar_seconds_columns = 19;
        const std::size_t columns = format_ == time_format::absolute ? calendar_seconds_columns + 1
                                    : format_ == time_format::epoch  ? 10
                                                                     : seconds_columns;
        out.add_spaces(columns - 1);
        out.add('-');
        out.add_spaces(digits_max_ == 0 ? 0 : digits_max_ + 1U);
        return;
    }
    digits_max_ = std::max(digits_max_, time.digits);
    add_known(out, time);
    out.add_spaces(std::size_t{digits_max_} - time.digits);
}

void time_column::add_known(output& out, const capture_time& time) {
    switch (format_) {
    case time_format::absolute: add_calendar(out, time); break;
    case time_format::epoch: add_epoch(out, time); break;
    case time_format::relative:
    case time_format::delta:
        if (!base_ || base_->digits == 0) {
            base_ = time;
        }
        add_difference(out, *base_, time);
        if (format_ == time_format::delta) {
            base_ = time;
        }
        break;
    }
}

}  // namespace chatos::dump
