// --metrics: what is known of a check that continues, for a Prometheus that asks on another thread.
#pragma once

#include "dump/check/check_sink.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/watch/violation_files.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

struct watch_figures {
    struct rule_counts {
        std::string_view rule;
        std::uint64_t passed{0};
        std::uint64_t violations{0};
        std::uint64_t unknowable{0};
    };

    std::vector<rule_counts> rules;  ///< all MUST and SHOULD rules
    totals account{};                ///< `capture` is null
    capture_totals capture{};
    std::uint64_t streams_open{0};
    capture_time last_frame{};
    violation_files::account files{};
};

/// The metrics, with their HELP and TYPE. `version` is the program's.
[[nodiscard]] std::string metrics_text(const watch_figures& figures, std::uint64_t resident_bytes,
                                       std::string_view version);

/// Figures that one thread replaces and others read.
class live_figures {
public:
    void publish(watch_figures figures);
    /// The whole answer to an HTTP request.
    [[nodiscard]] std::string answer(std::string_view head, std::string_view version) const;

private:
    mutable std::mutex mutex_;
    watch_figures figures_;
};

}  // namespace chatos::dump
