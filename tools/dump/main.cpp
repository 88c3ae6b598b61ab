// chatos-dump: the command line, and nothing else. The work is done by dump_captures(), dump_raw() and the sinks.
#include "base/colors.hpp"
#include "base/system/terminal_colors.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/check/check_command.hpp"
#include "dump/filter/filter_complaint.hpp"
#include "dump/input/compressed_input.hpp"
#include "dump/live/bpf_filter.hpp"
#include "dump/live/live_dump.hpp"
#include "dump/output/input_progress.hpp"
#include "dump/output/output_form.hpp"
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

constexpr int exit_read = 0;  // the whole input was read, whatever was in it
constexpr int exit_violations = 1;
constexpr int exit_usage = 2;
constexpr int exit_broken = 3;  // a file that cannot be read, or is not what it should be

constexpr std::string_view examples = R"(Examples:
  chatos-dump capture.pcapng                 one line per packet
  chatos-dump --json --port 9000 a.pcap.gz   one JSON object per line; the server's port
  chatos-dump --check --junit r.xml a.pcap   which rules were kept, broken, or cannot be judged
  chatos-dump --to-scenario a.pcap > a.json  to play it again: chatos-conformance run a.json
  chatos-dump --raw session.bin              the bytes of one direction
  chatos-dump --raw -v --dir s2c reply.bin   every field with its offset and bytes
  chatos-dump --ladder --ladder-svg chart.svg a.pcap
  chatos-dump -Y 'packet==SPM && message~"h[ae]llo"' a.pcap
  chatos-dump -i lo -f 'tcp port 7777'       what passes an interface, until Ctrl-C
  echo '06 00' | chatos-dump --raw           hex text, as typed or as xxd prints it
  chatos-dump --raw --json a.bin b.bin       one JSON object per line; two streams
  ssh host tcpdump -U -w - port 7777 | chatos-dump -

Exit status: 0 the whole input was read, whatever was in it; 1 with --check, a rule was broken; 2 usage;
3 a file that cannot be read, is cut or broken, or is not the hex text it should be.)";

struct command_line {
    std::vector<std::string> files;
    chatos::limits bounds;
    raw_options raw;
    check_options check;
    bool is_to_scenario{false};
    std::vector<std::string> needs;
    std::string way{"c2s"};
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
    progress_wish progress{progress_wish::automatic};
    std::string interface;
    std::string expression;
    std::shared_ptr<bpf_filter> kept;
};

int complain(std::string_view what, int status) {
    // One write per line, so that lines of several programs on one terminal do not mix.
    const std::string line = "chatos-dump: " + std::string{what} + "\n";
    std::fputs(line.c_str(), stderr);
    return status;
}

