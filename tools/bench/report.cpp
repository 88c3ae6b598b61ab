#include "bench/report.hpp"

#include "base/json_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace chatos::bench {

namespace {

std::string fixed(double value, int digits) {
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return {text.data(), static_cast<std::size_t>(size)};
}

/// With a comma at every third digit.
std::string grouped(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t at = text.size(); at > 3; at -= 3) {
        text.insert(at - 3, 1, ',');
    }
    return text;
}

/// Three digits that mean something.
std::string scaled(double value, const char* unit) {
    return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0) + " " + unit;
}

std::string readable_bytes(std::uint64_t count) {
    constexpr double kib = 1024;
    const auto value = static_cast<double>(count);
    return value < 10 * kib     ? grouped(count) + " bytes"
           : value < 1024 * kib ? scaled(value / kib, "KiB")
                                : scaled(value / kib / kib, "MiB");
}

double as_real(const figure& figure) {
    const auto* whole = std::get_if<std::uint64_t>(&figure.value);
    return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(figure.value);
}

std::uint64_t as_whole(const figure& figure) {
    const auto* whole = std::get_if<std::uint64_t>(&figure.value);
    return whole != nullptr ? *whole
                            : static_cast<std::uint64_t>(std::llround(std::max(0.0, std::get<double>(figure.value))));
}

std::string for_people(const figure& figure) {
    switch (figure.kind) {
    case figure_kind::count: return grouped(as_whole(figure));
    case figure_kind::per_second: return grouped(as_whole(figure)) + " /s";
    case figure_kind::nanoseconds: return readable_time(as_whole(figure));
    case figure_kind::microseconds: return fixed(as_real(figure), 3) + " us";
    case figure_kind::byte_count: return readable_bytes(as_whole(figure));
    case figure_kind::share: return fixed(as_real(figure) * 100, 0) + " %";
    case figure_kind::text: break;
    }
    return std::get<std::string>(figure.value);
}

std::string for_programs(const figure& figure) {
    if (const auto* whole = std::get_if<std::uint64_t>(&figure.value)) {
        return std::to_string(*whole);
    }
    if (const auto* real = std::get_if<double>(&figure.value)) {
        return fixed(*real, 4);
    }
    return base::json_string(std::get<std::string>(figure.value));
}

}  // namespace

std::string readable_time(std::uint64_t nanoseconds) {
    const auto value = static_cast<double>(nanoseconds);
    return value < 1e3   ? grouped(nanoseconds) + " ns"
           : value < 1e6 ? scaled(value / 1e3, "us")
           : value < 1e9 ? scaled(value / 1e6, "ms")
                         : scaled(value / 1e9, "s");
}

std::string report::as_table() const {
    std::size_t width = 0;
    for (const figure& figure : figures_) {
        width = std::max(width, figure.label.size());
    }
    std::string text;
    for (const figure& figure : figures_) {
        if (!figure.label.empty()) {
            text += "  " + figure.label + std::string(width + 2 - figure.label.size(), ' ') + for_people(figure) + "\n";
        }
    }
    return text;
}

std::string report::as_json() const {
    std::string text = "{";
    for (const figure& figure : figures_) {
        text += text.size() == 1 ? "" : ", ";
        text += base::json_string(figure.key) + ": " + for_programs(figure);
    }
    return text + "}\n";
}

}  // namespace chatos::bench
