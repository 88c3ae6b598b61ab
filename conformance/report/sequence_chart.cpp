#include "report/sequence_chart.hpp"

#include "base/shown_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace chatos::conformance {
namespace {

using direction = exchange_entry::direction;

/// "12.345": milliseconds since the scenario began.
std::string milliseconds_text(moment when) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%.3f", std::chrono::duration<double, std::milli>(when).count());
    return text.data();
}

base::chart_row row_of(const exchange_entry& entry, std::size_t lifeline, bool is_to_server) {
    const bool is_remark = entry.which == direction::remark;
    std::string note = entry.hex.empty() ? "" : '@' + std::to_string(entry.offset) + ' ' + entry.hex;
    if (entry.blamed) {
        note += note.empty() ? "<== this" : "  <== this";
    }
    return {.mark = is_remark ? base::chart_mark::remark : base::chart_mark::message,
            .from = is_remark || is_to_server ? lifeline : 0,
            .to = is_remark || is_to_server ? 0 : lifeline,
            .is_wrong = entry.blamed,
            .is_answer = entry.text.starts_with("ERROR"),
            .is_refusal = entry.text.starts_with("ERROR") && !entry.text.starts_with("ERROR 0 "),
            .time = milliseconds_text(entry.when),
            .label = entry.text,
            .note = std::move(note)};
}

/// What the failed step waited for: from the implementation to the actor that its text names first.
void add_awaited(base::sequence_chart& chart, const scenario_report& report,
                 const std::vector<std::size_t>& lifeline_of) {
    const std::string& expected = report.outcome.failure->expected;
    std::size_t lifeline = 0;
    std::size_t first = std::string::npos;
    for (std::size_t actor = 0; actor < lifeline_of.size(); ++actor) {
        const std::size_t place = expected.find(report.scenario->actors[actor]);
        if (lifeline_of[actor] != 0 && place < first) {
            first = place;
            lifeline = lifeline_of[actor];
        }
    }
    if (lifeline == 0) {
        return;
    }
    const bool judges_server = report.scenario->role == test_role::server;
    chart.rows.push_back({.mark = base::chart_mark::torn,
                          .from = judges_server ? 0 : lifeline,
                          .to = judges_server ? lifeline : 0,
                          .is_wrong = true,
                          .label = "awaited: " + base::printable(expected)});
}

}  // namespace

base::sequence_chart make_chart(const scenario_report& report, std::size_t rows_max, bool draws_awaited) {
    const std::deque<exchange_entry>& exchange = report.outcome.exchange;
    const std::size_t skipped = exchange.size() - std::min(exchange.size(), rows_max);
    base::sequence_chart chart;
    chart.lifelines.push_back({.name = "server"});
    chart.rows_before = skipped + report.outcome.exchange_dropped;
    std::vector<std::size_t> lifeline_of(report.scenario->actors.size(), 0);
    for (std::size_t actor = 0; actor < lifeline_of.size(); ++actor) {
        if (std::any_of(exchange.begin() + static_cast<std::ptrdiff_t>(skipped), exchange.end(),
                        [&](const exchange_entry& entry) { return entry.actor == actor; })) {
            lifeline_of[actor] = chart.lifelines.size();
            chart.lifelines.push_back({.name = report.scenario->actors[actor]});
        }
    }
    for (std::size_t index = skipped; index < exchange.size(); ++index) {
        // The runner plays the actors of a scenario that judges a server, and the server of one that judges a client.
        const bool is_from_runner = exchange[index].which == direction::sent;
        const bool is_to_server = is_from_runner == (report.scenario->role == test_role::server);
        chart.rows.push_back(row_of(exchange[index], lifeline_of[exchange[index].actor], is_to_server));
    }
    if (draws_awaited && report.outcome.failure) {
        add_awaited(chart, report, lifeline_of);
    }
    return chart;
}

}  // namespace chatos::conformance