void declare_input(CLI::App& app, command_line& asked) {
    CLI::Option* files =
        app.add_option(
               "FILE", asked.files,
               "Files to read; '-' or none is standard input. pcap or pcapng, as it is or in gzip or zstd; with --raw "
               "each is a stream")
            ->type_name("");
    CLI::Option* raw =
        app.add_flag("--raw", asked.is_raw, "The input is the byte stream of one direction, binary or hex text");
    app.add_option("-i", asked.interface, "Capture from this interface, until SIGINT or SIGTERM")
        ->option_text("IFACE")
        ->excludes(raw)
        ->excludes(files);
    app.add_option("-f", asked.expression, "Look only at frames that this expression is true of; see pcap-filter(7)")
        ->option_text("BPF")
        ->excludes(raw);
    app.add_option("--port", asked.ports, "Port of the server; may be given several times")
        ->check(CLI::Range(1, 65'535).description(""))
        ->option_text("N (default 7777)")
        ->allow_extra_args(false)
        ->excludes(raw);
    app.add_flag("--verify-checksums", asked.verifies_checksums,
                 "Skip frames with wrong checksums (captures on the sender often have them)")
        ->excludes(raw);
    CLI::Option* hex = app.add_flag("--hex", asked.is_hex, "The input is hex text (otherwise its first byte decides)");
    app.add_flag("--binary", asked.is_binary, "The input is binary")->excludes(hex);
    app.add_option("--dir", asked.way, "Who sent the bytes: c2s, a client (default), or s2c, a server")
        ->check(CLI::IsMember({"c2s", "s2c"}).description(""))
        ->option_text("c2s|s2c");
    app.add_flag("--progress,!--no-progress", asked.wants_progress,
                 "Show how far the files are read, on stderr (by itself where that is a terminal, and it takes long)");
    app.add_option("--pseudo-bytes-max", asked.bounds.pseudo_bytes_max, "Longer pseudos are malformed")
        ->check(CLI::Range(1, 0x7FFF).description(""))
        ->option_text("N (default 255)");
    app.add_option("--message-bytes-max", asked.bounds.message_bytes_max, "Longer messages are malformed")
        ->check(CLI::Range(0, 0x7FFF'FFFF).description(""))
        ->option_text("N (default 65536)");
}

void declare_to_scenario(CLI::App& app, command_line& asked) {
    CLI::Option* option = app.add_flag("--to-scenario", asked.is_to_scenario,
                                       "Print the conversation as a scenario for chatos-conformance run");
    for (const char* other :
         {"--raw", "--json", "--check", "-v", "--time", "-Y", "--stats", "--ladder", "--ladder-svg"}) {
        option->excludes(other);
    }
    app.add_option("--need", asked.needs,
                   "With --to-scenario: an option that the server must be started with; may be given several times")
        ->option_text("capacity|answer_timeout_ms|pc_timeout_ms|login_timeout_ms=N")
        ->allow_extra_args(false)
        ->needs(option);
}

void declare_check(CLI::App& app, check_options& asked) {
    CLI::Option* check =
        app.add_flag("--check", asked.is_wanted, "Judge the conversation by the rules instead of printing it")
            ->excludes("--raw")
            ->excludes("-v")
            ->excludes("-Y")
            ->excludes("--stats")
            ->excludes("--ladder")
            ->excludes("--ladder-svg");
    app.add_option("--junit", asked.junit, "Write the verdicts there as JUnit XML; '-' is standard output")
        ->option_text("FILE")
        ->needs(check);
    app.add_option("--role", asked.role, "Whose behaviour is judged")
        ->check(CLI::IsMember({"server", "client", "both"}).description(""))
        ->option_text("server|client|both (default both)")
        ->needs(check);
    app.add_flag("--all-clients", asked.has_all_clients,
                 "The capture has every connection of the server from its start on: who is not in it was not there")
        ->needs(check);
    app.add_option("--answer-timeout-ms", asked.answer_timeout_ms,
                   "The server's limit for answers; without it any ERROR 4 may be a time-out")
        ->check(CLI::Range(1, 86'400'000).description(""))
        ->option_text("N")
        ->needs(check);
    app.add_option("--pc-timeout-ms", asked.pc_timeout_ms, "Likewise for the decision on a PC")
        ->check(CLI::Range(1, 86'400'000).description(""))
        ->option_text("N")
        ->needs(check);
}

/// What is shown, and how; behind declare_input().
void declare_output(CLI::App& app, command_line& asked) {
    CLI::Option* time = app.add_option("--time", asked.time, "Form of the times in text")
                            ->check(CLI::IsMember({"absolute", "iso", "relative", "delta", "epoch"}).description(""))
                            ->option_text("absolute|relative|delta|epoch (default relative; iso is absolute)")
                            ->excludes("--raw");
    CLI::Option* verbose = app.add_flag("-v", asked.is_verbose, "Show each field with its offset and bytes");
    CLI::Option* json =
        app.add_flag("--json", asked.is_json, "Print one JSON object per line")->excludes(verbose)->excludes(time);
    CLI::Option* stats =
        app.add_flag("--stats", asked.wants_stats,
                     "Show no packets, but how many there are, how long answers took, and what was left unanswered")
            ->excludes(verbose)
            ->excludes(time);
    app.add_flag("--ladder", asked.wants_ladder,
                 "Draw a sequence chart as wide as the terminal, a row per packet and event")
        ->excludes(verbose)
        ->excludes(json)
        ->excludes(stats);
    app.add_option("--ladder-svg", asked.svg_path,
                   "Draw the chart into a file as well, as SVG: at most 5,000 rows and 40 ends")
        ->option_text("FILE");
    app.add_option("--follow", asked.followed, "Show one stream only, by its number in JSON or with -v")
        ->option_text("STREAM");
    app.add_option(
           "-Y", asked.filter_text,
           "Show the packets and events that the filter accepts, such as 'pseudo==\"bob\" || event==gap'. Fields: "
           "packet, pseudo, message, code, stream, dir, src, dst, frame, offset, length, time, type, event, "
           "bytes; operators: == != < <= > >= ~ contains ! && || ( )")
        ->option_text("FILTER");
}

void declare(CLI::App& app, command_line& asked) {
    app.name("chatos-dump");
    app.footer(std::string{examples});
    app.set_version_flag("--version", std::string{"chatos-dump "} + CHATOS_VERSION);
    declare_input(app, asked);
    declare_output(app, asked);
}

/// Why the command line makes no sense, or nothing.
std::string judge(const command_line& asked) {
    if (asked.is_to_scenario && asked.files.size() > 1) {
        return "--to-scenario makes one scenario of one capture: name one file";
    }
    if (asked.check.junit == "-" && asked.is_json) {
        return "--junit - and --json both want standard output: give --junit a file";
    }
    if (!asked.is_raw && (asked.is_hex || asked.is_binary || asked.way != "c2s")) {
        return "--hex, --binary and --dir are for byte streams: use them with --raw";
    }
    if (std::count(asked.files.begin(), asked.files.end(), "-") > 1) {
        return "standard input ('-') is given more than once, and can be read only once: name it once";
    }
    return {};
}

time_format time_format_of(std::string_view name) {
    return name == "absolute" || name == "iso" ? time_format::absolute
           : name == "delta"                   ? time_format::delta
           : name == "epoch"                   ? time_format::epoch
                                               : time_format::relative;
}

bool dump_all(const command_line& asked, record_sink& sink, output& out) {
    input_progress progress{asked.interface.empty() ? asked.progress : progress_wish::never, asked.files, out};
    const auto report = [&progress](std::string_view problem) {
        progress.clear();
        complain(problem, 0);
    };
    const auto on_read = [&progress](std::size_t bytes) { progress.advance(bytes); };
    if (asked.is_raw) {
        raw_options options = asked.raw;
        options.on_read = on_read;
        return dump_raw(options, sink, out, report);
    }
    capture_options options{
        .files = asked.files, .bounds = asked.bounds, .verify_checksums = asked.verifies_checksums, .on_read = on_read};
    for (const std::uint16_t port : asked.ports) {
        options.ports.set(port);
    }
    if (!asked.interface.empty()) {
        return dump_interface(asked.interface, asked.expression, options, sink, out, report);
    }
    if (asked.kept) {
        options.keeps = [&kept = *asked.kept](const captured_frame& frame) { return kept.accepts(frame); };
    }
    const bool all_read = dump_captures(options, sink, out, decompressed, report);
    if (asked.kept && !asked.kept->problem().empty()) {
        report(asked.kept->problem() + "; its frames were skipped");
        return false;
    }
    return all_read;
}

form_options form_of(const command_line& asked) {
    return {.kind = asked.is_json        ? form_kind::json
                    : asked.is_verbose   ? form_kind::tree
                    : asked.wants_ladder ? form_kind::ladder
                                         : form_kind::lines,
            .wants_stats = asked.wants_stats,
            .time = time_format_of(asked.time),
            .colors = chatos::base::colors_for(STDOUT_FILENO),
            .names_streams = asked.files.size() > 1,
            .columns = terminal_columns(STDOUT_FILENO),
            .followed = asked.followed,
            .accepted = asked.accepted,
            .svg_path = asked.svg_path};
}

/// A scenario is whole or not at all: one that lacks a part would test something else.
int make_scenario(const command_line& asked) {
    const std::string path = asked.files.empty() ? "-" : asked.files.front();
    output scenario;
    scenario_name name{.id = scenario_id_of(path == "-" ? "standard-input" : path),
                       .title = "a captured conversation goes as it went",
                       .needs = {}};
    for (const std::string& need : asked.needs) {
        const auto parsed = parse_need(need);
        if (!parsed) {
            return complain("--need " + shown_path(need) +
                                ": expected capacity, answer_timeout_ms, pc_timeout_ms or login_timeout_ms, then = and "
                                "a number from 1 on, for example capacity=2",
                            exit_usage);
        }
        name.needs.insert(*parsed);
    }
    scenario_sink sink{scenario, std::move(name)};
    one_stream_sink one{asked.followed.value_or(0), sink};
    record_sink& whole = asked.followed ? static_cast<record_sink&>(one) : sink;
    if (!dump_all(asked, whole, scenario)) {
        return exit_broken;
    }
    if (!sink.refusal().empty()) {
        return complain("no scenario can be made of " + shown_path(path) + ": " + sink.refusal(), exit_broken);
    }
    output out{STDOUT_FILENO};
    out.add(scenario.text());
    out.flush();
    if (out.error() != 0 && out.error() != EPIPE) {
        return complain(std::string{"cannot write to standard output: "} + std::strerror(out.error()), exit_broken);
    }
    return exit_read;
}

/// The judge gets all records, and only then passes on what is to be printed.
int judge_capture(const command_line& asked) {
    output out{STDOUT_FILENO};
    form_options shown = form_of(asked);
    shown.followed.reset();
    output_form form{shown, out};
    const auto check =
        make_checking(asked.check, asked.is_json, chatos::base::colors_for(STDOUT_FILENO), form.first(), out);
    if (!check) {
        return complain(cannot_open(asked.check.junit), exit_usage);
    }
    one_stream_sink one{asked.followed.value_or(0), check->sink()};
    const bool all_read = dump_all(asked, asked.followed ? static_cast<record_sink&>(one) : check->sink(), out);
    const bool is_reported = check->write_report();
    if (out.error() != 0 && out.error() != EPIPE) {
        return complain(std::string{"cannot write to standard output: "} + std::strerror(out.error()), exit_broken);
    }
    if (!is_reported) {
        return complain("--junit " + shown_path(asked.check.junit) + " cannot be written; is the disk full?",
                        exit_broken);
    }
    return !all_read ? exit_broken : check->has_violations() ? exit_violations : exit_read;
}

int run(const command_line& asked) {
    if (asked.is_to_scenario) {
        return make_scenario(asked);
    }
    if (asked.check.is_wanted) {
        return judge_capture(asked);
    }
    output out{STDOUT_FILENO};
    output_form form{form_of(asked), out};
    if (const std::string problem = form.problem(); !problem.empty()) {
        return complain(problem, exit_broken);
    }
    const bool all_read = dump_all(asked, form.first(), out);
    form.finish();
    if (out.error() != 0 && out.error() != EPIPE) {
        return complain(std::string{"cannot write to standard output: "} + std::strerror(out.error()), exit_broken);
    }
    if (const std::string problem = form.problem(); !problem.empty()) {
        return complain(problem, exit_broken);
    }
    return all_read ? exit_read : exit_broken;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app{"Shows ChatOS packets, and accounts for every byte that is not one."};
    command_line asked;
    declare(app, asked);
    declare_check(app, asked.check);
    declare_to_scenario(app, asked);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::ParseError& error) {
        return complain(std::string{error.what()} + "; see chatos-dump --help", exit_usage);
    }
    if (const std::string problem = judge(asked); !problem.empty()) {
        return complain(problem, exit_usage);
    }
    if (app.count("-Y") != 0) {
        std::variant<filter, filter_problem> parsed = filter::parse(asked.filter_text);
        if (const filter_problem* const problem = std::get_if<filter_problem>(&parsed)) {
            return complain(filter_complaint(asked.filter_text, *problem), exit_usage);
        }
        asked.accepted = std::get<filter>(std::move(parsed));
    }
    if (app.count("-f") != 0) {
        asked.kept = std::make_shared<bpf_filter>(asked.expression);
        if (const std::unique_ptr<bpf_problem> problem = asked.kept->check()) {
            return complain(bpf_complaint(asked.expression, *problem), exit_usage);
        }
    }
    if (app.count("--progress") != 0) {
        asked.progress = asked.wants_progress ? progress_wish::always : progress_wish::never;
    }
    asked.raw.files = asked.files;
    asked.raw.bounds = asked.bounds;
    asked.raw.encoding = asked.is_hex      ? raw_encoding::hex
                         : asked.is_binary ? raw_encoding::binary
                                           : raw_encoding::detect;
    asked.raw.way = asked.way == "s2c" ? direction::server_to_client : direction::client_to_server;
    return run(asked);
}
