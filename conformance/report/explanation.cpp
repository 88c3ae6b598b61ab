#include "report/explanation.hpp"

#include "base/colors.hpp"
#include "base/shown_text.hpp"
#include "base/text_columns.hpp"
#include "report/sequence_chart.hpp"
#include "rules/rule.hpp"

namespace chatos::conformance {
namespace {

constexpr std::size_t label_columns = 18;
constexpr std::size_t chart_rows_max = 40;

class explanation {
public:
    explanation(std::ostream& out, const scenario_report& one, const run_facts& facts, const base::colors& paint)
        : out_{out}, one_{one}, facts_{facts}, paint_{paint} {}

    void write() {
        for (const std::string& id : one_.failed_rules) {
            if (const rule* found = find_rule(id)) {
                paragraph("rule", id + " (" + std::string{level_name(found->level)} + ", " +
                                      std::string{origin_name(found->origin)} + "): " + std::string{found->text});
            }
        }
        if (one_.seen.failure) {
            write_failure(*one_.seen.failure);
        }
        if (!one_.seen.failure || !one_.why.starts_with("expected: ")) {
            paragraph("why", base::printable(one_.why));
        }
        if (!one_.hint.empty()) {
            paragraph("hint", base::printable(one_.hint));
        }
        write_exchange();
        write_output(out_, role_name(one_.what->role), one_.server_output);
        // Never wrapped: they are there to be copied.
        if (const std::string capture = capture_path(one_, facts_); !capture.empty()) {
            label("capture");
            out_ << base::printable(capture) << '\n';
        }
        label("repeat");
        out_ << repeat_command(one_, facts_) << '\n';
    }

private:
    void label(std::string_view name) { out_ << base::padded("  " + std::string{name}, label_columns); }

    void paragraph(std::string_view name, std::string_view text) {
        label(name);
        out_ << base::wrapped(text, label_columns) << '\n';
    }

    void write_failure(const step_failure& failure) {
        paragraph("expected", base::printable(failure.expected));
        if (!failure.expected_hex.empty()) {
            paragraph("", "hex " + failure.expected_hex);
        }
        paragraph("seen", base::printable(failure.seen));
        if (!failure.seen_hex.empty()) {
            paragraph("", "hex " + failure.seen_hex + ", from offset " + std::to_string(failure.seen_offset) +
                              " of what came over this connection");
        }
        const std::string where = failure.pointer.empty() ? "after the last step" : failure.pointer;
        paragraph("at", where + " of " + base::printable(one_.what->source) +
                            (failure.note.empty() ? "" : " (" + base::printable(failure.note) + ")"));
    }

    void write_exchange() {
        if (one_.seen.exchange.empty()) {
            return;
        }
        label("exchange so far");
        out_ << paint_(paint_.dim, "ms since the scenario began; @ offset in that direction of the connection") << '\n';
        std::string chart;
        base::chart_text{{.columns = 110, .cuts_labels = false, .indent = 2}, paint_}.draw(
            chart, make_chart(one_, chart_rows_max));
        out_ << chart;
    }

    std::ostream& out_;
    const scenario_report& one_;
    const run_facts& facts_;
    const base::colors& paint_;
};

}  // namespace

void write_explanation(std::ostream& out, const scenario_report& one, const run_facts& facts,
                       const base::colors& paint) {
    explanation{out, one, facts, paint}.write();
}

void write_output(std::ostream& out, std::string_view who, const std::vector<std::string>& lines) {
    if (lines.empty()) {
        return;
    }
    out << base::padded("  " + std::string{who} + " printed", label_columns) << "(its last "
        << (lines.size() == 1 ? "line" : std::to_string(lines.size()) + " lines") << ")\n";
    for (const std::string& line : lines) {
        out << "    | " << base::printable(line) << '\n';
    }
}

}  // namespace chatos::conformance
