// chatos-dump --check --junit: what became of the inputs and the rules, as JUnit XML. Times are those of the run.
#pragma once

#include "base/junit.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/check/check_sink.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace chatos::dump {

/// A report is green only if everything was read to its end: each input is a test case of its own, an error if it broke
/// off.
class check_report {
public:
    /// The run starts now.
    check_report();

    /// An input has ended; what it took is the time since the last one, or since the start.
    void add(const input_outcome& outcome);
    /// The document; the run ends now. A rule takes no time of its own.
    [[nodiscard]] std::string junit(const check_sink& judged) const;

private:
    using clock = std::chrono::steady_clock;

    std::chrono::system_clock::time_point started_at_;
    clock::time_point started_;
    clock::time_point last_end_;
    std::vector<base::junit_case> inputs_;
};

}  // namespace chatos::dump
