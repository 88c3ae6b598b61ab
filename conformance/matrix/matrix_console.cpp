#include "base/shown_text.hpp"
#include "base/text_columns.hpp"
#include "base/word_list.hpp"
#include "matrix/matrix_reports.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

constexpr std::size_t cell_columns_max = 28;
constexpr std::size_t detail_columns = 12;

/// A table whose first column names the rows.
class text_table {
public:
    explicit text_table(const base::colors& paint) : paint_{paint} {}

    void row(std::vector<std::string> cells, std::string_view tint = {}) { rows_.push_back({std::move(cells), tint}); }
    void write(std::ostream& out) const {
        std::vector<std::size_t> columns;
        for (const auto& [cells, tint] : rows_) {
            columns.resize(std::max(columns.size(), cells.size()));
            for (std::size_t index = 0; index < cells.size(); ++index) {
                columns[index] = std::max(columns[index], std::min(base::columns_of(cells[index]), cell_columns_max));
            }
        }
        for (const auto& [cells, tint] : rows_) {
            std::string line = " ";
            for (std::size_t index = 0; index < cells.size(); ++index) {
                const std::string text = base::cut_to_columns(cells[index], cell_columns_max);
                line += ' ' + (index + 1 == cells.size() ? text : base::padded(text, columns[index] + 1));
            }
            out << (tint.empty() ? line : paint_(tint, line)) << '\n';
        }
    }

private:
    struct table_row {
        std::vector<std::string> cells;
        std::string_view tint;
    };
    const base::colors& paint_;
    std::vector<table_row> rows_;
};

class matrix_console {
public:
    matrix_console(std::ostream& out, const matrix_report& report, const base::colors& paint)
        : out_{out}, report_{report}, paint_{paint} {}

    void write() {
        const auto servers = report_.of_role(test_role::server);
        const auto clients = report_.of_role(test_role::client);
        out_ << paint_(paint_.bold, "ChatOS conformance matrix") << ": " << base::counted(servers.size(), "server")
             << ", " << base::counted(clients.size(), "client") << '\n';
        write_suites("servers", servers);
        write_suites("clients", clients);
        write_pairs(servers, clients);
        write_choices();
        write_suite_details();
        write_pair_details();
        write_last_line();
    }

private:
    using implementations = std::vector<const matrix_implementation*>;

    [[nodiscard]] static std::string shown(const std::string& text) { return base::printable(text); }

    void write_suites(std::string_view title, const implementations& all) {
        if (all.empty()) {
            return;
        }
        text_table table{paint_};
        std::vector<std::string> head{std::string{title}};
        std::vector<std::string> verdicts{""};
        for (const matrix_implementation* each : all) {
            head.push_back(shown(each->label));
            verdicts.emplace_back(outcome_name(each->suite));
        }
        table.row(std::move(head), paint_.bold);
        for (const rule_area& area : all_areas()) {
            std::vector<std::string> cells{std::string{area.id}};
            bool has_any = false;
            for (const matrix_implementation* each : all) {
                const auto counts = each->suite.areas.find(std::string{area.id});
                cells.push_back(counts == each->suite.areas.end() ? "-" : counts_text(counts->second));
                has_any = has_any || counts != each->suite.areas.end();
            }
            if (has_any) {
                table.row(std::move(cells));
            }
        }
        table.row(std::move(verdicts));
        out_ << '\n';
        table.write(out_);
    }

    void write_pairs(const implementations& servers, const implementations& clients) {
        if (servers.empty() || clients.empty()) {
            return;
        }
        text_table table{paint_};
        std::vector<std::string> head{"with"};
        for (const matrix_implementation* server : servers) {
            head.push_back(shown(server->label));
        }
        table.row(std::move(head), paint_.bold);
        for (const matrix_implementation* client : clients) {
            std::vector<std::string> cells{shown(client->label)};
            for (const matrix_implementation* server : servers) {
                const matrix_pair* pair = report_.pair_of(*client, *server);
                const std::string blame = pair == nullptr ? "" : blame_text(pair->result);
                cells.push_back(pair == nullptr
                                    ? "-"
                                    : std::string{outcome_name(pair->result)} + (blame.empty() ? "" : ' ' + blame));
            }
            table.row(std::move(cells));
        }
        out_ << '\n';
        table.write(out_);
    }

    void write_choices() {
        std::set<std::string> rules;
        for (const matrix_implementation& each : report_.implementations) {
            for (const auto& [rule, choice] : each.suite.choices) {
                rules.insert(rule);
            }
        }
        if (rules.empty()) {
            return;
        }
        text_table table{paint_};
        std::vector<std::string> head{"choices"};
        for (const matrix_implementation& each : report_.implementations) {
            head.push_back(shown(each.label));
        }
        table.row(std::move(head), paint_.bold);
        for (const std::string& rule : rules) {
            std::vector<std::string> cells{rule};
            for (const matrix_implementation& each : report_.implementations) {
                const auto choice = each.suite.choices.find(rule);
                cells.push_back(choice == each.suite.choices.end() ? "-" : shown(choice->second));
            }
            table.row(std::move(cells));
        }
        out_ << '\n';
        table.write(out_);
    }

