// chatos-dump: only the command line. dump_captures(), dump_raw() and the sinks do the work.
#include "base/colors.hpp"
#include "base/system/terminal_colors.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/check/check_command.hpp"
#include "dump/filter/filter_error_text.hpp"
#include "dump/input/compressed_input.hpp"
#include "dump/live/bpf_filter.hpp"
#include "dump/live/live_dump.hpp"
#include "dump/output/input_progress.hpp"
#include "dump/output/sink_chain.hpp"
#include "dump/output/terminal.hpp"
#include "dump/record/forwarding_sinks.hpp"
#include "dump/scenario/scenario_sink.hpp"
#include "dump/stream/raw_dump.hpp"
#include "dump/text/text_format.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace {

using namespace chatos::dump;

constexpr int exit_read = 0;  // the whole input was read, whatever it contains
constexpr int exit_violations = 1;
constexpr int exit_usage = 2;
constexpr int exit_failed = 3;  // a file cannot be read or written, or is malformed

constexpr std::string_view examples = R"(Examples:
  chatos-dump capture.pcapng                 one line per packet
  chatos-dump --json --port 9000 a.pcap.gz   one JSON object per line; the server's port
  chatos-dump --check --junit r.xml a.pcap   which rules passed, failed, or cannot be judged
  chatos-dump --to-scenario a.pcap > a.json  replay it with: chatos-conformance run a.json
  chatos-dump --raw session.bin              the bytes of one direction
  chatos-dump --raw -v --dir s2c reply.bin   every field with its offset and bytes
  chatos-dump --ladder --ladder-svg chart.svg a.pcap
  chatos-dump -Y 'packet==SPM && message~"h[ae]llo"' a.pcap
  chatos-dump -i lo -f 'tcp port 7777'       live traffic of an interface, until Ctrl-C
  echo '06 00' | chatos-dump --raw           hex text, as typed or as xxd prints it
  chatos-dump --raw --json a.bin b.bin       one JSON object per line; two streams
  ssh host tcpdump -U -w - port 7777 | chatos-dump -

Exit status: 0 the whole input was read, whatever it contains; 1 with --check, a rule was violated; 2 usage;
3 a file cannot be read, is truncated or malformed, or is not valid hex text.)";

struct command_line {
    std::vector<std::string> files;
    chatos::limits bounds;
    raw_options raw;
    check_options check;
    bool is_to_scenario{false};
    std::vector<std::string> needs;
    std::string direction{"c2s"};
    std::vector<std::uint16_t> ports{7777};
    std::string time{"relative"};
    bool verifies_checksums{false};
    std::optional<std::uint32_t> followed;
    std::string filter_text;
    std::optional<filter> accepted;
    bool is_raw{false};
    bool is_hex{false};
    bool is_binary{false};
    bool is_verbose{false};
    bool is_json{false};
    bool wants_stats{false};
    bool wants_ladder{false};
    std::string svg_path;
    bool wants_progress{false};
    progress_mode progress{progress_mode::automatic};
    std::string interface;
    std::string expression;
    std::shared_ptr<bpf_filter> capture_filter;
};

void print_error(std::string_view message) {
    // One write per line, so that lines of several programs on one terminal do not mix.
    const std::string line = "chatos-dump: " + std::string{message} + "\n";
    std::fputs(line.c_str(), stderr);
}

int usage_error(std::string_view message) {
    print_error(message);
    return exit_usage;
}

int failure(std::string_view message) {
    print_error(message);
    return exit_failed;
}

/// The status of a program that has printed to `out`: a reader that stopped reading is no failure.
std::optional<int> output_failure(const output& out) {
    if (out.error() == 0 || out.error() == EPIPE) {
        return std::nullopt;
    }
    return failure(std::string{"cannot write to standard output: "} + std::strerror(out.error()));
}

