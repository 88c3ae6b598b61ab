#include "dump/ladder/ladder_text.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

constexpr std::size_t distance_min = 9;
constexpr std::size_t distance_usual = 17;
constexpr std::size_t distance_max = 24;
constexpr std::size_t label_columns_usual = 56;
constexpr std::size_t gap_columns = 2;

/// Bytes of the character at the start of `text`, and its columns.
struct character {
    std::size_t bytes;
    std::size_t columns;
};

character first_character(std::string_view text) noexcept {
    std::size_t bytes = 1;
    while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) {
        ++bytes;
    }
    // From U+1100 on (three bytes and up) much is wide; what is not only leaves room.
    const bool is_wide =
        bytes == 4 || (bytes == 3 && text.substr(0, 2) >= std::string_view{"\xE1\x84"} && !text.starts_with("\xE2"));
    return {bytes, is_wide ? 2U : 1U};
}

std::string padded(std::string text, std::size_t columns) {
    const std::size_t taken = columns_of(text);
    return text.append(columns > taken ? columns - taken : 0, ' ');
}

}  // namespace

std::size_t columns_of(std::string_view text) noexcept {
    std::size_t columns = 0;
    while (!text.empty()) {
        const character one = first_character(text);
        columns += one.columns;
        text.remove_prefix(one.bytes);
    }
    return columns;
}

std::string cut_to_columns(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) {
        return std::string{text};
    }
    if (columns == 0) {
        return {};
    }
    std::size_t bytes = 0;
    std::size_t taken = 1;  // the ellipsis
    while (true) {
        const character one = first_character(text.substr(bytes));
        if (taken + one.columns > columns) {
            return std::string{text.substr(0, bytes)} + "\u2026";
        }
        taken += one.columns;
        bytes += one.bytes;
    }
}

ladder_text::layout ladder_text::lay_out(const ladder_page& page, std::size_t time_columns) const {
    layout place{.time_columns = time_columns};
    const std::size_t taken = time_columns + gap_columns * 2 + 1;
    const std::size_t room = columns_ > taken ? columns_ - taken : 0;
    const std::size_t spans = std::max<std::size_t>(page.ends.size(), 2) - 1;
    const std::size_t label_columns_min = std::clamp<std::size_t>(columns_ / 3, 12, 28);
    const std::size_t for_lines = room > label_columns_min ? room - label_columns_min : 0;
    if (for_lines / spans >= distance_min) {
        // Wide enough for addresses, wider only where the labels have room.
        const std::size_t narrow = std::min(for_lines / spans, distance_usual);
        const std::size_t wide = room > label_columns_usual ? (room - label_columns_usual) / spans : 0;
        place.distance = std::clamp(wide, narrow, std::max(narrow, distance_max));
        place.label_columns = room - place.distance * spans;
    } else {
        place.label_columns = room;
    }
    return place;
}

