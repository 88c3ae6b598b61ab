// Filters log lines by level.
#pragma once

#include "ops/log_line.hpp"
#include "ops/log_writer.hpp"

#include <chrono>
#include <string_view>

namespace chatos::ops {

/// A log with a minimum level. Call wants() before building a line, so that lines below the level cost nothing.
class event_log {
public:
    event_log(log_level level, log_writer& writer) : level_{level}, writer_{writer} {}

    [[nodiscard]] bool wants(log_level level) const noexcept { return level <= level_; }
    /// Starts a line with the current time.
    [[nodiscard]] static log_line line(log_level level, std::string_view event) {
        return {std::chrono::system_clock::now(), level, event};
    }
    void write(log_line line) {
        if (wants(line.level())) {
            writer_.write(line.take());
        }
    }
    void reopen() { writer_.reopen(); }
    [[nodiscard]] log_writer::counts count() const { return writer_.count(); }

private:
    log_level level_;
    log_writer& writer_;
};

}  // namespace chatos::ops
