// Who sent what to whom and when, as a chart: the server and all actors as lifelines, a row for each thing that
// happened. What is drawn is decided here once, for the terminal and for the page.
#pragma once

#include "report/text_layout.hpp"
#include "runner/suite.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace chatos::conformance {

struct chart_row {
    std::size_t lifeline{1};  ///< of the actor; 0 is the server's
    const exchange_entry* entry{nullptr};
    bool to_server{false};  ///< which way a packet went; the actors of a scenario that judges clients get what is sent
};

struct sequence_chart {
    std::vector<std::string> lifelines;  ///< "server", then the actors that appear
    std::vector<chart_row> rows;         ///< the last ones; point into the report
    std::size_t rows_left_out{0};        ///< before them
};

[[nodiscard]] sequence_chart make_chart(const scenario_report& one, std::size_t rows_max);

/// "    12.345": milliseconds since the scenario began, 9 columns wide.
[[nodiscard]] std::string milliseconds_text(moment when);

/// Each line starts with `indent` spaces. With too many actors to draw them side by side, each row names its actor.
void write_chart(std::ostream& out, const sequence_chart& chart, const painter& paint, std::size_t indent);

}  // namespace chatos::conformance
