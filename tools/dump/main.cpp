// chatos-dump: from what the command line asks for to what does it.
#include "base/colors.hpp"
#include "base/system/terminal_colors.hpp"
#include "dump/anonymize/anonymizer.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/command_line.hpp"
#include "dump/input/compressed_input.hpp"
#include "dump/live/live_dump.hpp"
#include "dump/output/sink_chain.hpp"
#include "dump/output/stream_bytes.hpp"
#include "dump/output/terminal.hpp"
#include "dump/record/forwarding_sinks.hpp"
#include "dump/scenario/scenario_sink.hpp"
#include "dump/text/text_format.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <string>
#include <unistd.h>
#include <variant>

namespace {

using namespace chatos::dump;

/// The status of a program that has printed to `out`: a reader that stopped reading is no failure.
std::optional<int> output_failure(const output& out) {
    if (out.error() == 0 || out.error() == EPIPE) {
        return std::nullopt;
    }
    return failure(std::string{"cannot write to standard output: "} + std::strerror(out.error()));
}

time_format time_format_of(std::string_view name) {
    return name == "absolute" || name == "iso" ? time_format::absolute
           : name == "delta"                   ? time_format::delta
           : name == "epoch"                   ? time_format::epoch
                                               : time_format::relative;
}

/// Whether verdicts are wanted while the input continues.
bool is_watched(const command_line& options) {
    return options.check.is_wanted && (!options.interface.empty() || !options.check.metrics.empty());
}

using input_listener = std::function<void(const input_outcome&)>;

bool dump_until(const input_stop& stop, const command_line& options, record_sink& sink, output& out,
                frame_listener* listener = nullptr, bool is_quiet = false, const input_listener& on_end = {}) {
    input_progress progress{options.interface.empty() ? options.progress : progress_mode::never, options.files, out};
    const auto report = [&progress, is_quiet](std::string_view problem) {
        progress.clear();
        if (!is_quiet) {
            print_error(problem);
        }
    };
    const auto on_read = [&progress](std::size_t bytes) { progress.advance(bytes); };
    if (options.is_raw) {
        raw_options raw = options.raw;
        raw.on_read = on_read;
        raw.stop = &stop;
        return dump_raw(raw, sink, out, report);
    }
    capture_options captures{.files = options.files,
                             .ports = options.ports,
                             .bounds = options.bounds,
                             .stream_bytes_max =
                                 options.check.is_wanted ? check_stream_bytes_max : memory_budget{}.bytes_max,
                             .verify_checksums = options.verifies_checksums,
                             .link_types = options.link_type_choices,
                             .on_read = on_read,
                             .on_end = on_end,
                             .stop = &stop,
                             .ends_after = options.ends_after,
                             .listener = listener,
                             .is_watched = is_watched(options)};
    if (!options.interface.empty()) {
        return dump_interface(options.interface, options.expression, captures, sink, out, report);
    }
    if (options.capture_filter) {
        captures.accepts = [&expression = *options.capture_filter](const captured_frame& frame) {
            return expression.accepts(frame);
        };
    }
    const bool all_read = dump_captures(captures, sink, out, decompressed, report);
    if (options.capture_filter && !options.capture_filter->problem().empty()) {
        const std::string problem = options.capture_filter->problem() + "; its frames were skipped";
        report(problem);
        if (on_end) {
            on_end({.name = "-f " + options.expression, .problem = problem});
        }
        return false;
    }
    return all_read;
}

bool dump_all(const command_line& options, record_sink& sink, output& out, frame_listener* listener = nullptr,
              const input_listener& on_end = {}) {
    return dump_until(input_stop{}, options, sink, out, listener, false, on_end);
}

output_options output_options_of(const command_line& options) {
    return {.kind = options.kept_path == "-" ? output_format::none
                    : options.is_json        ? output_format::json
                    : options.is_csv         ? output_format::csv
                    : options.is_verbose     ? output_format::tree
                    : options.wants_ladder   ? output_format::ladder
                                             : output_format::lines,
            .wants_stats = options.wants_stats,
            .time = time_format_of(options.time),
            .colors = chatos::base::colors_for(STDOUT_FILENO),
            .names_streams = options.files.size() > 1,
            .columns = terminal_columns(STDOUT_FILENO),
            .followed = options.followed,
            .accepted = options.accepted,
            .svg_path = options.svg_path,
            .kept_path = options.kept_path};
}

/// Prints the whole scenario or nothing: an incomplete one would test something else.
int make_scenario(const command_line& options) {
    const std::string path = options.files.empty() ? "-" : options.files.front();
    output scenario;
    scenario_name name{.id = scenario_id_of(path == "-" ? "standard-input" : path),
                       .title = "a captured conversation goes as it went",
                       .needs = {}};
    for (const std::string& need : options.needs) {
        const auto parsed = parse_need(need);
        if (!parsed) {
            return usage_error("--need " + shown_path(need) +
                               ": expected capacity, answer_timeout_ms, pc_timeout_ms or login_timeout_ms, then = and "
                               "a number from 1 on, for example capacity=2");
        }
        name.needs.insert(*parsed);
    }
    scenario_sink sink{scenario, std::move(name)};
    one_stream_sink followed{options.followed.value_or(0), sink};
    record_sink& first = options.followed ? static_cast<record_sink&>(followed) : sink;
    if (!dump_all(options, first, scenario)) {
        return failure("no scenario is printed: it would be of a part of the capture");
    }
    if (!sink.refusal().empty()) {
        return failure("cannot make a scenario of " + shown_path(path) + ": " + sink.refusal());
    }
    output out{STDOUT_FILENO};
    out.add(scenario.text());
    out.flush();
    if (const std::optional<int> status = output_failure(out)) {
        return *status;
    }
    return exit_read;
}

/// The judge sees all records first, and passes on those to be printed.
int judge_capture(const command_line& options) {
    output out{STDOUT_FILENO};
    output_options shown = output_options_of(options);
    shown.followed.reset();
    sink_chain form{shown, out};
    const auto check = make_checking(options.check, options.is_json, is_watched(options),
                                     chatos::base::colors_for(STDOUT_FILENO), form.first(), out);
    if (!check) {
        return usage_error(cannot_open(options.check.junit));
    }
    if (const std::string problem = check->problem(); !problem.empty()) {
        check->input_ended({.name = "what watches it", .problem = problem});
        (void)check->write_report();
        return failure(problem);
    }
    if (const std::string announcement = check->announcement(); !announcement.empty()) {
        print_error(announcement);
    }
    one_stream_sink followed{options.followed.value_or(0), check->sink()};
    bool all_read =
        dump_all(options, options.followed ? static_cast<record_sink&>(followed) : check->sink(), out,
                 check->listener(), [&check](const input_outcome& outcome) { check->input_ended(outcome); });
    out.flush();
    if (const std::string kept = check->kept_text(); !kept.empty()) {
        print_error(kept);
    }
    if (const std::string problem = check->problem(); !problem.empty()) {
        print_error(problem);
        check->input_ended({.name = "--keep " + options.check.keep_folder, .problem = problem});
        all_read = false;
    }
    const std::optional<int> failed = output_failure(out);
    if (failed) {
        check->input_ended({.name = "standard output", .problem = "the verdicts cannot be written"});
    }
    const bool is_reported = check->write_report();
    if (const std::optional<int> status = failed ? failed : output_failure(out)) {
        return *status;
    }
    if (!is_reported) {
        return failure("--junit " + shown_path(options.check.junit) + " cannot be written: is the disk full?");
    }
    return !all_read ? exit_failed : check->has_violations() ? exit_violations : exit_read;
}

int follow_bytes(const command_line& options) {
    output out{STDOUT_FILENO};
    std::optional<stream_direction> direction;
    if (!options.direction.empty()) {
        direction = options.raw.direction;
    }
    stream_bytes bytes{out, *options.raw_followed, direction};
    const bool all_read = dump_all(options, bytes, out, &bytes);
    if (const std::optional<int> status = output_failure(out)) {
        return *status;
    }
    if (const std::string warning = bytes.warning(); !warning.empty()) {
        print_error(warning);
    }
    if (const std::string problem = bytes.problem(); !problem.empty()) {
        return failure(problem);
    }
    return all_read ? exit_read : exit_failed;
}

/// Reads the capture twice: first for the texts of which nothing may remain.
int anonymize_capture(const command_line& options) {
    const keyed_hash::key secret = random_key();
    text_cipher texts{secret};
    anonymized_file file{options.anonymized_path};
    const auto cannot_write = [&] {
        return failure("cannot write " + shown_path(options.anonymized_path) + ": " + std::strerror(file.error()));
    };
    if (file.error() != 0) {
        return cannot_write();
    }
    const input_stop stop;
    text_collector collector{texts};
    output nowhere;
    (void)dump_until(stop, options, collector, nowhere, nullptr, true);  // what is wrong is told by the second time
    if (stop.is_requested()) {
        return failure("interrupted before all texts were known: nothing was written to " +
                       shown_path(options.anonymized_path));
    }
    anonymizer rewriter{file, texts, secret, options.ports, options.link_type_choices};
    const bool all_read = dump_until(stop, options, rewriter, nowhere, &rewriter);
    if (file.error() != 0) {
        return cannot_write();
    }
    const anonymizer::counts& account = rewriter.account();
    output out{STDOUT_FILENO};
    out.add(account.frames, account.frames == 1 ? " frame" : " frames", " written: ");
    out.add(account.simplified, " without tunnels and the like, ", account.blank,
            " all zeros, because they have no segment of ChatOS");
    out.add('\n');
    out.flush();
    return all_read ? exit_read : exit_failed;
}

int run(const command_line& options) {
    if (!options.anonymized_path.empty()) {
        return anonymize_capture(options);
    }
    if (options.raw_followed) {
        return follow_bytes(options);
    }
    if (options.is_to_scenario) {
        return make_scenario(options);
    }
    if (options.check.is_wanted) {
        return judge_capture(options);
    }
    output out{STDOUT_FILENO};
    sink_chain form{output_options_of(options), out};
    if (const std::string problem = form.problem(); !problem.empty()) {
        return failure(problem);
    }
    const bool all_read = dump_all(options, form.first(), out, form.listener());
    form.finish();
    if (const std::optional<int> status = output_failure(out)) {
        return *status;
    }
    if (const std::string problem = form.problem(); !problem.empty()) {
        return failure(problem);
    }
    return all_read ? exit_read : exit_failed;
}

}  // namespace

namespace {

/// Without a standard stream the next file that is opened gets its number: what is printed would go into a capture that
/// is written, and messages into a drawing. What takes its place refuses to be used.
void hold_standard_streams() {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) == -1) {
            (void)::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // gets the lowest number
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    hold_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);
    const std::variant<command_line, int> options = parse_command_line(argc, argv);
    const int* const status = std::get_if<int>(&options);
    return status != nullptr ? *status : run(std::get<command_line>(options));
}
