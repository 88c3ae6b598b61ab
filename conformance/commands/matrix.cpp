// `chatos-conformance matrix`
#include "base/shown_text.hpp"
#include "base/system/replaced_file.hpp"
#include "base/system/terminal_colors.hpp"
#include "commands/commands.hpp"
#include "commands/progress_line.hpp"
#include "commands/read_input.hpp"
#include "matrix/matrix_reports.hpp"
#include "runner/pseudonyms.hpp"

#include <iostream>
#include <unistd.h>

namespace chatos::conformance {
namespace {

using matrix_writer = void (*)(std::ostream&, const matrix_report&);

/// A report beside the console. Tried before anything runs.
class matrix_file {
public:
    matrix_file(std::string flag, const std::string& path, matrix_writer writer)
        : flag_{std::move(flag) + ' ' + base::printable(path)}, writer_{writer}, is_wanted_{!path.empty()} {
        if (is_wanted_ && path != "-") {
            place_.emplace(path);
        }
    }

    [[nodiscard]] bool goes_to_standard_output() const noexcept { return is_wanted_ && !place_; }
    [[nodiscard]] bool can_be_written() const {
        if (place_ && !place_->fault().empty()) {
            print_error(flag_ + ": the file " + place_->fault());
            return false;
        }
        return true;
    }
    [[nodiscard]] bool write(const matrix_report& report) {
        if (!is_wanted_) {
            return true;
        }
        bool is_written = false;
        if (place_) {
            is_written = place_->write([&](std::ostream& out) { writer_(out, report); });
        } else {
            writer_(std::cout, report);
            is_written = static_cast<bool>(std::cout.flush());
        }
        if (!is_written) {
            print_error(flag_ + ": the report could not be written; is the disk full?");
        }
        return is_written;
    }

private:
    std::string flag_;
    matrix_writer writer_;
    bool is_wanted_;
    std::optional<base::replaced_file> place_;
};

std::optional<std::vector<named_profile>> read_profiles(const std::vector<std::string>& paths) {
    std::vector<named_profile> profiles;
    bool is_good = true;
    for (const std::string& path : paths) {
        auto loaded = read_input(path, load_profile);
        if (loaded && loaded->command.empty()) {
            print_error(base::printable(path) + ": the profile has no \"command\", which a matrix needs to start it");
            loaded.reset();
        }
        is_good = is_good && loaded.has_value();
        if (loaded) {
            profiles.push_back({std::move(*loaded), path});
        }
    }
    return is_good ? std::optional{std::move(profiles)} : std::nullopt;
}

int exit_code_of(const matrix_report& report) {
    if (report.has_obstacle()) {
        return exit_gone;
    }
    return report.has_failure() ? exit_failed : exit_good;
}

bool checked_nothing(const matrix_report& report) {
    for (const matrix_implementation& each : report.implementations) {
        if (each.suite.ran || !each.suite.obstacle.empty()) {
            return false;
        }
    }
    return report.pairs.empty();
}

}  // namespace

int matrix_command(const matrix_settings& settings) {
    auto profiles = read_profiles(settings.profile_paths);
    if (!profiles) {
        return exit_usage;
    }
    selection wanted;
    wanted.words = settings.scenarios;
    const catalog_result catalog = make_catalog(wanted);
    if (!catalog.problems.empty()) {
        return print_problems(catalog.problems);
    }
    matrix_file html{"--html", settings.html_path, write_matrix_html};
    matrix_file json{"--json", settings.json_path, write_matrix_json};
    if (html.goes_to_standard_output() && json.goes_to_standard_output()) {
        print_error("--json -: another report goes to standard output already; write one of them into a file");
        return exit_usage;
    }
    if (!html.can_be_written() || !json.can_be_written()) {
        return exit_usage;
    }
    end_child_on_signals();
    const bool takes_output = html.goes_to_standard_output() || json.goes_to_standard_output();
    const int console = takes_output ? STDERR_FILENO : STDOUT_FILENO;
    progress_line progress{progress_line::is_wanted(takes_output)};
    matrix_options options;
    options.strict = settings.strict;
    options.time_factor = settings.time_factor;
    options.jobs = settings.jobs;
    options.pair_time = std::chrono::seconds{settings.pair_seconds};
    options.run_tag = random_run_tag();
    options.is_interrupted = [] { return interrupting_signal() != 0; };
    options.progress = [&](std::size_t done, std::size_t all, const std::string& next) {
        progress.show(done, all, base::printable(next));
    };
    matrix_report report = run_matrix(std::move(*profiles), catalog.loaded, options);
    report.tool_version = settings.version;
    progress.clear();
    if (checked_nothing(report)) {
        print_error(
            "nothing was checked: --scenario leaves no scenario of these roles, and there is no pair of a client "
            "and a server");
        return exit_usage;
    }
    // Files first: the reader of standard output may stop reading, which ends this process (SIGPIPE).
    const bool html_is_written = html.write(report);
    const bool json_is_written = json.write(report);
    write_matrix_console(console == STDERR_FILENO ? std::cerr : std::cout, report, base::colors_for(console));
    if (interrupting_signal() != 0) {
        return 128 + interrupting_signal();
    }
    return html_is_written && json_is_written ? exit_code_of(report) : exit_gone;
}

}  // namespace chatos::conformance
