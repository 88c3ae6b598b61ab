#include "dump/text/time_text.hpp"

#include <array>
#include <cstddef>
#include <ctime>
#include <string_view>

namespace chatos::dump {

namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

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
    if (nanoseconds < 0) {
        nanoseconds = -nanoseconds;
        if (seconds == 0) {
            out.add('-');
        }
    }
    std::array<char, number_room> text{'-'};
    char* const digits = text.data() + (seconds < 0 ? 1 : 0);
    const auto magnitude = static_cast<std::uint64_t>(seconds);
    const char* const end = write_number(digits, seconds < 0 ? 0 - magnitude : magnitude);
    const std::string_view shown{text.data(), end};
    constexpr std::size_t seconds_columns = 4;
    out.add_spaces(seconds_columns > shown.size() ? seconds_columns - shown.size() : 0);
    out.add(shown);
    add_fraction(out, static_cast<std::uint32_t>(nanoseconds), to.digits);
}

void time_column::add(output& out, const capture_time& time) {
    if (time.digits == 0) {
        out.add('-');
        return;
    }
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
