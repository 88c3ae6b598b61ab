#include "dump/ladder/ladder_chart.hpp"

#include "dump/output/output.hpp"

#include <string>

namespace chatos::dump {

namespace {

std::string time_of(const ladder_row& row, time_column& time) {
    if (row.capture == 0) {
        return "@" + std::to_string(row.offset);
    }
    output text;
    time.add(text, row.time);
    return text.text();
}

}  // namespace

base::sequence_chart chart_of(const ladder_chart& content, time_column& time) {
    base::sequence_chart chart;
    chart.lifelines = content.lifelines;
    chart.rows_after = content.rows_left_out;
    for (const ladder_row& row : content.rows) {
        chart.rows.push_back(row.shown);
        chart.rows.back().time = time_of(row, time);
    }
    return chart;
}

}  // namespace chatos::dump
