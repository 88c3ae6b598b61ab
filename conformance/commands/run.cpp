// `chatos-conformance run`
#include "base/shown_text.hpp"
#include "base/system/terminal_colors.hpp"
#include "commands/commands.hpp"
#include "commands/progress_line.hpp"
#include "commands/read_input.hpp"
#include "commands/report_files.hpp"
#include "profile/profile.hpp"
#include "report/console.hpp"
#include "report/shell_word.hpp"
#include "report/written_profile.hpp"
#include "runner/described_implementation.hpp"
#include "runner/suite.hpp"
#include "scenario/suite_version.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;

class run {
public:
    explicit run(const run_settings& settings) : settings_{settings} {}

    int execute() {
        selection selection = settings_.selection;
        if (!read_files() || !choose_role(selection)) {
            return exit_usage;
        }
        selection.known_skips = profile_.skips;
        catalog_result catalog = make_catalog(selection);
        if (!catalog.problems.empty()) {
            return print_problems(catalog.problems);
        }
        if (catalog.loaded.selected.empty()) {
            print_error("no scenario that judges a " + std::string{role_name(*selection.role)} +
                        " is left to run: the filters exclude all; `chatos-conformance list` takes the same filters");
            return exit_usage;
        }
        if (!choose_variants(catalog.loaded)) {
            return exit_usage;
        }
        if (const int code = choose_implementation(*selection.role); code != exit_good) {
            return code;
        }
        if (!files_.open(settings_.outputs)) {
            return exit_usage;
        }
        return run_and_report(catalog.loaded);
    }

private:
    bool read_files() {
        if (!settings_.profile_path.empty()) {
            auto loaded = read_input(settings_.profile_path, [&](std::string_view text, const std::string& source) {
                profile_text_ = text;
                return load_profile(text, source);
            });
            if (!loaded) {
                return false;
            }
            profile_ = std::move(*loaded);
        }
        if (!settings_.baseline_path.empty()) {
            baseline_ = read_input(settings_.baseline_path, load_baseline);
            return baseline_.has_value();
        }
        return true;
    }

    /// A profile says what it describes; everything else that can be judged is a server.
    bool choose_role(selection& selection) {
        const test_role role = profile_.role;
        const std::string described{role_name(role)};
        if (selection.role && *selection.role != role) {
            const std::string wanted{role_name(*selection.role)};
            print_error(
                "--role " + wanted + ": " +
                (settings_.profile_path.empty()
                     ? "a client is started as a profile says; give --profile FILE.json with \"role\": \"client\""
                     : base::printable(settings_.profile_path) + " describes a " + described + "; give --role " +
                           described + ", or the profile of a " + wanted));
            return false;
        }
        if (role == test_role::client && !settings_.target.empty()) {
            print_error("--target " + base::printable(settings_.target) + ": " +
                        base::printable(settings_.profile_path) +
                        " describes a client, which connects to us; leave --target out");
            return false;
        }
        selection.role = role;
        return true;
    }

    bool choose_variants(const catalog& catalog) {
        options_.interleave = settings_.interleave;
        if (!settings_.segments.empty()) {
            options_.segments.clear();
        }
        for (std::string_view remaining = settings_.segments; !remaining.empty();) {
            const std::string_view word = remaining.substr(0, remaining.find(','));
            remaining.remove_prefix(std::min(word.size() + 1, remaining.size()));
            const auto* known = std::find_if(std::begin(all_segmentations), std::end(all_segmentations),
                                             [&](segmentation segment) { return segmentation_name(segment) == word; });
            if (known == std::end(all_segmentations)) {
                print_error("--segment " + base::printable(word) +
                            ": expected whole, bytes or boundaries, or several of them with commas between");
                return false;
            }
            if (std::find(options_.segments.begin(), options_.segments.end(), *known) == options_.segments.end()) {
                options_.segments.push_back(*known);
            }
        }
        return settings_.schedule.empty() || choose_schedule(catalog);
    }

    bool choose_schedule(const catalog& catalog) {
        if (catalog.selected.size() != 1 || settings_.interleave != 0) {
            print_error("--schedule " + base::printable(settings_.schedule) +
                        ": expected one selected scenario and no --interleave; "
                        "there are " +
                        std::to_string(catalog.selected.size()) + " scenarios");
            return false;
        }
        auto parsed = parse_schedule(settings_.schedule, *catalog.selected.front());
        if (const auto* error = std::get_if<std::string>(&parsed)) {
            print_error("--schedule " + base::printable(settings_.schedule) + ": " + base::printable(*error));
            return false;
        }
        options_.only_order.emplace(catalog.selected.front(), std::get<schedule>(std::move(parsed)));
        return true;
    }

    int choose_implementation(test_role role) {
        if (role == test_role::client) {
            for (std::size_t job = 0; job < settings_.jobs; ++job) {
                under_test_.push_back(described_client(profile_));
            }
            repeat_ = "--profile " + shell_word(settings_.profile_path);
            return exit_good;
        }
        if (!settings_.target.empty()) {
            return choose_target();
        }
        profile described = profile_;
        if (!settings_.server_command.empty()) {
            if (settings_.server_command.find("{port}") == std::string::npos) {
                print_error("--server-command: {port} is missing, so the server cannot be told where to listen; give "
                            "for example "
                            "\"./my-server {port}\"");
                return exit_usage;
            }
            described.name = settings_.server_command;
            described.command = {"/bin/sh", "-c", settings_.server_command};
            profile_text_ = new_profile(described.name, described.command);
            repeat_ = "--server-command " + shell_word(settings_.server_command);
        } else {
            if (profile_.command.empty()) {
                print_error(settings_.profile_path +
                            ": the profile has no \"command\"; add one, or give --target HOST:PORT as well");
                return exit_usage;
            }
            repeat_ = "--profile " + shell_word(settings_.profile_path);
        }
        for (std::size_t job = 0; job < settings_.jobs; ++job) {
            under_test_.push_back(described_server(described, settings_.time_factor));
        }
        return exit_good;
    }

