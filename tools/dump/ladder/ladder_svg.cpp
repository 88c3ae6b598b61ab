#include "dump/ladder/ladder_svg.hpp"

#include "dump/ladder/ladder_text.hpp"
#include "dump/text/time_text.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace chatos::dump {

namespace {

// In pixels.
constexpr std::size_t margin = 16;
constexpr std::size_t time_width = 104;
constexpr std::size_t distance = 168;
constexpr std::size_t head_height = 62;
constexpr std::size_t row_height = 24;
constexpr std::size_t character_width = 8;
constexpr std::size_t label_gap = 24;
constexpr std::size_t name_columns = 20;
constexpr std::size_t label_columns_max = 110;

constexpr std::string_view style = R"(<style>
svg{--back:#fff;--ink:#1b1f24;--dim:#6e7781;--line:#d0d7de;--stripe:#f6f8fa;--arrow:#0550ae;--answer:#116329;--wrong:#b42318}
@media(prefers-color-scheme:dark){svg{--back:#0d1117;--ink:#e6edf3;--dim:#8b949e;--line:#30363d;--stripe:#151b23;--arrow:#79c0ff;--answer:#7ee787;--wrong:#ff9b8e}}
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;fill:var(--ink);white-space:pre}
.b{fill:var(--back)}.s{fill:var(--stripe)}.l{stroke:var(--line);stroke-width:1.5}.d{fill:var(--dim)}.n{text-anchor:middle}.t{text-anchor:end;fill:var(--dim)}
.a{stroke:var(--arrow);fill:var(--arrow)}.e{stroke:var(--answer);fill:var(--answer)}.w{stroke:var(--wrong);fill:var(--wrong)}.r{stroke:var(--dim);fill:var(--dim)}
g path{stroke-width:1.5}.z{fill:none;stroke-dasharray:none}.c{stroke:var(--back);stroke-width:5}text.w{stroke:none}.p{font-weight:600}
</style>
)";

/// What is printable already, for XML.
void add_markup(output& out, std::string_view text) {
    for (const char letter : text) {
        switch (letter) {
        case '&': out.add("&amp;"); break;
        case '<': out.add("&lt;"); break;
        case '>': out.add("&gt;"); break;
        case '"': out.add("&quot;"); break;
        default: out.add(letter);
        }
    }
}

class drawing {
public:
    drawing(output& out, const ladder_page& page)
        : out_{out}, page_{page}, label_x_{x_of(std::max<std::size_t>(page.ends.size(), 1) - 1) + label_gap} {}

    void draw() {
        const std::size_t rows = page_.rows.size() + (page_.rows_left_out != 0 || page_.rows.empty() ? 1 : 0);
        const std::size_t bottom = margin + head_height + rows * row_height;
        // The first and the last name stick out of their lifelines.
        std::size_t width = label_x_ - label_gap + name_columns * character_width / 2 + margin;
        for (const ladder_row& row : page_.rows) {
            const std::size_t columns = std::min(columns_of(row.label), label_columns_max);
            width = std::max(width, label_x_ + columns * character_width + margin);
        }
        width = std::max<std::size_t>(width, 360);
        const std::size_t height = bottom + margin;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"sequence chart\" width=\"", width,
            "\" height=\"", height, "\" viewBox=\"0 0 ", width, " ", height, "\">\n");
        out_.add(style);
        add("<rect class=\"b\" width=\"", width, "\" height=\"", height, "\"/>\n");
        for (std::size_t index = 1; index < page_.rows.size(); index += 2) {
            add("<rect class=\"s\" x=\"", margin / 2, "\" y=\"", y_of(index) - row_height / 2, "\" width=\"",
                width - margin, "\" height=\"", row_height, "\" rx=\"3\"/>\n");
        }
        draw_ends(bottom);
        time_.start(page_.first);
        for (std::size_t index = 0; index < page_.rows.size(); ++index) {
            draw_row(page_.rows[index], y_of(index));
        }
        if (page_.rows.empty()) {
            add("<text class=\"d\" x=\"", margin, "\" y=\"", y_of(0) + 4, "\">no packet and no event</text>\n");
        } else if (page_.rows_left_out != 0) {
            add("<text class=\"w\" x=\"", margin, "\" y=\"", y_of(page_.rows.size()) + 4, "\">", page_.rows_left_out,
                " more rows are left out (there are 5,000 rows and 40 ends at most): choose with -Y or "
                "--follow</text>\n");
        }
        out_.add("</svg>\n");
    }

private:
    static std::size_t x_of(std::size_t end) {
        return margin + time_width + name_columns * character_width / 2 + end * distance;
    }
    static std::size_t y_of(std::size_t row) { return margin + head_height + row * row_height + row_height / 2; }

    void put(std::string_view text) { out_.add(text); }
    void put(std::size_t number) { out_.add_number(number); }
    template <typename... Parts>
    void add(Parts... parts) {
        (put(parts), ...);
    }

    void draw_ends(std::size_t bottom) {
        for (std::size_t index = 0; index < page_.ends.size(); ++index) {
            const ladder_end& end = page_.ends[index];
            const std::size_t x = x_of(index);
            add("<path class=\"l\" d=\"M", x, " ", margin + head_height - 8, "V", bottom, "\"/><text class=\"n\" x=\"",
                x, "\" y=\"", margin + 16, "\">");
            add_titled(end.name, name_columns);
            add("</text><text class=\"n ", end.is_server ? "d" : "p", "\" x=\"", x, "\" y=\"", margin + 36, "\">");
            add_titled(end.is_server ? std::string_view{"server"} : std::string_view{end.pseudo}, name_columns);
            out_.add("</text>\n");
        }
    }

    /// The text, cut; the whole of it shows when it is pointed at.
    void add_titled(std::string_view text, std::size_t columns) {
        if (columns_of(text) > columns) {
            out_.add("<title>");
            add_markup(out_, text);
            out_.add("</title>");
        }
        add_markup(out_, cut_to_columns(text, columns));
    }

    void draw_row(const ladder_row& row, std::size_t y) {
        const std::size_t from = x_of(row.from);
        const std::size_t to = x_of(row.to);
        const bool is_answer = row.label.starts_with("ERROR");
        const bool is_plain_remark = row.mark == ladder_mark::remark && !row.is_wrong;
        const std::string_view kind = row.is_wrong ? "w" : is_plain_remark ? "r" : is_answer ? "e" : "a";
        if (!row.is_same_frame && row.time.digits != 0) {
            output time;
            time_.add(time, row.time);
            const std::string& text = time.text();
            add("<text class=\"t\" x=\"", margin + time_width, "\" y=\"", y + 4, "\">",
                std::string_view{text}.substr(std::min(text.find_first_not_of(' '), text.size())), "</text>");
        }
        add("<g class=\"", kind, "\">");
        switch (row.mark) {
        case ladder_mark::message: draw_arrow(from, to, y); break;
        case ladder_mark::torn: draw_tear(from, to, y); break;
        case ladder_mark::broken: draw_stump(from, to, y); break;
        case ladder_mark::remark: add("<circle cx=\"", from, "\" cy=\"", y, "\" r=\"4\"/>"); break;
        }
        add("</g><text class=\"",
            row.is_wrong      ? "w"
            : is_plain_remark ? "d"
                              : "",
            "\" x=\"", label_x_, "\" y=\"", y + 4, "\">");
        add_titled(row.label, label_columns_max);
        out_.add("</text>\n");
    }

    void draw_arrow(std::size_t from, std::size_t to, std::size_t y) {
        add("<path d=\"M", from, " ", y, "H", to, "\"/><path d=\"M", to, " ", y);
        out_.add(from < to ? "l-9-4v8z\"/>" : "l9-4v8z\"/>");
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
            out_.add(up == 0 ? "l8-6" : "l8 6");
        }
        out_.add("\"/>");
    }

    void draw_stump(std::size_t from, std::size_t to, std::size_t y) {
        const std::size_t end = from < to ? from + distance / 3 : from - distance / 3;
        add("<path d=\"M", from, " ", y, "H", end, "\"/><path d=\"M", end - 5, " ", y - 5, "l10 10m0-10l-10 10\"/>");
    }

    output& out_;
    const ladder_page& page_;
    std::size_t label_x_;
    time_column time_{time_format::relative};
};

}  // namespace

void ladder_svg::draw(const ladder_page& page) {
    drawing{out_, page}.draw();
}

}  // namespace chatos::dump
