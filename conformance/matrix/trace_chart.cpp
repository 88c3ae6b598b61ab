#include "matrix/trace_chart.hpp"

#include "base/shown_text.hpp"
#include "runner/event.hpp"

#include <algorithm>
#include <cstdio>

namespace chatos::conformance {
namespace {

constexpr std::size_t rows_max = 120;
constexpr std::size_t rows_before_violation = 60;

struct framed_row {
    std::uint64_t frame;
    std::int64_t time_ns;
    base::chart_row row;
};

std::string milliseconds_text(std::int64_t nanoseconds) {
    char text[32];
    (void)std::snprintf(text, sizeof text, "%.1f", static_cast<double>(nanoseconds) / 1e6);
    return text;
}

std::string lifeline_name(const connection& source) {
    const std::vector<observed_packet>& sent = source.from(side::client).packets;
    if (sent.empty() || (sent.front().op != opcode::cr && sent.front().op != opcode::pc)) {
        return "connection " + std::to_string(source.stream + 1);
    }
    return base::printable(sent.front().pseudo) + (sent.front().op == opcode::pc ? " (tunnel)" : "");
}

void add_rows(std::vector<framed_row>& rows, const connection& source, std::size_t lifeline, side sender,
              std::span<const violation> violations) {
    const direction_trace& said = source.from(sender);
    const std::size_t from = sender == side::client ? lifeline : 0;
    const std::size_t to = sender == side::client ? 0 : lifeline;
    const auto violation_at = [&](std::uint64_t frame) {
        return std::find_if(violations.begin(), violations.end(), [&](const violation& each) {
            return each.stream == source.stream && each.sender == sender && each.frame == frame;
        });
    };
    for (const observed_packet& packet : said.packets) {
        const auto broken = violation_at(packet.frame);
        const bool is_error = packet.op == opcode::error;
        rows.push_back({packet.frame,
                        packet.time_ns,
                        {.from = from,
                         .to = to,
                         .is_wrong = broken != violations.end(),
                         .is_answer = is_error,
                         .is_refusal = is_error && packet.code != 0,
                         .label = packet_text(packet),
                         .note = broken == violations.end() ? "" : "<== " + std::string{broken->rule}}});
    }
    if (said.malformed) {
        rows.push_back({said.malformed->frame,
                        said.malformed->time_ns,
                        {.mark = base::chart_mark::broken,
                         .from = from,
                         .to = to,
                         .is_wrong = violation_at(said.malformed->frame) != violations.end(),
                         .label = hex_excerpt(said.malformed->bytes, 16)}});
    }
    if (said.is_finished) {
        rows.push_back({said.end_frame,
                        said.end_time_ns,
                        {.mark = base::chart_mark::remark,
                         .from = from,
                         .to = to,
                         .label = std::string{sender == side::client ? "client" : "server"} +
                                  (said.end == direction_end::reset ? " resets" : " ends its direction")}});
    }
}

}  // namespace

std::string packet_text(const observed_packet& packet) {
    return describe(received_packet{packet.op, static_cast<error_code>(packet.code), packet.pseudo, packet.message});
}

base::sequence_chart chart_of(const trace& observed, std::span<const violation> violations) {
    base::sequence_chart chart;
    chart.lifelines.push_back({.name = "server"});
    std::vector<framed_row> rows;
    for (const connection& source : observed.connections) {
        chart.lifelines.push_back({.name = lifeline_name(source)});
        for (const side sender : {side::client, side::server}) {
            add_rows(rows, source, chart.lifelines.size() - 1, sender, violations);
        }
    }
    std::sort(rows.begin(), rows.end(),
              [](const framed_row& left, const framed_row& right) { return left.frame < right.frame; });
    const auto wrong = std::find_if(rows.begin(), rows.end(), [](const framed_row& each) { return each.row.is_wrong; });
    const auto place = static_cast<std::size_t>(wrong - rows.begin());
    const std::size_t last_start = rows.size() - std::min(rows.size(), rows_max);
    const std::size_t start =
        wrong == rows.end() ? 0 : std::min(last_start, place - std::min(place, rows_before_violation));
    const std::size_t stop = std::min(rows.size(), start + rows_max);
    chart.rows_before = start;
    chart.rows_after = rows.size() - stop;
    for (std::size_t index = start; index < stop; ++index) {
        rows[index].row.time = milliseconds_text(rows[index].time_ns - rows.front().time_ns);
        chart.rows.push_back(std::move(rows[index].row));
    }
    return chart;
}

}  // namespace chatos::conformance
