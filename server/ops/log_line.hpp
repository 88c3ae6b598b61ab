// One line of a log, in logfmt: time=... level=info event=refused_input connection=12.1 ...; or as a JSON object.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::ops {

enum class log_level : std::uint8_t { error, warning, info, debug };

[[nodiscard]] std::string_view name_of(log_level level) noexcept;
/// The level with that name, if there is one.
[[nodiscard]] std::optional<log_level> parse_log_level(std::string_view name) noexcept;

enum class log_format : std::uint8_t { logfmt, json };

/// Values are escaped and bounded, so that input from the network cannot break or forge lines or reach a terminal.
class log_line {
public:
    /// `when` is shown in UTC with milliseconds. `event` must have static storage, and so must every key.
    log_line(std::chrono::system_clock::time_point when, log_level level, std::string_view event);

    log_line& add(std::string_view key, std::string_view value) { return add_field(key, value, kind::text); }
    log_line& add(std::string_view key, std::uint64_t value) {
        return add_field(key, std::to_string(value), kind::number);
    }
    /// Adds any bytes, in quotes.
    log_line& add_bytes(std::string_view key, std::string_view bytes) { return add_field(key, bytes, kind::bytes); }

    [[nodiscard]] log_level level() const noexcept { return level_; }
    [[nodiscard]] std::string_view event() const noexcept { return event_; }
    /// The line without its newline.
    [[nodiscard]] std::string text(log_format format = log_format::logfmt) const;

    /// Longer values are cut and end with three dots.
    static constexpr std::size_t value_bytes_max = 128;

private:
    enum class kind : std::uint8_t { text, number, bytes };
    struct field {
        std::string_view key;
        std::string value;
        kind type;
        bool cut;
    };
    log_line& add_field(std::string_view key, std::string_view value, kind type);

    std::vector<field> fields_;
    log_level level_;
    std::string_view event_;
};

/// Adds a number to a line that is text already.
void add_to_text(std::string& line, log_format format, std::string_view key, std::uint64_t value);

}  // namespace chatos::ops
