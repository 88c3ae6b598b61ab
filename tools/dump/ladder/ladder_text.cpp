#include "dump/ladder/ladder_text.hpp"

#include <string>

namespace chatos::dump {

void ladder_text::draw(const ladder_chart& chart) {
    if (chart.rows.empty()) {
        return;
    }
    if (!has_begun_) {
        time_.start(chart.first);
        has_begun_ = true;
    }
    std::string text;
    chart_.draw(text, chart_of(chart, time_));
    out_.add(text);
}

}  // namespace chatos::dump
