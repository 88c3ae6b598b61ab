// How far a long input has been read, on the terminal's last line.
#pragma once

#include "dump/output/output.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace chatos::dump {

/// One line, redrawn in place. Call clear() before printing anything else on the same terminal.
class progress_bar {
public:
    using clock_time = std::chrono::nanoseconds;

    struct shape {
        std::uint64_t total_bytes{0};
        std::size_t columns{80};
        clock_time quiet{std::chrono::milliseconds{500}};  ///< shorter work gets no bar
        clock_time pause{std::chrono::milliseconds{100}};  ///< between two drawings
    };

    /// Draws on `terminal`, which must outlive the bar. `now` is when reading began.
    progress_bar(output& terminal, const shape& of, clock_time now)
        : terminal_{terminal}, shape_{of}, begun_{now}, next_drawing_{now + of.quiet} {}

    /// So many more bytes have been read. Without `may_draw` they are only counted.
    void advance(std::uint64_t bytes, clock_time now, bool may_draw = true);
    /// Erases the line, if there is one.
    void clear();

private:
    [[nodiscard]] std::string line(clock_time now) const;

    output& terminal_;
    shape shape_;
    clock_time begun_;
    clock_time next_drawing_;
    std::uint64_t bytes_{0};
    bool is_drawn_{false};
};

}  // namespace chatos::dump
