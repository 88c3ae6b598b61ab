#include "base/word_list.hpp"
#include "base/xml_text.hpp"
#include "matrix/matrix_reports.hpp"
#include "report/html_page.hpp"
#include "report/run_facts.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <set>

namespace chatos::conformance {
namespace {

class matrix_page {
public:
    matrix_page(std::ostream& out, const matrix_report& report) : out_{out}, report_{report} {}

    void write() {
        const auto servers = report_.of_role(test_role::server);
        const auto clients = report_.of_role(test_role::client);
        begin_page(out_, "ChatOS conformance matrix");
        out_ << "<header>\n<h1>ChatOS conformance matrix</h1>\n<p class=\"soft\">"
             << base::counted(servers.size(), "server") << ", " << base::counted(clients.size(), "client") << "; "
             << utc_text(report_.started) << ", " << seconds_text() << (report_.strict ? ", strict" : "")
             << ", chatos-conformance " << base::xml_text(report_.tool_version) << "</p>\n</header>\n<main>\n";
        write_outcome();
        write_pairs(servers, clients);
        write_suites("Servers", servers);
        write_suites("Clients", clients);
        write_choices();
        write_suite_details();
        write_pair_details();
        out_ << "</main>\n</body>\n</html>\n";
    }

private:
    using implementations = std::vector<const matrix_implementation*>;

    [[nodiscard]] std::string seconds_text() const {
        char text[32];
        (void)std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(report_.duration.count()) / 1e3);
        return text;
    }
    [[nodiscard]] std::size_t index_of(const matrix_implementation& each) const {
        return static_cast<std::size_t>(&each - report_.implementations.data());
    }
    [[nodiscard]] static std::string pair_id(const matrix_pair& pair) {
        return "p-" + std::to_string(pair.client) + '-' + std::to_string(pair.server);
    }
    [[nodiscard]] std::string pair_name(const matrix_pair& pair) const {
        return base::xml_text(report_.implementations[pair.client].label) + " with " +
               base::xml_text(report_.implementations[pair.server].label);
    }
    static std::string badge(std::string_view outcome) {
        return "<span class=\"badge " + std::string{outcome} + "\">" + std::string{outcome} + "</span>";
    }

    void write_outcome() {
        const bool is_good = !report_.has_failure() && !report_.has_obstacle();
        out_ << "<p class=\"outcome " << (is_good ? "good" : "bad") << "\">"
             << (is_good                 ? "Everything required holds"
                 : report_.has_failure() ? "Not everything required holds"
                                         : "Not everything could run")
             << (report_.is_interrupted ? "; the run was interrupted" : "") << "</p>\n";
    }

    void begin_table(std::string_view corner, const implementations& columns) {
        out_ << "<div class=\"wide\"><table>\n<thead><tr><th>" << corner << "</th>";
        for (const matrix_implementation* each : columns) {
            out_ << "<th scope=\"col\"><a href=\"#i-" << index_of(*each) << "\">" << base::xml_text(each->label)
                 << "</a></th>";
        }
        out_ << "</tr></thead>\n<tbody>\n";
    }
    void end_table() { out_ << "</tbody>\n</table></div>\n"; }

    void write_pairs(const implementations& servers, const implementations& clients) {
        if (servers.empty() || clients.empty()) {
            return;
        }
        out_ << "<h2>Every client with every server</h2>\n";
        begin_table("", servers);
        for (const matrix_implementation* client : clients) {
            out_ << "<tr><th scope=\"row\"><a href=\"#i-" << index_of(*client) << "\">" << base::xml_text(client->label)
                 << "</a></th>";
            for (const matrix_implementation* server : servers) {
                const matrix_pair* pair = report_.pair_of(*client, *server);
                out_ << "<td>";
                if (pair != nullptr) {
                    out_ << "<a href=\"#" << pair_id(*pair) << "\">" << badge(outcome_name(pair->result)) << "</a> "
                         << "<span class=\"soft\">" << base::xml_text(blame_text(pair->result)) << "</span>";
                }
                out_ << "</td>";
            }
            out_ << "</tr>\n";
        }
        end_table();
    }

    void write_suites(std::string_view title, const implementations& all) {
        if (all.empty()) {
            return;
        }
        out_ << "<h2>" << title << " against the suite</h2>\n";
        begin_table("area", all);
        out_ << "<tr><th scope=\"row\">all</th>";
        for (const matrix_implementation* each : all) {
            out_ << "<td>" << badge(outcome_name(each->suite)) << " <span class=\"soft\">"
                 << counts_text(each->suite.counts) << "</span></td>";
        }
        out_ << "</tr>\n";
        for (const rule_area& area : all_areas()) {
            const std::string id{area.id};
            if (std::none_of(all.begin(), all.end(),
                             [&](const auto* each) { return each->suite.areas.contains(id); })) {
                continue;
            }
            out_ << "<tr><th scope=\"row\">" << id << " <span class=\"soft\">" << base::xml_text(area.title)
                 << "</span></th>";
            for (const matrix_implementation* each : all) {
                const auto counts = each->suite.areas.find(id);
                out_ << (counts == each->suite.areas.end() ? "<td class=\"soft\">-"
                                                           : "<td class=\"" + std::string{tint_of(counts->second)} +
                                                                 "\">" + counts_text(counts->second))
                     << "</td>";
            }
            out_ << "</tr>\n";
        }
        end_table();
    }

