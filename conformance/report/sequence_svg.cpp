#include "report/sequence_svg.hpp"

#include "report/markup.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

using direction = exchange_entry::direction;

// In pixels.
constexpr std::size_t time_right = 48;
constexpr std::size_t server_x = 64;
constexpr std::size_t lifeline_distance = 112;
constexpr std::size_t names_height = 26;
constexpr std::size_t row_height = 36;
constexpr std::size_t right_margin = 36;
constexpr std::size_t character_width = 7;
constexpr std::size_t label_columns_max = 64;

/// The first characters of a text of ASCII and UTF-8.
std::string cut(const std::string& text, std::size_t columns) {
    if (columns_of(text) <= columns) {
        return text;
    }
    std::size_t end = 0;
    for (std::size_t count = 0; end < text.size(); ++end) {
        const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
        if (starts && count++ == columns - 1) {
            break;
        }
    }
    return text.substr(0, end) + "\u2026";
}

std::string number(std::size_t value) {
    return std::to_string(value);
}

class svg_chart {
public:
    svg_chart(std::ostream& out, const sequence_chart& chart) : out_{out}, chart_{chart} {}

    void write() {
        const std::size_t first_row = names_height + (chart_.rows_left_out != 0 ? row_height : 0);
        const std::size_t height = first_row + chart_.rows.size() * row_height + 12;
        std::size_t width = x_of(chart_.lifelines.size() - 1) + right_margin;
        for (const chart_row& row : chart_.rows) {
            const std::size_t columns = std::min(columns_of(row.entry->what), label_columns_max);
            width = std::max(width, label_x(row) + 12 + columns * character_width);
        }
        out_ << "<svg role=\"img\" aria-label=\"sequence chart\" width=\"" << width << "\" height=\"" << height
             << "\" viewBox=\"0 0 " << width << ' ' << height << "\">";
        for (std::size_t index = 0; index < chart_.lifelines.size(); ++index) {
            const std::string x = number(x_of(index));
            out_ << "<path class=\"i\" d=\"M" << x << ' ' << names_height - 6 << 'V' << height
                 << "\"/><text class=\"n\" x=\"" << x << "\" y=\"13\">" << markup_text(cut(chart_.lifelines[index], 20))
                 << "</text>";
        }
        if (chart_.rows_left_out != 0) {
            out_ << "<text class=\"x\" x=\"" << server_x + 8 << "\" y=\"" << names_height + 20 << "\">"
                 << chart_.rows_left_out << " earlier lines left out</text>";
        }
        for (std::size_t index = 0; index < chart_.rows.size(); ++index) {
            write_row(chart_.rows[index], first_row + index * row_height + 20);
        }
        out_ << "</svg>\n";
    }

private:
    static std::size_t x_of(std::size_t lifeline) { return server_x + lifeline * lifeline_distance; }

    static std::size_t label_x(const chart_row& row) {
        return row.entry->which == direction::remark ? x_of(row.lifeline) + 9 : server_x + 8;
    }

    void write_row(const chart_row& row, std::size_t y) {
        const exchange_entry& entry = *row.entry;
        const std::size_t actor = x_of(row.lifeline);
        const bool sent = entry.which == direction::sent;
        std::string time = milliseconds_text(entry.when);
        time.erase(0, time.find_first_not_of(' '));
        out_ << "<g class=\""
             << (sent                                 ? "sent"
                 : entry.which == direction::received ? "received"
                                                      : "remark")
             << (entry.blamed ? " blamed" : "") << "\"><title>" << markup_text(entry.what)
             << "</title><text class=\"t\" x=\"" << time_right << "\" y=\"" << y + 4 << "\">" << time << "</text>";
        if (entry.which == direction::remark) {
            out_ << "<circle class=\"h\" cx=\"" << actor << "\" cy=\"" << y << "\" r=\"4\"/>";
        } else {
            out_ << "<path class=\"a\" d=\"M" << server_x << ' ' << y << 'H' << actor << "\"/><path class=\"h\" d=\"M";
            if (row.to_server) {
                out_ << server_x << ' ' << y << "l9-4v8z\"/>";
            } else {
                out_ << actor << ' ' << y << "l-9-4v8z\"/>";
            }
        }
        const bool remark = entry.which == direction::remark;
        out_ << "<text class=\"l\" x=\"" << label_x(row) << "\" y=\"" << (remark ? y + 4 : y - 5) << "\">"
             << markup_text(cut(entry.what, label_columns_max)) << "</text>";
        if (!entry.hex.empty()) {
            out_ << "<text class=\"x\" x=\"" << server_x + 8 << "\" y=\"" << y + 12 << "\">@" << entry.offset << ' '
                 << markup_text(cut(entry.hex, 50)) << "</text>";
        }
        out_ << "</g>";
    }

    std::ostream& out_;
    const sequence_chart& chart_;
};

}  // namespace

void write_svg(std::ostream& out, const sequence_chart& chart) {
    svg_chart{out, chart}.write();
}

}  // namespace chatos::conformance
