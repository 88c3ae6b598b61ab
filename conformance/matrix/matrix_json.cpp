#include "matrix/matrix_reports.hpp"
#include "report/run_facts.hpp"
#include "rules/rule.hpp"

#include <nlohmann/json.hpp>

namespace chatos::conformance {
namespace {

using matrix_json = nlohmann::ordered_json;

matrix_json counts_json(const verdict_counts& counts) {
    matrix_json object = matrix_json::object();
    constexpr std::pair<verdict, std::string_view> names[] = {{verdict::pass, "passed"},
                                                              {verdict::fail, "failed"},
                                                              {verdict::warn, "warned"},
                                                              {verdict::not_testable, "not_testable"},
                                                              {verdict::unsupported, "unsupported"},
                                                              {verdict::known_failure, "known_failures"},
                                                              {verdict::stale, "stale"}};
    for (const auto& [which, name] : names) {
        object[std::string{name}] = counts[static_cast<std::size_t>(which)];
    }
    return object;
}

matrix_json implementation_json(const matrix_implementation& each) {
    const matrix_suite& suite = each.suite;
    matrix_json object = {{"name", each.profile.name},
                          {"label", each.label},
                          {"profile", each.path},
                          {"role", role_name(each.profile.role)},
                          {"verdict", outcome_name(suite)},
                          {"why", suite.obstacle},
                          {"summary", counts_json(suite.counts)},
                          {"areas", matrix_json::object()},
                          {"causes", matrix_json::array()},
                          {"choices", suite.choices},
                          {"ms", suite.duration.count()}};
    for (const auto& [area, counts] : suite.areas) {
        object["areas"][area] = counts_json(counts);
    }
    for (const matrix_cause& cause : suite.causes) {
        object["causes"].push_back({{"rule", cause.rule},
                                    {"begin_with", cause.begin_with},
                                    {"scenarios", cause.scenarios},
                                    {"why", cause.why},
                                    {"hint", cause.hint}});
    }
    if (!suite.last_output.empty()) {
        object["output"] = suite.last_output;
    }
    return object;
}

matrix_json violation_json(const violation& broken, const matrix_pair& pair) {
    const auto name = [](side which) { return which == side::client ? "client" : "server"; };
    const rule* rule = find_rule(broken.rule);
    return {{"rule", broken.rule},
            {"level", rule == nullptr ? "" : level_name(rule->level)},
            {"violator", name(broken.violator)},
            {"connection", broken.stream},
            {"sender", name(broken.sender)},
            {"offset", broken.offset},
            {"ms", pair.result.ms_of(broken)},
            {"expected", broken.expected},
            {"seen", broken.actual}};
}

matrix_json pair_json(const matrix_pair& pair, const matrix_report& report) {
    const pair_result& result = pair.result;
    matrix_json object = {{"client", report.implementations[pair.client].label},
                          {"server", report.implementations[pair.server].label},
                          {"verdict", outcome_name(result)},
                          {"why", result.obstacle.empty() ? result.why : result.obstacle},
                          {"steps", matrix_json::array()},
                          {"violations", matrix_json::array()},
                          {"violations_left_out", result.violations_left_out},
                          {"packets", result.packets},
                          {"ms", result.duration.count()}};
    for (const pair_step& step : result.steps) {
        object["steps"].push_back({{"step", step.text}, {"outcome", outcome_name(step.result)}, {"why", step.why}});
    }
    for (const violation& broken : result.violations) {
        object["violations"].push_back(violation_json(broken, pair));
    }
    if (!result.client_output.empty()) {
        object["client_output"] = result.client_output;
    }
    if (!result.server_output.empty()) {
        object["server_output"] = result.server_output;
    }
    return object;
}

}  // namespace

void write_matrix_json(std::ostream& out, const matrix_report& report) {
    std::map<std::string_view, std::size_t> suites{{"pass", 0}, {"warn", 0}, {"fail", 0}, {"not-run", 0}};
    std::map<std::string_view, std::size_t> pairs = suites;
    matrix_json implementations = matrix_json::array();
    matrix_json pair_list = matrix_json::array();
    matrix_json choices = matrix_json::object();
    for (const matrix_implementation& each : report.implementations) {
        ++suites[outcome_name(each.suite)];
        implementations.push_back(implementation_json(each));
        for (const auto& [rule, choice] : each.suite.choices) {
            choices[rule][each.label] = choice;
        }
    }
    for (const matrix_pair& pair : report.pairs) {
        ++pairs[outcome_name(pair.result)];
        pair_list.push_back(pair_json(pair, report));
    }
    const auto counts = [](std::map<std::string_view, std::size_t>& numbers) {
        return matrix_json{{"passed", numbers["pass"]},
                           {"warned", numbers["warn"]},
                           {"failed", numbers["fail"]},
                           {"not_run", numbers["not-run"]}};
    };
    const matrix_json document = {{"schema", 1},
                                  {"tool", {{"name", "chatos-conformance"}, {"version", report.tool_version}}},
                                  {"started", utc_text(report.started)},
                                  {"ms", report.duration.count()},
                                  {"strict", report.strict},
                                  {"interrupted", report.is_interrupted},
                                  {"summary", {{"suites", counts(suites)}, {"pairs", counts(pairs)}}},
                                  {"implementations", implementations},
                                  {"pairs", pair_list},
                                  {"choices", choices}};
    // What a program printed need not be UTF-8.
    out << document.dump(2, ' ', false, matrix_json::error_handler_t::replace) << '\n';
}

}  // namespace chatos::conformance