    void paragraph(std::string_view name, std::string_view text) {
        out_ << base::padded("  " + std::string{name}, detail_columns) << base::wrapped(text, detail_columns) << '\n';
    }

    void write_suite_details() {
        constexpr std::size_t causes_max = 3;
        for (const matrix_implementation& each : report_.implementations) {
            const matrix_suite& suite = each.suite;
            if (suite.obstacle.empty() && suite.causes.empty()) {
                continue;
            }
            out_ << '\n' << paint_(paint_.bold, shown(each.label)) << '\n';
            if (!suite.obstacle.empty()) {
                paragraph("why", shown(suite.obstacle));
            }
            for (const std::string& line : suite.last_output) {
                out_ << "    | " << shown(line) << '\n';
            }
            for (std::size_t index = 0; index < std::min(suite.causes.size(), causes_max); ++index) {
                const matrix_cause& cause = suite.causes[index];
                paragraph(cause.rule, shown(cause.why) + " (" + base::counted(cause.scenarios, "scenario") +
                                          "; begin with " + cause.begin_with + ')');
            }
            if (suite.causes.size() > causes_max) {
                paragraph("", std::to_string(suite.causes.size() - causes_max) + " more");
            }
        }
    }

    void write_pair_details() {
        for (const matrix_pair& pair : report_.pairs) {
            const pair_result& result = pair.result;
            if (result.obstacle.empty() && result.verdict == verdict::pass) {
                continue;
            }
            out_ << '\n'
                 << paint_(paint_.bold, shown(report_.implementations[pair.client].label) + " with " +
                                            shown(report_.implementations[pair.server].label))
                 << '\n';
            paragraph(outcome_name(result), shown(result.obstacle.empty() ? result.why : result.obstacle));
            for (const std::string& line : result.client_output) {
                out_ << "    client | " << shown(line) << '\n';
            }
            for (const std::string& line : result.server_output) {
                out_ << "    server | " << shown(line) << '\n';
            }
        }
    }

    void write_last_line() {
        std::map<std::string_view, std::size_t> suites;
        std::map<std::string_view, std::size_t> pairs;
        for (const matrix_implementation& each : report_.implementations) {
            ++suites[outcome_name(each.suite)];
        }
        for (const matrix_pair& pair : report_.pairs) {
            ++pairs[outcome_name(pair.result)];
        }
        const auto listed = [](const std::map<std::string_view, std::size_t>& counts) {
            std::vector<std::string> words;
            for (const auto& [name, number] : counts) {
                words.push_back(std::to_string(number) + ' ' + std::string{name});
            }
            return base::joined(words, ", ");
        };
        char seconds[32];
        (void)std::snprintf(seconds, sizeof seconds, " (%.1f s)", static_cast<double>(report_.duration.count()) / 1e3);
        const bool is_good = !report_.has_failure() && !report_.has_obstacle();
        out_ << '\n'
             << paint_(is_good ? paint_.green : paint_.red,
                       "suites: " + listed(suites) + (pairs.empty() ? "" : "; pairs: " + listed(pairs)) +
                           (report_.is_interrupted ? "; interrupted" : "") + seconds)
             << '\n';
    }

    std::ostream& out_;
    const matrix_report& report_;
    const base::colors& paint_;
};

}  // namespace

std::string_view outcome_name(const matrix_suite& suite) noexcept {
    if (!suite.ran) {
        return "not-run";
    }
    return !suite.passed                                                ? "fail"
           : !suite.obstacle.empty()                                    ? "not-run"
           : suite.counts[static_cast<std::size_t>(verdict::warn)] != 0 ? "warn"
                                                                        : "pass";
}

std::string_view outcome_name(const pair_result& pair) noexcept {
    return pair.obstacle.empty() ? verdict_name(pair.verdict) : "not-run";
}

std::string counts_text(const verdict_counts& counts) {
    constexpr std::pair<verdict, std::string_view> words[] = {{verdict::fail, "failed"},
                                                              {verdict::stale, "stale"},
                                                              {verdict::warn, "warned"},
                                                              {verdict::pass, "passed"},
                                                              {verdict::known_failure, "known"},
                                                              {verdict::not_testable, "not testable"},
                                                              {verdict::unsupported, "unsupported"}};
    std::string text;
    for (const auto& [which, word] : words) {
        if (const std::size_t number = counts[static_cast<std::size_t>(which)]; number != 0) {
            text += (text.empty() ? "" : ", ") + std::to_string(number) + ' ' + std::string{word};
        }
    }
    return text;
}

std::string blame_text(const pair_result& pair) {
    std::map<side, std::set<std::string_view>> broken;
    for (const violation& each : pair.violations) {
        broken[each.violator].insert(each.rule);
    }
    std::string text;
    for (const auto& [violator, rules] : broken) {
        text += (text.empty() ? "" : "; ") + base::joined(rules, ", ") +
                (violator == side::client ? " (client)" : " (server)");
    }
    return text;
}

void write_matrix_console(std::ostream& out, const matrix_report& report, const base::colors& paint) {
    matrix_console{out, report, paint}.write();
}

}  // namespace chatos::conformance
