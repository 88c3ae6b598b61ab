// How a process ended.
#pragma once

#include <string>

namespace chatos::conformance {

struct process_end {
    bool by_signal{false};
    int code{0};       ///< exit status, or the number of the signal
    std::string text;  ///< "exit status 3", "killed by signal 11 (Segmentation fault)"
};

}  // namespace chatos::conformance
