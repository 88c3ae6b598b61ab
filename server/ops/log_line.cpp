#include "ops/log_line.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace chatos::ops {

namespace {

constexpr std::array<std::string_view, 4> level_names{"error", "warning", "info", "debug"};

std::string show(std::chrono::system_clock::time_point when) {
    const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch());
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(since_epoch).count();
    const long milliseconds = static_cast<long>(since_epoch.count() - seconds * 1'000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%03ldZ", milliseconds);
    return text.data();
}

bool is_plain(std::string_view value) {
    static constexpr std::string_view marks = "._:/+-@[]%";
    return !value.empty() && std::all_of(value.begin(), value.end(), [](char byte) {
        return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
               marks.find(byte) != std::string_view::npos;
    });
}

}  // namespace

std::string_view name_of(log_level level) noexcept {
    return level_names[static_cast<std::size_t>(level)];
}

std::optional<log_level> parse_log_level(std::string_view name) noexcept {
    const auto position = std::find(level_names.begin(), level_names.end(), name);
    return position == level_names.end() ? std::nullopt
                                         : std::optional{static_cast<log_level>(position - level_names.begin())};
}

log_line::log_line(std::chrono::system_clock::time_point when, log_level level, std::string_view event)
    : text_{"time=" + show(when)}, level_{level}, event_{event} {
    add("level", name_of(level)).add("event", event);
}

log_line& log_line::add(std::string_view key, std::string_view value) {
    if (!is_plain(value) || value.size() > value_bytes_max) {
        return add_bytes(key, value);
    }
    text_.append(" ").append(key).append("=").append(value);
    return *this;
}

log_line& log_line::add(std::string_view key, std::uint64_t value) {
    return add(key, std::string_view{std::to_string(value)});
}

log_line& log_line::add_bytes(std::string_view key, std::string_view bytes) {
    text_.append(" ").append(key).append("=\"");
    escape(bytes.substr(0, value_bytes_max), [this](std::string_view piece) { text_.append(piece); });
    text_.append(bytes.size() > value_bytes_max ? "...\"" : "\"");
    return *this;
}

}  // namespace chatos::ops
