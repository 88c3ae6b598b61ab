// A sequence chart as an inline SVG; its colours come from the page's style.
#pragma once

#include "report/sequence_chart.hpp"

#include <ostream>

namespace chatos::conformance {

void write_svg(std::ostream& out, const sequence_chart& chart);

}  // namespace chatos::conformance
