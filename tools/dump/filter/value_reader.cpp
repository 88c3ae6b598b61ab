#include "dump/filter/filter_value.hpp"
#include "dump/filter/quoted_text.hpp"
#include "dump/filter/timestamp_text.hpp"

#include <chatos/packet.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <charconv>

namespace chatos::dump {

namespace {

using outcome = std::variant<filter_value, value_problem>;

constexpr std::array<error_code, 5> codes{error_code::ok, error_code::pseudo_taken, error_code::out_of_capacity,
                                          error_code::unreachable, error_code::refused};

outcome expects(std::string expected) {
    return value_problem{.expected = std::move(expected)};
}

char lower(char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

bool is_same_word(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

/// `a, b or c` of words with spaces between them.
std::string listed(std::string_view words) {
    std::string list;
    while (!words.empty()) {
        const std::size_t size = std::min(words.find(' '), words.size());
        const bool is_last = size == words.size();
        list += (list.empty() ? "" : is_last ? " or " : ", ") + std::string{words.substr(0, size)};
        words.remove_prefix(is_last ? size : size + 1);
    }
    return list;
}

outcome read_word(filter_field name, std::string_view text) {
    const std::string_view all = words_of(name);
    for (std::size_t index = 0; !word_of(name, {index}).empty(); ++index) {
        if (is_same_word(word_of(name, {index}), text)) {
            return filter_value{filter_word{index}};
        }
    }
    return expects(listed(all));
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    const bool is_hex = text.starts_with("0x");
    text.remove_prefix(is_hex ? 2 : 0);
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, number, is_hex ? 16 : 10);
    return failed == std::errc{} && stopped == end ? std::optional{number} : std::nullopt;
}

outcome read_number(filter_field name, std::string_view text) {
    const std::optional<std::uint64_t> number = number_in(text);
    if (name != filter_field::code) {
        return number ? outcome{*number} : expects("a number from 0 to 18446744073709551615");
    }
    for (const error_code code : codes) {
        if (is_same_word(error_code_name(code), text)) {
            return filter_value{static_cast<std::uint64_t>(code)};
        }
    }
    return number && *number <= 255
               ? outcome{*number}
               : expects("a code: 0 to 255, OK, PSEUDO_TAKEN, OUT_OF_CAPACITY, UNREACHABLE or REFUSED");
}

std::optional<filter_endpoint> end_in(std::string_view text) {
    filter_endpoint end;
    std::string_view address = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos || (close + 1 != text.size() && text[close + 1] != ':')) {
            return std::nullopt;
        }
        address = text.substr(1, close - 1);
        port = close + 1 == text.size() ? std::string_view{} : text.substr(close + 2);
        end.ip_version = 6;
        if (close + 2 == text.size()) {
            return std::nullopt;
        }
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        // One colon is followed by a port; IPv6 addresses have two at least.
        if (text.find(':', colon + 1) == std::string_view::npos) {
            address = text.substr(0, colon);
            port = text.substr(colon + 1);
            if (port.empty()) {
                return std::nullopt;
            }
        } else {
            end.ip_version = 6;
        }
    }
    if (!port.empty()) {
        const std::optional<std::uint64_t> number = number_in(port);
        if (!number || *number > 65'535) {
            return std::nullopt;
        }
        end.port = static_cast<std::uint16_t>(*number);
        if (address.empty() && end.ip_version == 4) {
            return end;
        }
    }
    ip_address bytes;
    if (::inet_pton(end.ip_version == 6 ? AF_INET6 : AF_INET, std::string{address}.c_str(), bytes.bytes.data()) != 1) {
        return std::nullopt;
    }
    end.address = bytes;
    return end;
}

outcome read_pattern(std::string_view expression) {
    text_pattern pattern{expression};
    const std::string problem = pattern.problem();
    if (problem.empty()) {
        return filter_value{std::move(pattern)};
    }
    // RE2 quotes the offending part after the last colon.
    const std::size_t colon = problem.rfind(": ");
    const std::string quoted = colon == std::string::npos ? std::string{} : problem.substr(colon + 2);
    const std::size_t at = quoted.empty() ? std::string_view::npos : expression.find(quoted);
    return value_problem{at == std::string_view::npos ? 0 : at, at == std::string_view::npos ? 0 : quoted.size(),
                         "a regular expression of RE2: " + problem};
}

outcome read_text(std::string_view text) {
    std::variant<std::string, value_problem> read = read_quoted_text(text);
    if (value_problem* const problem = std::get_if<value_problem>(&read)) {
        return std::move(*problem);
    }
    return filter_value{std::get<std::string>(std::move(read))};
}

}  // namespace

std::variant<filter_value, value_problem> read_filter_value(filter_field name, filter_operator which, value_text text) {
    const value_kind kind = value_kind_of(name);
    const bool is_text =
        kind == value_kind::text || which == filter_operator::matches || which == filter_operator::contains;
    if (is_text && !text.is_quoted) {
        return expects(which == filter_operator::matches ? R"(a regular expression in quotes, such as "h[ae]llo")"
                                                         : R"(a text in quotes, such as "bob")");
    }
    if (which == filter_operator::matches) {
        return read_pattern(text.text);
    }
    if (is_text) {
        return read_text(text.text);
    }
    switch (kind) {
    case value_kind::word: return read_word(name, text.text);
    case value_kind::number: return read_number(name, text.text);
    case value_kind::timestamp:
        if (const std::optional<filter_timestamp> instant = read_timestamp(text.text)) {
            return filter_value{*instant};
        }
        return expects("seconds since 1970 or a time in UTC, such as 1700000000.003 or 2023-11-14T22:13:20.003Z");
    default: break;
    }
    if (const std::optional<filter_endpoint> end = end_in(text.text)) {
        return filter_value{*end};
    }
    return expects("an address, a port or both: 10.0.0.1, 10.0.0.1:7777, :7777, ::1 or [::1]:7777");
}

}  // namespace chatos::dump
