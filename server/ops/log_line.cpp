#include "ops/log_line.hpp"

#include "base/json_text.hpp"

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
    : level_{level}, event_{event} {
    add("time", show(when)).add("level", name_of(level)).add("event", event);
}

log_line& log_line::add_field(std::string_view key, std::string_view value, kind type) {
    const bool cut = value.size() > value_bytes_max;
    fields_.push_back({.key = key, .value = std::string{value.substr(0, value_bytes_max)}, .type = type, .cut = cut});
    return *this;
}

std::string log_line::text(log_format format) const {
    std::string text;
    if (format == log_format::json) {
        for (const field& entry : fields_) {
            text.append(text.empty() ? "{" : ",").append(base::json_string(entry.key)).append(":");
            text +=
                entry.type == kind::number ? entry.value : base::json_string(entry.value + (entry.cut ? "..." : ""));
        }
        return text + "}";
    }
    for (const field& entry : fields_) {
        text.append(text.empty() ? "" : " ").append(entry.key).append("=");
        if (entry.type != kind::bytes && !entry.cut && is_plain(entry.value)) {
            text += entry.value;
            continue;
        }
        text += '"';
        escape(entry.value, [&text](std::string_view piece) { text.append(piece); });
        text += entry.cut ? "...\"" : "\"";
    }
    return text;
}

void add_to_text(std::string& line, log_format format, std::string_view key, std::uint64_t value) {
    if (format == log_format::json) {
        line.pop_back();
        line.append(",").append(base::json_string(key)).append(":").append(std::to_string(value)).append("}");
    } else {
        line.append(" ").append(key).append("=").append(std::to_string(value));
    }
}

}  // namespace chatos::ops
