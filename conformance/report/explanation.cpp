#include "report/explanation.hpp"

#include "base/colors.hpp"
#include "base/shown_text.hpp"
#include "base/text_columns.hpp"
#include "report/sequence_chart.hpp"
#include "rules/rule.hpp"

namespace chatos::conformance {
namespace {

constexpr std::size_t label_columns = 18;

class explanation {
public:
    explanation(std::ostream& out, const scenario_report& report, const run_facts& facts, const base::colors& paint,
                std::size_t chart_rows_max)
        : out_{out}, report_{report}, facts_{facts}, paint_{paint}, chart_rows_max_{chart_rows_max} {}

    void write() {
        for (const std::string& id : report_.failed_rules) {
            if (const rule* rule = find_rule(id)) {
                paragraph("rule", id + " (" + std::string{level_name(rule->level)} + ", " +
                                      std::string{origin_name(rule->origin)} + "): " + std::string{rule->text});
            }
        }
        if (report_.outcome.failure) {
            write_failure(*report_.outcome.failure);
        }
        if (!report_.outcome.failure || !report_.why.starts_with("expected: ")) {
            paragraph("why", base::printable(report_.why));
        }
        if (report_.fresh && report_.fresh->passed) {
            paragraph("fresh server", base::printable(text_of(*report_.fresh)));
        }
        if (!report_.hint.empty()) {
            paragraph("hint", base::printable(report_.hint));
        }
        write_exchange();
        write_output(out_, role_name(report_.scenario->role), report_.server_output);
        // Never wrapped: they are there to be copied.
        if (const std::string capture = capture_path(report_, facts_); !capture.empty()) {
            label("capture");
            out_ << base::printable(capture) << '\n';
        }
        label("repeat");
        out_ << repeat_command(report_, facts_) << '\n';
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
        paragraph("seen", base::printable(failure.observed));
        if (!failure.observed_hex.empty()) {
            paragraph("", "hex " + failure.observed_hex + ", from offset " + std::to_string(failure.observed_offset) +
                              " of what came over this connection");
        }
        const std::string where = failure.pointer.empty() ? "after the last step" : failure.pointer;
        paragraph("at", where + " of " + base::printable(report_.scenario->source) +
                            (failure.note.empty() ? "" : " (" + base::printable(failure.note) + ")"));
    }

    void write_exchange() {
        if (report_.outcome.exchange.empty()) {
            return;
        }
        label("exchange so far");
        out_ << paint_(paint_.dim, "ms since the scenario began; @ offset in that direction of the connection") << '\n';
        std::string chart;
        base::chart_text{{.columns = 110, .cuts_labels = false, .indent = 2}, paint_}.draw(
            chart, make_chart(report_, chart_rows_max_));
        out_ << chart;
    }

    std::ostream& out_;
    const scenario_report& report_;
    const run_facts& facts_;
    const base::colors& paint_;
    std::size_t chart_rows_max_;
};

}  // namespace

void write_explanation(std::ostream& out, const scenario_report& report, const run_facts& facts,
                       const base::colors& paint, std::size_t chart_rows_max) {
    explanation{out, report, facts, paint, chart_rows_max}.write();
}

void write_output(std::ostream& out, std::string_view source, const std::vector<std::string>& lines) {
    if (lines.empty()) {
        return;
    }
    out << base::padded("  " + std::string{source} + " printed", label_columns) << "(its last "
        << (lines.size() == 1 ? "line" : std::to_string(lines.size()) + " lines") << ")\n";
    for (const std::string& line : lines) {
        out << "    | " << base::printable(line) << '\n';
    }
}

}  // namespace chatos::conformance