    int choose_target() {
        const base::endpoint_result where = base::parse_endpoint(settings_.target);
        if (!where.fault.empty()) {
            print_error("--target: " + where.fault);
            return exit_usage;
        }
        const auto start_timeout =
            std::chrono::duration_cast<std::chrono::milliseconds>(2'000ms * settings_.time_factor);
        if (settings_.jobs > 1) {
            print_error("--jobs " + std::to_string(settings_.jobs) +
                        ": each job needs a server of its own, and --target names one; give --server-command \"CMD "
                        "{port}\" or a profile with a \"command\"");
            return exit_usage;
        }
        under_test_.push_back(std::make_unique<running_target>(where.value, start_timeout));
        repeat_ = "--target " + shell_word(settings_.target);
        if (settings_.profile_path.empty()) {
            profile_text_ = new_profile(settings_.target, {});
        }
        return exit_good;
    }

    int run_and_report(const catalog& catalog) {
        end_child_on_signals();
        const int console = files_.use_standard_output() ? STDERR_FILENO : STDOUT_FILENO;
        progress_line progress{progress_line::is_wanted(files_.use_standard_output())};
        suite_options& options = options_;
        options.strict = settings_.strict;
        options.time_factor = settings_.time_factor;
        options.run_tag = random_run_tag();
        options.keep_traffic = !settings_.outputs.pcap_folder.empty();
        options.keep_all_traffic = options.keep_traffic && settings_.outputs.pcap_all;
        options.known_failures = profile_.known_failures;
        options.ids = catalog.ids;
        options.extensions = profile_.extensions;
        options.failures_max = settings_.failures_max;
        options.is_interrupted = [] { return interrupting_signal() != 0; };
        options.progress = [&](std::size_t done, std::size_t all, const scenario& next) {
            progress.show(done, all, next.id);
        };
        run_facts facts;
        facts.tool_version = settings_.version;
        facts.suite_version =
            settings_.selection.suite_version.empty() ? newest_suite_version() : settings_.selection.suite_version;
        facts.repeat_arguments = repeat_ + (settings_.strict ? " --strict" : "") + time_factor_argument();
        facts.capture_folder = settings_.outputs.pcap_folder;
        facts.strict = settings_.strict;
        facts.profile_text = profile_text_;
        facts.known_failures = profile_.known_failures;
        facts.started = std::chrono::system_clock::now();
        std::vector<implementation*> jobs;
        for (const auto& target : under_test_) {
            jobs.push_back(target.get());
        }
        const auto start = std::chrono::steady_clock::now();
        suite_report report = run_suite(catalog.selected, catalog.scenarios, jobs, options);
        report.skipped = catalog.skipped;
        report.requires_supported = settings_.requires_supported;
        note_patterns_without_effect(catalog, report);
        facts.duration =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
        progress.clear();
        if (!report.gone && report.ran() == 0 && interrupting_signal() == 0) {
            print_error("not one scenario could run, so nothing was checked: " + report.scenarios.front().scenario->id +
                        ' ' + report.scenarios.front().why);
            return exit_usage;
        }
        facts.causes = causes_of(report);
        facts.shows_all = settings_.shows_all;
        facts.is_brief = settings_.is_brief;
        if (baseline_) {
            facts.changes = changes_since(*baseline_, report);
        }
        // Files first: the reader of standard output may stop reading, which ends this process (SIGPIPE).
        const bool written = files_.write(report, facts);
        write_console_report(console == STDERR_FILENO ? std::cerr : std::cout, report, facts,
                             base::colors_for(console));
        const int code = written ? exit_code_of(report) : exit_gone;
        return interrupting_signal() == 0 ? code : 128 + interrupting_signal();
    }

    [[nodiscard]] std::string time_factor_argument() const {
        char text[64];
        (void)std::snprintf(text, sizeof text, " --time-factor %g", settings_.time_factor);
        return settings_.time_factor == 1.0 ? "" : text;
    }

    static int exit_code_of(const suite_report& report) {
        if (report.gone) {
            print_error(base::printable(*report.gone));
            for (const std::string& line : report.gone_output) {
                std::cerr << "  | " << base::printable(line) << '\n';
            }
            return exit_gone;
        }
        return run_passed(report) ? exit_good : exit_failed;
    }

    /// No error: a scenario may have been renamed, or come only with a file that is not part of this run.
    void note_patterns_without_effect(const catalog& catalog, suite_report& report) const {
        const auto check = [&](const std::string& pattern, const std::string& place) {
            if (!pattern.empty() && !matches_any(pattern, catalog.ids)) {
                report.notes.push_back(place + ": \"" + pattern + "\": " + unknown_scenario(pattern, catalog.ids));
            }
        };
        for (const skip_entry& skip : profile_.skips) {
            check(skip.scenario, skip.place);
        }
        for (const known_failure& known : profile_.known_failures) {
            check(known.scenario, known.place);
        }
    }

    const run_settings& settings_;
    profile profile_;
    std::string profile_text_;
    std::optional<baseline> baseline_;
    std::vector<std::unique_ptr<implementation>> under_test_;  // one for each job
    suite_options options_;
    std::string repeat_;
    report_files files_;
};

}  // namespace

int run_command(const run_settings& settings) {
    return run{settings}.execute();
}

}  // namespace chatos::conformance
