// The sequence chart as an SVG that needs nothing else: its own style, light and dark, no script.
#pragma once

#include "dump/ladder/ladder_chart.hpp"
#include "dump/output/output.hpp"

namespace chatos::dump {

/// Draws one page, the whole chart.
class ladder_svg final : public ladder_canvas {
public:
    /// Rows and lifelines that a chart has at most.
    static constexpr std::size_t rows_max = 5'000;
    static constexpr std::size_t lifelines_max = 40;

    explicit ladder_svg(output& out) : out_{out} {}

    void draw(const ladder_chart& chart) override;

private:
    output& out_;
};

}  // namespace chatos::dump
