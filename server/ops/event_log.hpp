// Filters log lines by level and rate.
#pragma once

#include "ops/line_rate.hpp"
#include "ops/log_line.hpp"
#include "ops/log_writer.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::ops {

/// A log with a minimum level and a rate. Call wants() or admits() before building a line, so that lines that are not
/// written cost nothing. For one thread.
class event_log {
public:
    /// `lines_per_second_max` 0: no bound.
    event_log(log_level level, log_writer& writer, std::uint32_t lines_per_second_max = 0)
        : level_{level}, writer_{writer}, rate_{lines_per_second_max} {}

    [[nodiscard]] bool wants(log_level level) const noexcept { return level <= level_; }

    /// wants(), and within the rate: for lines that clients cause. What is left out is counted, and the next line of
    /// that kind reports it: left_out=17. Errors and debug lines have no rate.
    [[nodiscard]] bool admits(log_level level, std::string_view event) {
        const bool has_rate = level == log_level::warning || level == log_level::info;
        return wants(level) && (!has_rate || rate_.admit(event, std::chrono::steady_clock::now()));
    }

    /// Starts a line with the current time. `event` must have static storage.
    [[nodiscard]] static log_line line(log_level level, std::string_view event) {
        return {std::chrono::system_clock::now(), level, event};
    }

    void write(log_line line) {
        if (!wants(line.level())) {
            return;
        }
        if (const std::uint64_t left_out = rate_.take_refused(line.event()); left_out != 0) {
            line.add("left_out", left_out);
        }
        writer_.write(line.text(writer_.format()));
    }

    /// Reports what was left out since the last line of each kind; before the last line.
    void finish() {
        rate_.for_each_refused([this](std::string_view kind) {
            log_line missing = line(log_level::warning, "lines_left_out");
            write(std::move(missing.add("kind", kind).add("left_out", rate_.take_refused(kind))));
        });
    }

    /// Opens the file again and says so, in the new file; in the old one when that fails, which is kept then.
    void reopen() {
        writer_.reopen([level = level_, format = writer_.format()](const std::string& fault) {
            const log_level own = fault.empty() ? log_level::info : log_level::warning;
            log_line report = line(own, fault.empty() ? "log_reopened" : "log_not_reopened");
            if (!fault.empty()) {
                report.add("why", fault).add("advice", "the log continues in the file that was open before");
            }
            return own <= level ? report.text(format) : std::string{};
        });
    }

    void change_level(log_level level) noexcept { level_ = level; }
    /// 0: no bound.
    void change_rate(std::uint32_t lines_per_second_max) noexcept { rate_.change(lines_per_second_max); }

    [[nodiscard]] log_writer::counts count() const { return writer_.count(); }
    /// Lines that the rate has left out.
    [[nodiscard]] std::uint64_t left_out() const noexcept { return rate_.refused(); }

private:
    log_level level_;
    log_writer& writer_;
    line_rate rate_;
};

}  // namespace chatos::ops
