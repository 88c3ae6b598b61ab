// How far a run is, on a line of the terminal that the next one replaces.
#pragma once

#include <cstddef>
#include <string_view>

namespace chatos::conformance {

class progress_line {
public:
    explicit progress_line(bool enabled) noexcept : enabled_{enabled} {}
    ~progress_line() { clear(); }
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    /// "12/300  server.pm.relay-ok"
    void show(std::size_t done, std::size_t all, std::string_view next);
    void clear();

    /// Only on a terminal, and never between the lines of a report that goes to the same terminal.
    [[nodiscard]] static bool is_wanted(bool report_on_standard_output);

private:
    bool enabled_;
    bool shown_{false};
};

}  // namespace chatos::conformance
