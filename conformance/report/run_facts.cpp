#include "report/run_facts.hpp"

#include "report/text_layout.hpp"

#include <algorithm>
#include <ctime>

namespace chatos::conformance {

std::string repeat_command(const scenario_report& one, const run_facts& facts) {
    const bool built_in = one.what->source.starts_with("built in");
    return "chatos-conformance run " + (built_in ? one.what->id : shell_word(one.what->source)) + ' ' +
           facts.repeat_arguments + (one.way_arguments.empty() ? "" : ' ' + one.way_arguments);
}

std::string capture_path(const scenario_report& one, const run_facts& facts) {
    const bool has_one = !facts.capture_folder.empty() && !one.seen.traffic.entries().empty();
    return has_one ? facts.capture_folder + '/' + one.what->id + ".pcap" : "";
}

std::string utc_text(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    (void)::gmtime_r(&seconds, &parts);
    char text[32];
    (void)std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

std::string area_name(const scenario& what) {
    std::string name{scenario_area(what)};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char one) { return one >= 'a' && one <= 'z' ? static_cast<char>(one - ('a' - 'A')) : one; });
    return name;
}

bool run_passed(const suite_report& report) noexcept {
    return !report.gone && std::none_of(report.scenarios.begin(), report.scenarios.end(),
                                        [](const scenario_report& one) { return fails_the_run(one.judged); });
}

}  // namespace chatos::conformance
