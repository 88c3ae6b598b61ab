#include "commands/progress_line.hpp"

#include <iostream>
#include <unistd.h>

namespace chatos::conformance {

void progress_line::show(std::size_t done, std::size_t all, std::string_view next) {
    if (enabled_) {
        std::cerr << "\r\x1b[K" << done << '/' << all << "  " << next << std::flush;
        shown_ = true;
    }
}

void progress_line::clear() {
    if (shown_) {
        std::cerr << "\r\x1b[K" << std::flush;
        shown_ = false;
    }
}

bool progress_line::is_wanted(bool report_on_standard_output) {
    return ::isatty(STDERR_FILENO) == 1 && !(report_on_standard_output && ::isatty(STDOUT_FILENO) == 1);
}

}  // namespace chatos::conformance
