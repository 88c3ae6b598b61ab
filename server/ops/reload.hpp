// New limits for a running server: reads its flags again, and tells the log what changes and what cannot.
#pragma once

#include "ops/event_log.hpp"
#include "ops/flags.hpp"
#include "ops/memory_budget.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::ops {

class reloader {
public:
    /// `started_with` are the flags of the start, of these arguments. `arguments` and `log` must outlive this.
    reloader(int argument_count, const char* const* arguments, const memory_budget& memory, flags started_with,
             event_log& log)
        : argument_count_{argument_count},
          arguments_{arguments}, memory_{memory}, current_{std::move(started_with)}, log_{log} {}

    /// Reads the command line and the file of --config as at the start: the command line wins. The options to use from
    /// now on; empty: there is no such file, or it is invalid as a whole. The log's level and rate change at once.
    [[nodiscard]] std::optional<service_options> reload();

private:
    std::optional<service_options> refuse(const std::string& why);
    void report_limits(const service_options& fresh, std::uint64_t& changes);
    void report_fixed(const flags& fresh);
    void report_fixed(std::string_view flag);

    int argument_count_;
    const char* const* arguments_;
    memory_budget memory_;  // some defaults follow it
    flags current_;
    event_log& log_;
};

}  // namespace chatos::ops
