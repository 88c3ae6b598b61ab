// What a sequence chart shows, as it is gathered from the records.
#pragma once

#include "base/sequence_chart.hpp"
#include "dump/capture/captured_frame.hpp"
#include "dump/text/time_text.hpp"

#include <cstdint>
#include <vector>

namespace chatos::dump {

/// A row, and where it comes from: rows are drawn in the order of their captures and frames.
struct ladder_row {
    base::chart_row shown;  ///< its time is set when it is drawn
    capture_time time{};    ///< without digits: none
    std::uint64_t offset{0};
    std::uint64_t capture{0};
    std::uint64_t frame{0};
};

struct ladder_chart {
    std::vector<base::chart_lifeline> lifelines;
    std::vector<ladder_row> rows;
    capture_time first{};            ///< when the capture began
    std::uint64_t rows_left_out{0};  ///< after the rows
};

/// The chart of a page, with the times that `time` gives, or offsets where there are none.
[[nodiscard]] base::sequence_chart chart_of(const ladder_chart& content, time_column& time);

/// Draws charts.
class ladder_canvas {
public:
    ladder_canvas() = default;
    ladder_canvas(const ladder_canvas&) = delete;
    ladder_canvas& operator=(const ladder_canvas&) = delete;
    virtual ~ladder_canvas() = default;

    virtual void draw(const ladder_chart& chart) = 0;
};

}  // namespace chatos::dump
