// The sequence chart for a terminal.
#pragma once

#include "base/colors.hpp"
#include "dump/ladder/ladder_chart.hpp"
#include "dump/output/output.hpp"

#include <cstddef>

namespace chatos::dump {

/// Draws pages as lines of at most `columns` columns, one after the other.
class ladder_text final : public ladder_canvas {
public:
    ladder_text(output& out, const base::colors& colors, std::size_t columns, time_format time)
        : out_{out}, chart_{{.columns = columns, .advice = "Try --follow or -Y."}, colors}, time_{time} {}

    void draw(const ladder_chart& chart) override;

private:
    output& out_;
    base::chart_text chart_;
    time_column time_;
    bool has_begun_{false};
};

}  // namespace chatos::dump
