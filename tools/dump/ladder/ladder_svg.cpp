#include "dump/ladder/ladder_svg.hpp"

namespace chatos::dump {

void ladder_svg::draw(const ladder_chart& chart) {
    time_column time{time_format::relative};
    time.start(chart.first);
    out_.add(base::chart_svg(chart_of(chart, time), true,
                             " (there are 5,000 rows and 40 ends at most): choose with -Y or --follow"));
}

}  // namespace chatos::dump
