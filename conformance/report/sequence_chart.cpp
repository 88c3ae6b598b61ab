#include "report/sequence_chart.hpp"

#include <algorithm>
#include <cstdio>

namespace chatos::conformance {
namespace {

using direction = exchange_entry::direction;

constexpr std::size_t lifelines_max = 9;
constexpr std::size_t time_columns = 9;

class text_chart {
public:
    text_chart(std::ostream& out, const sequence_chart& chart, const painter& paint, std::size_t indent)
        : out_{out}, chart_{chart}, paint_{paint},
          indent_(indent, ' '), distance_{chart.lifelines.size() <= 4 ? std::size_t{12} : std::size_t{8}} {}

    void write() {
        for (const chart_row& row : chart_.rows) {
            what_columns_ = std::max(what_columns_, std::min<std::size_t>(48, columns_of(row.entry->what)));
        }
        const bool side_by_side = chart_.lifelines.size() <= lifelines_max;
        if (side_by_side) {
            write_names();
        }
        if (chart_.rows_left_out != 0) {
            out_ << indent_ << "      ...  " << chart_.rows_left_out << " earlier lines left out\n";
        }
        for (const chart_row& row : chart_.rows) {
            out_ << indent_ << paint_(colour::dim, milliseconds_text(row.entry->when)) << "  ";
            if (side_by_side) {
                out_ << drawn(row);
            } else {
                const bool is_remark = row.entry->which == direction::remark;
                out_ << padded(chart_.lifelines[row.lifeline], 10)
                     << (is_remark       ? "   "
                         : row.to_server ? " > "
                                         : " < ");
            }
            write_text(*row.entry);
        }
    }

private:
    [[nodiscard]] std::size_t column(std::size_t lifeline) const { return 2 + lifeline * distance_; }

    void write_names() {
        std::string line = padded("ms", time_columns + 2);
        for (std::size_t index = 0; index < chart_.lifelines.size(); ++index) {
            const std::string name = chart_.lifelines[index].substr(0, distance_ - 1);
            const std::size_t half = std::min(name.size() / 2, column(index));
            line = padded(std::move(line), time_columns + 2 + column(index) - std::min<std::size_t>(half, 2)) + name;
        }
        out_ << indent_ << paint_(colour::dim, line) << '\n';
    }

    /// The lifelines, and the arrow between the server and the actor.
    [[nodiscard]] std::string drawn(const chart_row& row) const {
        std::string line(column(chart_.lifelines.size() - 1) + 3, ' ');
        for (std::size_t index = 0; index < chart_.lifelines.size(); ++index) {
            line[column(index)] = '|';
        }
        const std::size_t server = column(0);
        const std::size_t actor = column(row.lifeline);
        if (row.entry->which == direction::remark) {
            line[actor] = '*';
            return paint_(colour::cyan, line);
        }
        std::fill(line.begin() + static_cast<std::ptrdiff_t>(server) + 1,
                  line.begin() + static_cast<std::ptrdiff_t>(actor), '-');
        line[row.to_server ? server + 1 : actor - 1] = row.to_server ? '<' : '>';
        return paint_(row.entry->blamed ? colour::red : colour::cyan, line);
    }

    void write_text(const exchange_entry& entry) {
        if (entry.hex.empty()) {
            out_ << entry.what;
        } else {
            out_ << padded(entry.what, what_columns_) << "  "
                 << paint_(colour::dim, '@' + std::to_string(entry.offset) + ' ' + entry.hex);
        }
        out_ << (entry.blamed ? paint_(colour::red, "  <== this") : "") << '\n';
    }

    std::ostream& out_;
    const sequence_chart& chart_;
    const painter& paint_;
    std::string indent_;
    std::size_t distance_;
    std::size_t what_columns_{0};
};

}  // namespace

sequence_chart make_chart(const scenario_report& one, std::size_t rows_max) {
    const std::deque<exchange_entry>& exchange = one.seen.exchange;
    const std::size_t skipped = exchange.size() - std::min(exchange.size(), rows_max);
    sequence_chart made;
    made.lifelines.emplace_back("server");
    made.rows_left_out = skipped + one.seen.exchange_dropped;
    std::vector<std::size_t> lifeline_of(one.what->actors.size(), 0);
    for (std::size_t actor = 0; actor < lifeline_of.size(); ++actor) {
        if (std::any_of(exchange.begin() + static_cast<std::ptrdiff_t>(skipped), exchange.end(),
                        [&](const exchange_entry& entry) { return entry.actor == actor; })) {
            lifeline_of[actor] = made.lifelines.size();
            made.lifelines.push_back(one.what->actors[actor]);
        }
    }
    for (std::size_t index = skipped; index < exchange.size(); ++index) {
        const bool from_runner = exchange[index].which == direction::sent;
        made.rows.push_back({lifeline_of[exchange[index].actor], &exchange[index],
                             from_runner == (one.what->role == test_role::server)});
    }
    return made;
}

std::string milliseconds_text(moment when) {
    char text[32];
    (void)std::snprintf(text, sizeof text, "%9.3f", std::chrono::duration<double, std::milli>(when).count());
    return text;
}

void write_chart(std::ostream& out, const sequence_chart& chart, const painter& paint, std::size_t indent) {
    text_chart{out, chart, paint, indent}.write();
}

}  // namespace chatos::conformance