    static std::string_view tint_of(const verdict_counts& counts) {
        const auto number = [&](verdict which) { return counts[static_cast<std::size_t>(which)]; };
        return number(verdict::fail) + number(verdict::stale) != 0           ? "bad-text"
               : number(verdict::warn) + number(verdict::known_failure) != 0 ? "mild-text"
               : number(verdict::pass) != 0                                  ? "good-text"
                                                                             : "soft";
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
        implementations columns;
        for (const matrix_implementation& each : report_.implementations) {
            if (!each.suite.choices.empty()) {
                columns.push_back(&each);
            }
        }
        out_ << "<h2>Choices side by side</h2>\n";
        begin_table("rule", columns);
        for (const std::string& id : rules) {
            const rule* rule = find_rule(id);
            out_ << "<tr><th scope=\"row\">" << base::xml_text(id) << " <span class=\"soft\">"
                 << base::xml_text(rule == nullptr ? "" : rule->text) << "</span></th>";
            for (const matrix_implementation* each : columns) {
                const auto choice = each->suite.choices.find(id);
                out_ << "<td>" << (choice == each->suite.choices.end() ? "-" : base::xml_text(choice->second))
                     << "</td>";
            }
            out_ << "</tr>\n";
        }
        end_table();
    }

    void write_lines(std::string_view name, const std::vector<std::string>& lines) {
        if (!lines.empty()) {
            out_ << "<dt>" << name << "</dt><dd><pre>" << base::xml_text(base::joined(lines, "\n")) << "</pre></dd>\n";
        }
    }
    void entry(std::string_view name, std::string_view text) {
        if (!text.empty()) {
            out_ << "<dt>" << base::xml_text(name) << "</dt><dd>" << base::xml_text(text) << "</dd>\n";
        }
    }

    void begin_details(const std::string& id, std::string_view outcome, const std::string& name, bool is_open) {
        out_ << "<details class=\"scenario\" id=\"" << id << '"' << (is_open ? " open" : "") << ">\n<summary>"
             << badge(outcome) << "<code>" << name << "</code></summary>\n<div class=\"inside\">\n<dl>\n";
    }

    void write_suite_details() {
        out_ << "<h2>What to mend first</h2>\n";
        for (const matrix_implementation& each : report_.implementations) {
            const matrix_suite& suite = each.suite;
            begin_details("i-" + std::to_string(index_of(each)), outcome_name(suite), base::xml_text(each.label),
                          !suite.causes.empty() || !suite.obstacle.empty());
            entry("profile", each.path);
            entry("suite", counts_text(suite.counts));
            entry("why", suite.obstacle);
            write_lines("printed", suite.last_output);
            for (const matrix_cause& cause : suite.causes) {
                entry(cause.rule, cause.why + " (" + base::counted(cause.scenarios, "scenario") + "; begin with " +
                                      cause.begin_with + ')' + (cause.hint.empty() ? "" : "; hint: " + cause.hint));
            }
            out_ << "</dl>\n</div>\n</details>\n";
        }
    }

    void write_pair_details() {
        if (!report_.pairs.empty()) {
            out_ << "<h2>Conversations</h2>\n";
        }
        for (const bool passed : {false, true}) {
            for (const matrix_pair& pair : report_.pairs) {
                if ((outcome_name(pair.result) == "pass") == passed) {
                    write_pair(pair);
                }
            }
        }
    }

    void write_pair(const matrix_pair& pair) {
        const pair_result& result = pair.result;
        begin_details(pair_id(pair), outcome_name(result), pair_name(pair), outcome_name(result) == "fail");
        entry("why", result.obstacle.empty() ? result.why : result.obstacle);
        for (const violation& broken : result.violations) {
            const rule* rule = find_rule(broken.rule);
            entry(std::string{broken.rule} + (broken.violator == side::client ? " (client)" : " (server)"),
                  "expected " + broken.expected + ", seen " + broken.actual +
                      (rule == nullptr ? "" : "; " + std::string{rule->text}));
        }
        if (result.violations_left_out != 0) {
            entry("", std::to_string(result.violations_left_out) + " violations more");
        }
        for (const pair_step& step : result.steps) {
            entry(outcome_name(step.result), step.text + (step.why.empty() ? "" : ": " + step.why));
        }
        write_lines("client printed", result.client_output);
        write_lines("server printed", result.server_output);
        out_ << "</dl>\n";
        if (!result.chart.rows.empty()) {
            out_ << "<div class=\"chart\">" << base::chart_svg(result.chart, false) << "</div>\n";
        }
        out_ << "</div>\n</details>\n";
    }

    std::ostream& out_;
    const matrix_report& report_;
};

}  // namespace

void write_matrix_html(std::ostream& out, const matrix_report& report) {
    matrix_page{out, report}.write();
}

}  // namespace chatos::conformance
