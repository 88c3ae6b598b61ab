#include "dump/filter/timestamp_text.hpp"

#include <charconv>
#include <chrono>

namespace chatos::dump {

namespace {

constexpr std::uint32_t nanoseconds_per_second = 1'000'000'000;

/// Removes `digits` digits and the required character `after` them from the start of `text`; '\0': no such character.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits, char after) {
    unsigned number = 0;
    for (std::size_t index = 0; index < digits; ++index) {
        if (text.size() <= index || text[index] < '0' || text[index] > '9') {
            return std::nullopt;
        }
        number = number * 10 + static_cast<unsigned>(text[index] - '0');
    }
    text.remove_prefix(digits);
    if (after != '\0') {
        if (!text.starts_with(after)) {
            return std::nullopt;
        }
        text.remove_prefix(1);
    }
    return number;
}

/// `.003` or nothing.
std::optional<std::uint32_t> fraction_in(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    if (text[0] != '.' || text.size() < 2 || text.size() > 10) {
        return std::nullopt;
    }
    std::uint32_t nanoseconds = 0;
    for (std::size_t place = 1; place <= 9; ++place) {
        const char digit = place < text.size() ? text[place] : '0';
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        nanoseconds = nanoseconds * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    return nanoseconds;
}

std::optional<filter_timestamp> calendar_in(std::string_view text) {
    const std::optional<unsigned> year = take_number(text, 4, '-');
    const std::optional<unsigned> month = year ? take_number(text, 2, '-') : std::nullopt;
    const std::optional<unsigned> day = month ? take_number(text, 2, '\0') : std::nullopt;
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok()) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    if (text.empty()) {
        return filter_timestamp{days * 86'400, 0};
    }
    if (!text.starts_with('T')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    const std::optional<unsigned> hour = take_number(text, 2, ':');
    const std::optional<unsigned> minute = hour ? take_number(text, 2, ':') : std::nullopt;
    const std::optional<unsigned> second = minute ? take_number(text, 2, '\0') : std::nullopt;
    if (!second || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    text.remove_suffix(text.ends_with('Z') ? 1 : 0);
    const std::optional<std::uint32_t> nanoseconds = fraction_in(text);
    if (!nanoseconds) {
        return std::nullopt;
    }
    return filter_timestamp{days * 86'400 + *hour * std::int64_t{3600} + *minute * std::int64_t{60} + *second,
                            *nanoseconds};
}

}  // namespace

std::optional<filter_timestamp> read_timestamp(std::string_view text) noexcept {
    if (text.find('-', 1) != std::string_view::npos) {
        return calendar_in(text);
    }
    const bool is_negative = text.starts_with('-');
    text.remove_prefix(is_negative ? 1 : 0);
    std::int64_t seconds = 0;
    if (text.starts_with('-')) {
        return std::nullopt;
    }
    const char* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, seconds);
    if (failed != std::errc{}) {
        return std::nullopt;
    }
    const std::optional<std::uint32_t> nanoseconds = fraction_in({stopped, static_cast<std::size_t>(end - stopped)});
    if (!nanoseconds) {
        return std::nullopt;
    }
    if (!is_negative) {
        return filter_timestamp{seconds, *nanoseconds};
    }
    // As captures count: the fraction goes forward from the second before.
    return *nanoseconds == 0 ? filter_timestamp{-seconds, 0}
                             : filter_timestamp{-seconds - 1, nanoseconds_per_second - *nanoseconds};
}

std::string timestamp_text(const filter_timestamp& when) {
    const bool is_before = when.seconds < 0;
    const bool borrows = is_before && when.nanoseconds != 0;
    const std::uint64_t magnitude = is_before ? 0 - static_cast<std::uint64_t>(when.seconds) - (borrows ? 1 : 0)
                                              : static_cast<std::uint64_t>(when.seconds);
    std::string text = (is_before ? "-" : "") + std::to_string(magnitude);
    std::uint32_t nanoseconds = borrows ? nanoseconds_per_second - when.nanoseconds : when.nanoseconds;
    if (nanoseconds != 0) {
        std::string digits = std::to_string(nanoseconds_per_second + nanoseconds);
        digits.erase(digits.find_last_not_of('0') + 1);
        text += '.' + digits.substr(1);
    }
    return text;
}

}  // namespace chatos::dump