void declare_input(CLI::App& app, command_line& options) {
    CLI::Option* files =
        app.add_option(
               "FILE", options.files,
               "Files to read; '-' or none is standard input. pcap or pcapng, plain or compressed with gzip or zstd; "
               "with --raw each is a stream")
            ->type_name("");
    CLI::Option* raw =
        app.add_flag("--raw", options.is_raw, "The input is the byte stream of one direction, binary or hex text");
    app.add_option("-i", options.interface, "Capture from this interface, until SIGINT or SIGTERM")
        ->option_text("IFACE")
        ->excludes(raw)
        ->excludes(files);
    app.add_option("-f", options.expression, "Read only frames that match this expression; see pcap-filter(7)")
        ->option_text("BPF")
        ->excludes(raw);
    app.add_option("--port", options.ports, "Port of the server; may be given several times")
        ->check(CLI::Range(1, 65'535).description(""))
        ->option_text("N (default 7777)")
        ->allow_extra_args(false)
        ->excludes(raw);
    app.add_flag("--verify-checksums", options.verifies_checksums,
                 "Skip frames with wrong checksums (captures taken on the sender often have them)")
        ->excludes(raw);
    CLI::Option* hex =
        app.add_flag("--hex", options.is_hex, "The input is hex text (otherwise its first byte decides)");
    app.add_flag("--binary", options.is_binary, "The input is binary")->excludes(hex);
    app.add_option("--dir", options.direction, "Who sent the bytes: c2s, a client (default), or s2c, a server")
        ->check(CLI::IsMember({"c2s", "s2c"}).description(""))
        ->option_text("c2s|s2c");
    app.add_flag(
        "--progress,!--no-progress", options.wants_progress,
        "Show the progress of reading files on stderr (by default if that is a terminal and reading takes long)");
    app.add_option("--pseudo-bytes-max", options.bounds.pseudo_bytes_max, "Longer pseudos are malformed")
        ->check(CLI::Range(1, 0x7FFF).description(""))
        ->option_text("N (default 255)");
    app.add_option("--message-bytes-max", options.bounds.message_bytes_max, "Longer messages are malformed")
        ->check(CLI::Range(0, 0x7FFF'FFFF).description(""))
        ->option_text("N (default 65536)");
}

void declare_to_scenario(CLI::App& app, command_line& options) {
    CLI::Option* to_scenario = app.add_flag("--to-scenario", options.is_to_scenario,
                                            "Print the captured traffic as a scenario for chatos-conformance run");
    for (const char* other :
         {"--raw", "--json", "--check", "-v", "--time", "-Y", "--stats", "--ladder", "--ladder-svg"}) {
        to_scenario->excludes(other);
    }
    app.add_option("--need", options.needs,
                   "With --to-scenario: an option that the server must be started with; may be given several times")
        ->option_text("capacity|answer_timeout_ms|pc_timeout_ms|login_timeout_ms=N")
        ->allow_extra_args(false)
        ->needs(to_scenario);
}

void declare_check(CLI::App& app, check_options& check_settings) {
    CLI::Option* check = app.add_flag("--check", check_settings.is_wanted,
                                      "Judge the captured traffic by the rules instead of printing it")
                             ->excludes("--raw")
                             ->excludes("-v")
                             ->excludes("-Y")
                             ->excludes("--stats")
                             ->excludes("--ladder")
                             ->excludes("--ladder-svg");
    app.add_option("--junit", check_settings.junit,
                   "Write the verdicts to this file as JUnit XML; '-' is standard output")
        ->option_text("FILE")
        ->needs(check);
    app.add_option("--role", check_settings.role, "Whose behaviour is judged")
        ->check(CLI::IsMember({"server", "client", "both"}).description(""))
        ->option_text("server|client|both (default both)")
        ->needs(check);
    app.add_flag("--all-clients", check_settings.has_all_clients,
                 "The capture has every connection of the server from its start on: clients not in it did not exist")
        ->needs(check);
    app.add_option("--answer-timeout-ms", check_settings.answer_timeout_ms,
                   "The server's timeout for answers; without it any ERROR 4 may be a timeout")
        ->check(CLI::Range(1, 86'400'000).description(""))
        ->option_text("N")
        ->needs(check);
    app.add_option("--pc-timeout-ms", check_settings.pc_timeout_ms, "The server's timeout for the decision on a PC")
        ->check(CLI::Range(1, 86'400'000).description(""))
        ->option_text("N")
        ->needs(check);
}

/// What is shown, and how; after declare_input().
void declare_output(CLI::App& app, command_line& options) {
    CLI::Option* time = app.add_option("--time", options.time, "Format of times in text")
                            ->check(CLI::IsMember({"absolute", "iso", "relative", "delta", "epoch"}).description(""))
                            ->option_text("absolute|relative|delta|epoch (default relative; iso is absolute)")
                            ->excludes("--raw");
    CLI::Option* verbose = app.add_flag("-v", options.is_verbose, "Show each field with its offset and bytes");
    CLI::Option* json =
        app.add_flag("--json", options.is_json, "Print one JSON object per line")->excludes(verbose)->excludes(time);
    CLI::Option* stats =
        app.add_flag(
               "--stats", options.wants_stats,
               "Show no packets, but how many there are, how long answers took, and which requests stayed unanswered")
            ->excludes(verbose)
            ->excludes(time);
    app.add_flag("--ladder", options.wants_ladder,
                 "Draw a sequence chart as wide as the terminal, a row per packet and event")
        ->excludes(verbose)
        ->excludes(json)
        ->excludes(stats);
    app.add_option("--ladder-svg", options.svg_path,
                   "Also draw the chart into a file, as SVG: at most 5,000 rows and 40 endpoints")
        ->option_text("FILE");
    app.add_option("--follow", options.followed, "Show one stream only, by its number in JSON or with -v")
        ->option_text("STREAM");
    app.add_option(
           "-Y", options.filter_text,
           "Show the packets and events that the filter accepts, such as 'pseudo==\"bob\" || event==gap'. Fields: "
           "packet, pseudo, message, code, stream, dir, src, dst, frame, offset, length, time, type, event, "
           "bytes; operators: == != < <= > >= ~ contains ! && || ( )")
        ->option_text("FILTER");
}

void declare(CLI::App& app, command_line& options) {
    app.name("chatos-dump");
    app.footer(std::string{examples});
    app.set_version_flag("--version", std::string{"chatos-dump "} + CHATOS_VERSION);
    declare_input(app, options);
    declare_output(app, options);
}

/// The contradiction in the command line; empty if there is none.
std::string usage_problem(const command_line& options) {
    if (options.is_to_scenario && options.files.size() > 1) {
        return "--to-scenario makes a scenario of one capture: name one file";
    }
    if (options.check.junit == "-" && options.is_json) {
        return "--junit - and --json both want standard output: give --junit a file";
    }
    if (!options.is_raw && (options.is_hex || options.is_binary || options.direction != "c2s")) {
        return "--hex, --binary and --dir apply to byte streams: use them with --raw";
    }
    if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
        return "standard input ('-') is given more than once: name it once";
    }
    return {};
}

time_format time_format_of(std::string_view name) {
    return name == "absolute" || name == "iso" ? time_format::absolute
           : name == "delta"                   ? time_format::delta
           : name == "epoch"                   ? time_format::epoch
                                               : time_format::relative;
}

bool dump_all(const command_line& options, record_sink& sink, output& out) {
    input_progress progress{options.interface.empty() ? options.progress : progress_mode::never, options.files, out};
    const auto report = [&progress](std::string_view problem) {
        progress.clear();
        print_error(problem);
    };
    const auto on_read = [&progress](std::size_t bytes) { progress.advance(bytes); };
    if (options.is_raw) {
        raw_options raw = options.raw;
        raw.on_read = on_read;
        return dump_raw(raw, sink, out, report);
    }
    capture_options captures{.files = options.files,
                             .bounds = options.bounds,
                             .verify_checksums = options.verifies_checksums,
                             .on_read = on_read};
    for (const std::uint16_t port : options.ports) {
        captures.ports.set(port);
    }
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
        report(options.capture_filter->problem() + "; its frames were skipped");
        return false;
    }
    return all_read;
}

output_options output_options_of(const command_line& options) {
    return {.kind = options.is_json        ? output_format::json
                    : options.is_verbose   ? output_format::tree
                    : options.wants_ladder ? output_format::ladder
                                           : output_format::lines,
            .wants_stats = options.wants_stats,
            .time = time_format_of(options.time),
            .colors = chatos::base::colors_for(STDOUT_FILENO),
            .names_streams = options.files.size() > 1,
            .columns = terminal_columns(STDOUT_FILENO),
            .followed = options.followed,
            .accepted = options.accepted,
            .svg_path = options.svg_path};
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
        return exit_failed;
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
    const auto check =
        make_checking(options.check, options.is_json, chatos::base::colors_for(STDOUT_FILENO), form.first(), out);
    if (!check) {
        return usage_error(cannot_open(options.check.junit));
    }
    one_stream_sink followed{options.followed.value_or(0), check->sink()};
    const bool all_read =
        dump_all(options, options.followed ? static_cast<record_sink&>(followed) : check->sink(), out);
    const bool is_reported = check->write_report();
    if (const std::optional<int> status = output_failure(out)) {
        return *status;
    }
    if (!is_reported) {
        return failure("--junit " + shown_path(options.check.junit) + " cannot be written: is the disk full?");
    }
    return !all_read ? exit_failed : check->has_violations() ? exit_violations : exit_read;
}

int run(const command_line& options) {
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
    const bool all_read = dump_all(options, form.first(), out);
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

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app{"Shows ChatOS packets, and accounts for every other byte."};
    command_line options;
    declare(app, options);
    declare_check(app, options.check);
    declare_to_scenario(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::ParseError& error) {
        return usage_error(std::string{error.what()} + "; see chatos-dump --help");
    }
    if (const std::string problem = usage_problem(options); !problem.empty()) {
        return usage_error(problem);
    }
    if (app.count("-Y") != 0) {
        std::variant<filter, filter_problem> parsed = filter::parse(options.filter_text);
        if (const filter_problem* const problem = std::get_if<filter_problem>(&parsed)) {
            return usage_error(filter_error_text(options.filter_text, *problem));
        }
        options.accepted = std::get<filter>(std::move(parsed));
    }
    if (app.count("-f") != 0) {
        options.capture_filter = std::make_shared<bpf_filter>(options.expression);
        if (const std::unique_ptr<bpf_problem> problem = options.capture_filter->check()) {
            return usage_error(bpf_error_text(options.expression, *problem));
        }
    }
    if (app.count("--progress") != 0) {
        options.progress = options.wants_progress ? progress_mode::always : progress_mode::never;
    }
    options.raw.files = options.files;
    options.raw.bounds = options.bounds;
    options.raw.encoding = options.is_hex      ? raw_encoding::hex
                           : options.is_binary ? raw_encoding::binary
                                               : raw_encoding::detect;
    options.raw.direction =
        options.direction == "s2c" ? stream_direction::server_to_client : stream_direction::client_to_server;
    return run(options);
}
