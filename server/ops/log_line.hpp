// One line of a log in logfmt: time=... level=info event=refused_input connection=12.1 ...
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::ops {

enum class log_level : std::uint8_t { error, warning, info, debug };

[[nodiscard]] std::string_view name_of(log_level level) noexcept;
/// The level with that name, if there is one.
[[nodiscard]] std::optional<log_level> parse_log_level(std::string_view name) noexcept;

/// Values are escaped and bounded, so that input from the network cannot break or forge lines or reach a terminal.
class log_line {
public:
    /// `when` is shown in UTC with milliseconds. `event` must have static storage.
    log_line(std::chrono::system_clock::time_point when, log_level level, std::string_view event);

    log_line& add(std::string_view key, std::string_view value);
    log_line& add(std::string_view key, std::uint64_t value);
    /// Adds any bytes, in quotes.
    log_line& add_bytes(std::string_view key, std::string_view bytes);

    [[nodiscard]] log_level level() const noexcept { return level_; }
    [[nodiscard]] std::string_view event() const noexcept { return event_; }
    /// The line without its newline.
    [[nodiscard]] std::string take() { return std::move(text_); }

    /// Longer values are cut and end with three dots.
    static constexpr std::size_t value_bytes_max = 128;

private:
    std::string text_;
    log_level level_;
    std::string_view event_;
};

}  // namespace chatos::ops
