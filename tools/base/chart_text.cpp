#include "base/sequence_chart.hpp"
#include "base/text_columns.hpp"

#include <algorithm>

namespace chatos::base {

namespace {

constexpr std::size_t distance_min = 9;
constexpr std::size_t distance_usual = 17;
constexpr std::size_t distance_max = 24;
constexpr std::size_t label_columns_usual = 56;
constexpr std::size_t note_column_max = 50;
constexpr std::size_t gap_columns = 2;

std::string_view second_line(const chart_lifeline& lifeline) {
    return lifeline.is_server ? std::string_view{"server"} : std::string_view{lifeline.pseudo};
}

/// The lifelines, and what crosses them from the sender to the receiver.
std::string rung(const sequence_chart& chart, const chart_row& row, std::size_t distance) {
    std::string line((chart.lifelines.size() - 1) * distance + 1, ' ');
    for (std::size_t index = 0; index < chart.lifelines.size(); ++index) {
        line[index * distance] = '|';
    }
    const std::size_t from = row.from * distance;
    const std::size_t to = row.to * distance;
    const bool is_rightward = from < to;
    const std::size_t left = std::min(from, to);
    const std::size_t right = std::max(from, to);
    const auto fill = [&line](std::size_t begin, std::size_t end, std::string_view pattern) {
        for (std::size_t at = begin; at < end; ++at) {
            line[at] = pattern[(at - begin) % pattern.size()];
        }
    };
    switch (row.mark) {
    case chart_mark::message:
        fill(left + 1, right, "-");
        line[is_rightward ? right - 1 : left + 1] = is_rightward ? '>' : '<';
        break;
    case chart_mark::torn: {
        fill(left + 1, right, "~ ");
        const std::size_t middle = (left + right) / 2;
        line.replace(middle - 1, 3, "/ /");
        break;
    }
    case chart_mark::broken: {
        const std::size_t end = is_rightward ? from + distance / 2 : from - distance / 2;
        fill(std::min(from, end) + 1, std::max(from, end), "-");
        line[end] = 'X';
        break;
    }
    case chart_mark::remark: line[from] = '*'; break;
    }
    return line;
}

}  // namespace

chart_text::measures chart_text::measure(const sequence_chart& chart) const {
    measures place{.time_columns = last_.time_columns};
    for (const chart_row& row : chart.rows) {
        place.time_columns = std::max(place.time_columns, columns_of(row.time));
        if (!row.note.empty()) {
            place.note_column =
                std::max(place.note_column, std::min(columns_of(row.label) + gap_columns, note_column_max));
        }
    }
    const std::size_t taken = place.time_columns + gap_columns * 2 + 1;
    const std::size_t room = form_.columns > taken ? form_.columns - taken : 0;
    const std::size_t spans = std::max<std::size_t>(chart.lifelines.size(), 2) - 1;
    const std::size_t label_columns_min = std::clamp<std::size_t>(form_.columns / 3, 12, 28);
    const std::size_t for_lines = room > label_columns_min ? room - label_columns_min : 0;
    place.label_columns = room;
    if (for_lines / spans >= distance_min) {
        // Wide enough for addresses, wider only where the labels have room.
        const std::size_t narrow = std::min(for_lines / spans, distance_usual);
        const std::size_t wide = room > label_columns_usual ? (room - label_columns_usual) / spans : 0;
        place.distance = std::clamp(wide, narrow, std::max(narrow, distance_max));
        place.label_columns = room - place.distance * spans;
    }
    return place;
}

std::string chart_text::cut(std::string_view text, std::size_t columns) const {
    return form_.cuts_labels ? cut_to_columns(text, columns) : std::string{text};
}

std::string_view chart_text::color_of(const chart_row& row) const noexcept {
    return row.is_wrong                      ? paint_.yellow
           : row.is_refusal                  ? paint_.red
           : row.mark == chart_mark::message ? std::string_view{}
                                             : paint_.dim;
}

void chart_text::add_line(std::string& out, std::string_view color, std::string_view text) const {
    out.append(form_.indent, ' ').append(paint_(color, text)).append("\n");
}

void chart_text::draw_names(std::string& out, const sequence_chart& chart, const measures& place, bool pseudos) const {
    std::string line(place.time_columns + gap_columns, ' ');
    for (std::size_t index = 0; index < chart.lifelines.size(); ++index) {
        const chart_lifeline& lifeline = chart.lifelines[index];
        const bool is_last = index + 1 == chart.lifelines.size();
        const std::size_t room = is_last ? place.label_columns + gap_columns + 1 : place.distance - 1;
        line = padded(line + cut_to_columns(pseudos ? second_line(lifeline) : lifeline.name, room),
                      place.time_columns + gap_columns + (index + 1) * place.distance);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    add_line(out, paint_.dim, line);
}

void chart_text::draw_head(std::string& out, const sequence_chart& chart, const measures& place) {
    if (has_begun_) {
        out += '\n';
    }
    has_begun_ = true;
    if (place.distance == 0) {
        add_line(out, {},
                 std::to_string(chart.lifelines.size()) + " ends are too many for " + std::to_string(form_.columns) +
                     " columns:");
        add_line(out, {}, std::string{"rows name them."}.append(form_.advice.empty() ? "" : " ").append(form_.advice));
        return;
    }
    const bool is_cut = std::ranges::any_of(chart.lifelines, [&place](const chart_lifeline& lifeline) {
        return std::max(columns_of(lifeline.name), columns_of(lifeline.pseudo)) >= place.distance;
    });
    for (std::size_t index = 0; is_cut && index < chart.lifelines.size(); ++index) {
        const chart_lifeline& lifeline = chart.lifelines[index];
        const std::string whole =
            lifeline.name + (second_line(lifeline).empty() ? "" : " ") + std::string{second_line(lifeline)};
        add_line(out, paint_.dim,
                 std::to_string(index + 1) + ": " + cut_to_columns(whole, form_.columns > 6 ? form_.columns - 6 : 1));
    }
    draw_names(out, chart, place, false);
    if (std::ranges::any_of(chart.lifelines,
                            [](const chart_lifeline& lifeline) { return !second_line(lifeline).empty(); })) {
        draw_names(out, chart, place, true);
    }
}

void chart_text::draw_row(std::string& out, const sequence_chart& chart, const chart_row& row,
                          const measures& place) const {
    const std::string_view time = row.repeats_time ? std::string_view{"\""} : row.time;
    out.append(form_.indent + place.time_columns - columns_of(row.repeats_time ? "\"" : row.time), ' ');
    out.append(paint_(paint_.dim, time)).append(gap_columns, ' ');
    const std::string label = row.note.empty()
                                  ? row.label
                                  : padded(row.label, place.note_column - gap_columns) + std::string(gap_columns, ' ');
    std::string names;
    if (place.distance == 0) {
        const auto name_of = [&chart](std::size_t index) {
            const chart_lifeline& lifeline = chart.lifelines[index];
            return lifeline.pseudo.empty() ? lifeline.name : lifeline.pseudo;
        };
        names = name_of(row.from) + " > " + name_of(row.to) + "  ";
    } else {
        out += paint_(color_of(row), rung(chart, row, place.distance)).append(gap_columns, ' ');
    }
    const std::string text = names + label;
    out += paint_(color_of(row), cut(text, place.label_columns));
    const std::size_t room = place.label_columns - std::min(place.label_columns, columns_of(text));
    if (!row.note.empty() && (room != 0 || !form_.cuts_labels)) {
        out += paint_(row.is_wrong ? paint_.yellow : paint_.dim, cut(row.note, room));
    }
    out += '\n';
}

void chart_text::draw(std::string& out, const sequence_chart& chart) {
    if (chart.rows.empty()) {
        return;
    }
    const measures place = measure(chart);
    if (chart.lifelines != last_lifelines_ || place.time_columns != last_.time_columns) {
        draw_head(out, chart, place);
        last_lifelines_ = chart.lifelines;
        last_ = place;
    }
    if (chart.rows_before != 0) {
        add_line(out, paint_.dim, "... " + std::to_string(chart.rows_before) + " earlier rows are left out");
    }
    for (const chart_row& row : chart.rows) {
        draw_row(out, chart, row, place);
    }
}

}  // namespace chatos::base
