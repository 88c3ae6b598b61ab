#include "base/sequence_chart.hpp"
#include "base/text_columns.hpp"
#include "base/xml_text.hpp"

#include <algorithm>

namespace chatos::base {

namespace {

// In pixels.
constexpr std::size_t margin = 16;
constexpr std::size_t time_width = 104;
constexpr std::size_t distance = 168;
constexpr std::size_t head_height = 62;
constexpr std::size_t row_height = 24;
constexpr std::size_t character_width = 8;
constexpr std::size_t label_gap = 24;
constexpr std::size_t width_min = 360;
constexpr std::size_t name_columns = 20;
constexpr std::size_t label_columns_max = 110;

class drawing {
public:
    drawing(const sequence_chart& chart, bool is_file, std::string_view advice)
        : chart_{chart}, is_file_{is_file}, advice_{advice},
          label_x_{x_of(std::max<std::size_t>(chart.lifelines.size(), 1) - 1) + label_gap},
          lines_before_{chart.rows_before != 0 || chart.rows.empty() ? std::size_t{1} : std::size_t{0}},
          width_{find_width()} {}

    std::string draw() {
        const std::size_t rows = lines_before_ + chart_.rows.size() + (chart_.rows_after != 0 ? 1 : 0);
        const std::size_t bottom = margin + head_height + rows * row_height;
        draw_frame(bottom + margin);
        for (std::size_t index = 1; index < chart_.rows.size(); index += 2) {
            add("<rect class=\"s\" x=\"", margin / 2, "\" y=\"", y_of(index) - row_height / 2, "\" width=\"",
                width_ - margin, "\" height=\"", row_height, "\" rx=\"3\"/>\n");
        }
        draw_lifelines(bottom);
        if (chart_.rows.empty()) {
            add("<text class=\"d\" x=\"", margin, "\" y=\"", y_of(0) - row_height + 4,
                "\">no packet and no event</text>\n");
        } else if (chart_.rows_before != 0) {
            draw_left_out(y_of(0) - row_height, chart_.rows_before, " earlier rows are left out");
        }
        for (std::size_t index = 0; index < chart_.rows.size(); ++index) {
            draw_row(chart_.rows[index], y_of(index));
        }
        if (chart_.rows_after != 0) {
            draw_left_out(y_of(chart_.rows.size()), chart_.rows_after, " more rows are left out");
        }
        add("</svg>\n");
        return std::move(svg_);
    }

private:
    static std::size_t x_of(std::size_t lifeline) {
        return margin + time_width + name_columns * character_width / 2 + lifeline * distance;
    }
    [[nodiscard]] std::size_t y_of(std::size_t row) const {
        return margin + head_height + (lines_before_ + row) * row_height + row_height / 2;
    }

    /// Looks at every row, so it is done once.
    [[nodiscard]] std::size_t find_width() const {
        // The first and the last name stick out of their lifelines.
        std::size_t width = std::max(width_min, label_x_ - label_gap + name_columns * character_width / 2 + margin);
        for (const chart_row& row : chart_.rows) {
            const std::size_t columns = std::min(columns_of(text_of(row)), label_columns_max);
            width = std::max(width, label_x_ + columns * character_width + margin);
        }
        return width;
    }

    void put(std::string_view text) { svg_ += text; }
    void put(std::uint64_t number) { svg_ += std::to_string(number); }
    template <typename... Parts>
    void add(Parts... parts) {
        (put(parts), ...);
    }

    void draw_frame(std::size_t height) {
        add("<svg ", is_file_ ? "xmlns=\"http://www.w3.org/2000/svg\" " : "",
            "class=\"sequence\" role=\"img\" aria-label=\"sequence chart\" width=\"", width_, "\" height=\"", height,
            "\" viewBox=\"0 0 ", width_, " ", height, "\">\n");
        if (is_file_) {
            add("<style>\n", chart_style(), "</style>\n");
        }
        add("<rect class=\"b\" width=\"", width_, "\" height=\"", height, "\"/>\n");
    }

    void draw_lifelines(std::size_t bottom) {
        for (std::size_t index = 0; index < chart_.lifelines.size(); ++index) {
            const chart_lifeline& lifeline = chart_.lifelines[index];
            const std::size_t x = x_of(index);
            add("<path class=\"l\" d=\"M", x, " ", margin + head_height - 8, "V", bottom, "\"/><text class=\"n\" x=\"",
                x, "\" y=\"", margin + 16, "\">");
            add_titled(lifeline.name, name_columns);
            add("</text><text class=\"n ", lifeline.is_server ? "d" : "p", "\" x=\"", x, "\" y=\"", margin + 36, "\">");
            add_titled(lifeline.is_server ? "server" : lifeline.pseudo, name_columns);
            add("</text>\n");
        }
    }

    void draw_left_out(std::size_t y, std::uint64_t rows, std::string_view words) {
        add("<text class=\"w\" x=\"", margin, "\" y=\"", y + 4, "\">", rows, words, advice_, "</text>\n");
    }

    static std::string text_of(const chart_row& row) {
        return row.note.empty() ? row.label : row.label + "  " + row.note;
    }

