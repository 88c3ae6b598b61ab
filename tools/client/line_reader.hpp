// Bytes to lines, bounded: of a line that is too long nothing is kept but that there was one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::client {

struct input_line {
    std::string text{};  ///< without its end, "\n" or "\r\n"
    bool is_too_long{false};
};

class line_reader {
public:
    explicit line_reader(std::size_t line_bytes_max) : line_bytes_max_{line_bytes_max} {}

    void add(std::string_view bytes);
    /// The last line need not have an end.
    void finish();
    [[nodiscard]] std::optional<input_line> take_line();
    /// Once take_line() gives none: at most the longest line.
    [[nodiscard]] std::size_t bytes_held() const noexcept { return held_.size(); }

private:
    std::size_t line_bytes_max_;
    std::string held_;
    bool is_skipping_{false};  ///< in a line that is too long
    bool is_finished_{false};
};

}  // namespace chatos::client
