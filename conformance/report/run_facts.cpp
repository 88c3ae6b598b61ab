#include "report/run_facts.hpp"

#include "report/shell_word.hpp"

#include <algorithm>
#include <ctime>

namespace chatos::conformance {

std::string repeat_command(const scenario_report& report, const run_facts& facts) {
    const bool built_in = report.scenario->source.starts_with("built in");
    return "chatos-conformance run " + (built_in ? report.scenario->id : shell_word(report.scenario->source)) + ' ' +
           facts.repeat_arguments + (report.variant_arguments.empty() ? "" : ' ' + report.variant_arguments);
}

std::string capture_path(const scenario_report& report, const run_facts& facts) {
    const bool has_one = !facts.capture_folder.empty() && !report.outcome.traffic.entries().empty();
    return has_one ? facts.capture_folder + '/' + report.scenario->id + ".pcap" : "";
}

unsigned silence_summary::fenced_percent() const noexcept {
    return verdicts() == 0 ? 100U : static_cast<unsigned>(by_fence * 100 / verdicts());
}

silence_summary silences_of(const suite_report& report) noexcept {
    silence_summary summary;
    for (const scenario_report& result : report.scenarios) {
        const silence_proofs& proofs = result.outcome.silences;
        summary.by_window += proofs.windowed != 0 ? 1 : 0;
        summary.by_fence += proofs.windowed == 0 && proofs.fenced != 0 ? 1 : 0;
    }
    return summary;
}

std::string silence_text(const silence_summary& summary) {
    const std::size_t all = summary.verdicts();
    if (all == 0) {
        return "";
    }
    return std::to_string(summary.by_fence) + " of " + std::to_string(all) +
           (all == 1 ? " verdict that rests on silence is" : " verdicts that rest on silence are") +
           " proved by a fence (" + std::to_string(summary.fenced_percent()) + "%)" +
           (summary.by_window == 0 ? "" : ", " + std::to_string(summary.by_window) + " by waiting");
}

std::string utc_text(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    (void)::gmtime_r(&seconds, &parts);
    char text[32];
    (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

std::string area_name(const scenario& scenario) {
    std::string name{scenario_area(scenario)};
    std::transform(name.begin(), name.end(), name.begin(), [](char character) {
        return character >= 'a' && character <= 'z' ? static_cast<char>(character - ('a' - 'A')) : character;
    });
    return name;
}

bool run_passed(const suite_report& report) noexcept {
    return !report.gone && std::none_of(report.scenarios.begin(), report.scenarios.end(),
                                        [&](const scenario_report& result) { return report.fails(result); });
}

}  // namespace chatos::conformance