    /// The text, cut; the whole of it shows when it is pointed at.
    void add_titled(const std::string& text, std::size_t columns) {
        if (columns_of(text) > columns) {
            svg_ += "<title>" + xml_text(text) + "</title>";
        }
        svg_ += xml_text(cut_to_columns(text, columns));
    }

    void draw_row(const chart_row& row, std::size_t y) {
        const std::size_t from = x_of(row.from);
        const std::size_t to = x_of(row.to);
        const bool is_plain_remark = row.mark == chart_mark::remark && !row.is_wrong;
        const std::string_view kind = row.is_wrong      ? "w"
                                      : is_plain_remark ? "r"
                                      : row.is_refusal  ? "f"
                                      : row.is_answer   ? "e"
                                                        : "a";
        if (!row.repeats_time && !row.time.empty()) {
            const std::size_t start = std::min(row.time.find_first_not_of(' '), row.time.size());
            add("<text class=\"t\" x=\"", margin + time_width, "\" y=\"", y + 4, "\">",
                std::string_view{row.time}.substr(start), "</text>");
        }
        add("<g class=\"", kind, "\">");
        switch (row.mark) {
        case chart_mark::message: draw_arrow(from, to, y); break;
        case chart_mark::torn: draw_tear(from, to, y); break;
        case chart_mark::broken: draw_stump(from, to, y); break;
        case chart_mark::remark: add("<circle cx=\"", from, "\" cy=\"", y, "\" r=\"4\"/>"); break;
        }
        add("</g><text class=\"",
            row.is_wrong      ? "w"
            : is_plain_remark ? "d"
            : row.is_refusal  ? "f"
                              : "",
            "\" x=\"", label_x_, "\" y=\"", y + 4, "\">");
        add_titled(text_of(row), label_columns_max);
        add("</text>\n");
    }

    void draw_arrow(std::size_t from, std::size_t to, std::size_t y) {
        add("<path d=\"M", from, " ", y, "H", to, "\"/><path d=\"M", to, " ", y,
            from < to ? "l-9-4v8z\"/>" : "l9-4v8z\"/>");
    }

    /// A zigzag in place of a line, and both lifelines interrupted.
    void draw_tear(std::size_t from, std::size_t to, std::size_t y) {
        const std::size_t left = std::min(from, to);
        const std::size_t right = std::max(from, to);
        for (const std::size_t x : {left, right}) {
            add("<path class=\"c\" d=\"M", x, " ", y - 10, "v20\"/>");
        }
        constexpr std::size_t tooth = 8;
        add("<path class=\"z\" d=\"M", left, " ", y);
        for (std::size_t x = left, up = 0; x + tooth <= right; x += tooth, up = 1 - up) {
            add(up == 0 ? "l8-6" : "l8 6");
        }
        add("\"/>");
    }

    void draw_stump(std::size_t from, std::size_t to, std::size_t y) {
        const std::size_t end = from < to ? from + distance / 3 : from - distance / 3;
        add("<path d=\"M", from, " ", y, "H", end, "\"/><path d=\"M", end - 5, " ", y - 5, "l10 10m0-10l-10 10\"/>");
    }

    const sequence_chart& chart_;
    bool is_file_;
    std::string_view advice_;
    std::size_t label_x_;
    std::size_t lines_before_;
    std::size_t width_;
    std::string svg_;
};

}  // namespace

std::string_view chart_style() noexcept {
    return R"(.sequence{--back:#fff;--ink:#1b1f24;--dim:#6e7781;--line:#d0d7de;--stripe:#f6f8fa;--arrow:#0550ae;--answer:#116329;--refusal:#9a6700;--wrong:#b42318}
@media(prefers-color-scheme:dark){.sequence{--back:#0d1117;--ink:#e6edf3;--dim:#8b949e;--line:#30363d;--stripe:#151b23;--arrow:#79c0ff;--answer:#7ee787;--refusal:#e3b341;--wrong:#ff9b8e}}
.sequence text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;fill:var(--ink);white-space:pre}
.sequence .b{fill:var(--back)}.sequence .s{fill:var(--stripe)}.sequence .l{stroke:var(--line);stroke-width:1.5}.sequence .d{fill:var(--dim)}.sequence .n{text-anchor:middle}.sequence .t{text-anchor:end;fill:var(--dim)}
.sequence .a{stroke:var(--arrow);fill:var(--arrow)}.sequence .e{stroke:var(--answer);fill:var(--answer)}.sequence .f{stroke:var(--refusal);fill:var(--refusal)}.sequence .w{stroke:var(--wrong);fill:var(--wrong)}.sequence .r{stroke:var(--dim);fill:var(--dim)}
.sequence g path{stroke-width:1.5}.sequence .z{fill:none;stroke-dasharray:none}.sequence .c{stroke:var(--back);stroke-width:5}.sequence text.f,.sequence text.w{stroke:none}.sequence .p{font-weight:600}
)";
}

std::string chart_svg(const sequence_chart& chart, bool is_file, std::string_view advice) {
    return drawing{chart, is_file, advice}.draw();
}

}  // namespace chatos::base