void ladder_text::draw_names(const ladder_page& page, const layout& place, bool pseudos) {
    std::string line(place.time_columns + gap_columns, ' ');
    for (std::size_t index = 0; index < page.ends.size(); ++index) {
        const ladder_end& end = page.ends[index];
        const std::string_view text = !pseudos ? end.name : end.is_server ? "server" : std::string_view{end.pseudo};
        const bool is_last = index + 1 == page.ends.size();
        const std::size_t room = is_last ? place.label_columns + gap_columns + 1 : place.distance - 1;
        line = padded(std::move(line) + cut_to_columns(text, room),
                      place.time_columns + gap_columns + (index + 1) * place.distance);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_.add(colours_.dim);
    out_.add(line);
    out_.add(colours_.plain);
    out_.add('\n');
}

void ladder_text::draw_head(const ladder_page& page, const layout& place) {
    if (has_begun_) {
        out_.add('\n');
    }
    has_begun_ = true;
    const bool is_cut = std::ranges::any_of(page.ends, [&place](const ladder_end& end) {
        return std::max(columns_of(end.name), columns_of(end.pseudo)) >= place.distance;
    });
    if (place.distance == 0) {
        out_.add_number(page.ends.size());
        out_.add(" ends are too many for ");
        out_.add_number(columns_);
        out_.add(" columns:\nrows name them. Try --follow or -Y.\n");
        return;
    }
    for (std::size_t index = 0; is_cut && index < page.ends.size(); ++index) {
        const ladder_end& end = page.ends[index];
        const std::string whole = end.name + (end.is_server ? " server" : end.pseudo.empty() ? "" : ' ' + end.pseudo);
        out_.add(colours_.dim);
        out_.add_number(index + 1);
        out_.add(": ");
        out_.add(cut_to_columns(whole, columns_ > 6 ? columns_ - 6 : 1));
        out_.add(colours_.plain);
        out_.add('\n');
    }
    draw_names(page, place, false);
    const auto has_second_line = [](const ladder_end& end) { return end.is_server || !end.pseudo.empty(); };
    if (std::ranges::any_of(page.ends, has_second_line)) {
        draw_names(page, place, true);
    }
}

/// The lifelines, and what crosses them from the sender to the receiver.
std::string ladder_text::rung(const ladder_page& page, const ladder_row& row, const layout& place) const {
    std::string line((page.ends.size() - 1) * place.distance + 1, ' ');
    for (std::size_t index = 0; index < page.ends.size(); ++index) {
        line[index * place.distance] = '|';
    }
    const std::size_t from = row.from * place.distance;
    const std::size_t to = row.to * place.distance;
    const bool is_rightward = from < to;
    const std::size_t left = std::min(from, to);
    const std::size_t right = std::max(from, to);
    const auto fill = [&line](std::size_t begin, std::size_t end, std::string_view pattern) {
        for (std::size_t at = begin; at < end; ++at) {
            line[at] = pattern[(at - begin) % pattern.size()];
        }
    };
    switch (row.mark) {
    case ladder_mark::message:
        fill(left + 1, right, "-");
        line[is_rightward ? right - 1 : left + 1] = is_rightward ? '>' : '<';
        break;
    case ladder_mark::torn: {
        fill(left + 1, right, "~ ");
        const std::size_t middle = (left + right) / 2;
        line.replace(middle - 1, 3, "/ /");
        break;
    }
    case ladder_mark::broken: {
        const std::size_t end = is_rightward ? from + place.distance / 2 : from - place.distance / 2;
        fill(std::min(from, end) + 1, std::max(from, end), "-");
        line[end] = 'X';
        break;
    }
    case ladder_mark::remark: line[from] = '*'; break;
    }
    return line;
}

std::string ladder_text::time_of(const ladder_row& row) {
    output text;
    if (row.time.digits != 0) {
        time_.add(text, row.time);
    } else {
        text.add("@");
        text.add_number(row.offset);
    }
    return text.text();
}

void ladder_text::draw_row(const ladder_page& page, const ladder_row& row, const std::string& time,
                           const layout& place) {
    const bool repeats = row.is_same_frame && row.time.digits != 0;
    out_.add(colours_.dim);
    out_.add_spaces(place.time_columns - (repeats ? 1 : time.size()));
    out_.add(repeats ? std::string_view{"\""} : time);
    out_.add(colours_.plain);
    out_.add_spaces(gap_columns);
    const std::string_view colour = row.is_wrong                       ? colours_.warning
                                    : row.mark == ladder_mark::message ? std::string_view{}
                                                                       : colours_.dim;
    out_.add(colour);
    if (place.distance == 0) {
        const auto words = [&page](std::size_t end) {
            return page.ends[end].pseudo.empty() ? page.ends[end].name : page.ends[end].pseudo;
        };
        out_.add(cut_to_columns(words(row.from) + " > " + words(row.to) + "  " + row.label, place.label_columns));
    } else {
        out_.add(rung(page, row, place));
        out_.add_spaces(gap_columns);
        out_.add(cut_to_columns(row.label, place.label_columns));
    }
    out_.add(colour.empty() ? std::string_view{} : colours_.plain);
    out_.add('\n');
}

void ladder_text::draw(const ladder_page& page) {
    if (page.rows.empty()) {
        return;
    }
    if (!has_begun_) {
        time_.start(page.first);
    }
    std::vector<std::string> times;
    std::size_t time_columns = last_.time_columns;
    for (const ladder_row& row : page.rows) {
        times.push_back(time_of(row));
        time_columns = std::max(time_columns, times.back().size());
    }
    const layout place = lay_out(page, time_columns);
    if (page.ends != last_ends_ || place.time_columns != last_.time_columns) {
        draw_head(page, place);
        last_ends_ = page.ends;
        last_ = place;
    }
    for (std::size_t index = 0; index < page.rows.size(); ++index) {
        draw_row(page, page.rows[index], times[index], place);
    }
}

}  // namespace chatos::dump
