// Only this file includes CLI11.
#include "dump/command_line.hpp"

#include "base/endpoint.hpp"
#include "base/shown_text.hpp"
#include "base/usage_text.hpp"
#include "dump/filter/filter_error_text.hpp"
#include "dump/link/server_ports.hpp"
#include "dump/text/text_format.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace chatos::dump {

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

namespace {

constexpr std::string_view examples = R"(Examples:
  chatos-dump capture.pcapng                 one line per packet
  chatos-dump --json --port 9000 a.pcap.gz   one JSON object per line; the server's port
  chatos-dump --check --junit r.xml a.pcap   which rules passed, failed, or cannot be judged
  chatos-dump --check -i eth0 --metrics 127.0.0.1:9778 --keep /var/lib/violations
  chatos-dump --to-scenario a.pcap > a.json  replay it with: chatos-conformance run a.json
  chatos-dump --raw session.bin              the bytes of one direction
  chatos-dump --raw -v --dir s2c reply.bin   every field with its offset and bytes
  chatos-dump --ladder --ladder-svg chart.svg a.pcap
  chatos-dump -Y 'packet==SPM && message~"h[ae]llo"' a.pcap
  chatos-dump -i lo -f 'tcp port 7777'       live traffic of an interface, until Ctrl-C
  chatos-dump --follow 3 -w one.pcapng a.pcap  the frames of a stream, for other programs
  chatos-dump --follow-raw 3 --dir c2s a.pcap > session.bin
  echo '06 00' | chatos-dump --raw           hex text, as typed or as xxd prints it
  chatos-dump --raw --json a.bin b.bin       one JSON object per line; two streams
  ssh host tcpdump -U -w - port 7777 | chatos-dump -

Exit status: 0 the whole input was read, whatever it contains; 1 with --check, a rule was violated; 2 usage;
3 a file cannot be read, is truncated or malformed, or is not valid hex text.
SIGINT (Ctrl-C) and SIGTERM end the input: what came until then is shown and accounted for.)";

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
    app.add_option("-c", options.ends_after.frames_max,
                   "End after so many frames that -f accepts, of all files together")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{INT64_MAX}).description(""))
        ->option_text("N")
        ->excludes(raw);
    app.add_option("-a", options.autostop_text,
                   "End after so many seconds: by the time stamps of a capture, and by the clock where it waits")
        ->option_text("duration:S")
        ->excludes(raw);
    app.add_option_function<std::vector<std::string>>(
           "--port",
           [&options](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   if (!add_ports(options.ports, text)) {
                       throw CLI::ValidationError{"--port",
                                                  '\'' + base::printable(text) +
                                                      "' is not in range: expected a port from 1 to 65535, or "
                                                      "all from one to another, such as 7000-7999"};
                   }
               }
           },
           "Port of the server, or a range of ports, such as 7000-7999; may be given several times")
        ->option_text("N (default 7777)")
        ->allow_extra_args(false)
        ->excludes(raw);
    app.add_option(
           "--link-type", options.link_types,
           "Read the frames of link type N as those of another type: what programs put into types for private use "
           "(147 to 162); may be given several times. TYPE: " +
               link_type_names())
        ->option_text("N=TYPE (such as 147=ethernet)")
        ->allow_extra_args(false)
        ->excludes(raw);
    app.add_flag("--verify-checksums", options.verifies_checksums,
                 "Skip frames with wrong checksums (captures taken on the sender often have them)")
        ->excludes(raw);
    CLI::Option* hex =
        app.add_flag("--hex", options.is_hex, "The input is hex text (otherwise its first byte decides)");
    app.add_flag("--binary", options.is_binary, "The input is binary")->excludes(hex);
    app.add_option("--dir", options.direction,
                   "Who sent the bytes: c2s, a client (default), or s2c, a server; with --follow-raw the side to print")
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
    for (const char* other : {"--raw", "--json", "--check", "-v", "--time", "-Y", "--stats", "--ladder", "--ladder-svg",
                              "--csv", "--follow-raw", "-w"}) {
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
                             ->excludes("--ladder-svg")
                             ->excludes("--csv")
                             ->excludes("--follow-raw")
                             ->excludes("-w");
    app.add_option("--junit", check_settings.junit,
                   "Write the verdicts to this file as JUnit XML; '-' is standard output")
        ->option_text("FILE")
        ->needs(check);
    app.add_option("--metrics", check_settings.metrics,
                   "While the input continues, serve the verdicts so far at http://HOST:PORT/metrics, for Prometheus")
        ->option_text("HOST:PORT")
        ->needs(check);
    app.add_option(
           "--keep", check_settings.keep_folder,
           "Write the frames around each violation to a capture of its own in this folder: at most 200 files and "
           "256 MiB, the oldest removed")
        ->option_text("DIR")
        ->needs(check);
    app.add_option("--role", check_settings.role, "Whose behaviour is judged")
        ->check(CLI::IsMember({"server", "client", "both"}).description(""))
        ->option_text("server|client|both (default both)")
        ->needs(check);
    app.add_flag("--all-clients", check_settings.has_all_clients,
                 "The capture has every connection of the server from its start on: clients not in it did not exist")
        ->needs(check);
    app.add_option(
           "--reorder-window", check_settings.reorder_window_ms,
           "Frames of different connections that are no farther apart may be in the wrong order, and what rests on "
           "their order is unknowable; 0: none are")
        ->check(CLI::Range(0, 60'000).description(""))
        ->option_text("MS (default 10, and 0 for loopback traffic in order)")
        ->needs(check);
    app.add_option("--answer-timeout-ms", check_settings.answer_timeout_ms,
                   "The server's timeout for answers; without it any ERROR 4 may be a timeout")
        ->check(CLI::Range(1, 86'400'000).description(""))
        ->option_text("N")
        ->needs(check);
    app.add_option("--response-limit-ms", check_settings.response_limit_ms,
                   "What depends on the server alone is done within this time while it serves others; 0: within any")
        ->check(CLI::Range(0, 86'400'000).description(""))
        ->option_text("N (default 0, and 300 for loopback traffic in order)")
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
    CLI::Option* csv =
        app.add_flag("--csv", options.is_csv, "Print one row per packet and event, with a header (RFC 4180)")
            ->excludes(verbose)
            ->excludes(json)
            ->excludes(time);
    CLI::Option* stats =
        app.add_flag(
               "--stats", options.wants_stats,
               "Show no packets, but how many there are, how long answers took, and which requests stayed unanswered")
            ->excludes(verbose)
            ->excludes(csv)
            ->excludes(time);
    app.add_flag("--ladder", options.wants_ladder,
                 "Draw a sequence chart as wide as the terminal, a row per packet and event")
        ->excludes(verbose)
        ->excludes(json)
        ->excludes(csv)
        ->excludes(stats);
    app.add_option("--ladder-svg", options.svg_path,
                   "Also draw the chart into a file, as SVG: at most 5,000 rows and 40 endpoints")
        ->option_text("FILE");
    app.add_option("--follow", options.followed, "Show one stream only, by its number in JSON or with -v")
        ->option_text("STREAM");
    CLI::Option* kept =
        app.add_option("-w", options.kept_path,
                       "Also write the frames of what --follow and -Y accept to this file, as pcapng with "
                       "the packets as comments; '-' is standard output, without anything else")
            ->option_text("FILE")
            ->excludes("--raw");
    app.add_option(
           "--anonymize", options.anonymized_path,
           "Print only a count, and write the capture to this file, as pcapng, with other pseudos, texts and addresses "
           "in the place of its own; --check finds the same in it")
        ->option_text("OUT")
        ->excludes(kept)
        ->excludes("--raw");
    CLI::Option* raw_followed =
        app.add_option(
               "--follow-raw", options.raw_followed,
               "Print only the bytes of this stream: both sides as lines of hex, the server's after a tab; with "
               "--dir those of one side, as they are")
            ->option_text("STREAM")
            ->excludes(kept)
            ->excludes("--follow");
    for (const char* other : {"--raw", "--json", "--csv", "-v", "--time", "--stats", "--ladder", "--ladder-svg"}) {
        raw_followed->excludes(other);
    }
    app.add_option(
           "-Y", options.filter_text,
           "Show the packets and events that the filter accepts, such as 'pseudo==\"bob\" || event==gap'. Fields: "
           "packet, pseudo, message, code, stream, dir, src, dst, frame, offset, length, time, type, event, "
           "bytes; operators: == != < <= > >= ~ contains ! && || ( )")
        ->option_text("FILTER")
        ->excludes(raw_followed);
}

/// Somebody who types only the program's name wants to know what it does, not to type a capture.
bool would_read_a_terminal(const command_line& options) {
    return options.files.empty() && options.interface.empty() && !options.is_raw && ::isatty(STDIN_FILENO) == 1;
}

/// What -a says; nothing if it cannot be understood.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    constexpr std::string_view name = "duration:";
    if (text.substr(0, name.size()) != name) {
        return std::nullopt;
    }
    text.remove_prefix(name.size());
    double seconds = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
    const bool is_good = problem == std::errc{} && end == text.data() + text.size() && seconds > 0 &&
                         seconds <= static_cast<double>(autostop::duration_max.count());
    if (!is_good) {
        return std::nullopt;
    }
    return std::chrono::round<std::chrono::nanoseconds>(std::chrono::duration<double>{seconds});
}

void declare(CLI::App& app, command_line& options) {
    app.name("chatos-dump");
    app.footer(std::string{examples});
    app.set_version_flag("--version", std::string{"chatos-dump "} + CHATOS_VERSION);
    declare_input(app, options);
    declare_output(app, options);
}

bool is_same_file(const std::string& input, const std::string& output) {
    struct stat read {};
    struct stat written {};
    const int failed = input == "-" ? ::fstat(STDIN_FILENO, &read) : ::stat(input.c_str(), &read);
    return failed == 0 && S_ISREG(read.st_mode) && ::stat(output.c_str(), &written) == 0 &&
           read.st_dev == written.st_dev && read.st_ino == written.st_ino;
}

/// What --anonymize cannot be together with; empty if there is nothing.
std::string anonymize_problem(const CLI::App& app, const command_line& options) {
    // What says which frames are read, and how. All else shows something of them.
    constexpr std::array<std::string_view, 12> companions{"--anonymize",
                                                          "FILE",
                                                          "-i",
                                                          "-f",
                                                          "-c",
                                                          "-a",
                                                          "--port",
                                                          "--link-type",
                                                          "--verify-checksums",
                                                          "--progress",
                                                          "--pseudo-bytes-max",
                                                          "--message-bytes-max"};
    for (const CLI::Option* option : app.get_options()) {
        if (option->count() != 0 && std::ranges::find(companions, option->get_name()) == companions.end()) {
            return "--anonymize writes the whole capture and prints only a count: look at its file in another run, "
                   "without " +
                   option->get_name() + " in this one";
        }
    }
    if (!options.interface.empty() || options.files.size() != 1 || options.files.front() == "-") {
        return "--anonymize reads a capture twice: name one file";
    }
    if (options.anonymized_path == "-") {
        return "--anonymize fills frames in after they were written: give it a file, not standard output";
    }
    if (is_same_file(options.files.front(), options.anonymized_path)) {
        return "--anonymize " + shown_path(options.anonymized_path) +
               " would overwrite the input: give --anonymize another file";
    }
    return {};
}

/// The contradiction in the command line; empty if there is none.
std::string usage_problem(const CLI::App& app, const command_line& options) {
    if (!options.check.metrics.empty()) {
        if (std::string fault = base::parse_listen_endpoint(options.check.metrics).fault; !fault.empty()) {
            return "--metrics: " + fault;
        }
    }
    if (!options.anonymized_path.empty()) {
        if (std::string problem = anonymize_problem(app, options); !problem.empty()) {
            return problem;
        }
    }
    if (options.is_to_scenario && options.files.size() > 1) {
        return "--to-scenario makes a scenario of one capture: name one file";
    }
    if (options.check.junit == "-" && options.is_json) {
        return "--junit - and --json both want standard output: give --junit a file";
    }
    if (!options.is_raw && (options.is_hex || options.is_binary)) {
        return "--hex and --binary apply to byte streams: use them with --raw";
    }
    if (!options.is_raw && !options.raw_followed && !options.direction.empty()) {
        return "--dir applies to byte streams: use it with --raw or --follow-raw";
    }
    if (options.kept_path == "-" && (options.is_json || options.is_csv || options.is_verbose || options.wants_stats ||
                                     options.wants_ladder || !options.svg_path.empty())) {
        return "-w - writes the capture to standard output, which can have nothing else: give -w a file";
    }
    if (options.kept_path == "-" && ::isatty(STDOUT_FILENO) == 1) {
        return "-w - would write a capture to the terminal: give -w a file, or redirect the output";
    }
    for (const std::string& file : options.files) {
        if (!options.kept_path.empty() && is_same_file(file, options.kept_path)) {
            return "-w " + shown_path(options.kept_path) + " would overwrite the input: give -w another file";
        }
    }
    if (std::count(options.files.begin(), options.files.end(), "-") > 1) {
        return "standard input ('-') is given more than once: name it once";
    }
    return {};
}

}  // namespace

std::variant<command_line, int> parse_command_line(int argc, char** argv) {
    CLI::App app{"Shows ChatOS packets, and accounts for every other byte."};
    command_line options;
    declare(app, options);
    declare_check(app, options.check);
    declare_to_scenario(app, options);
    options.check.version = CHATOS_VERSION;
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help_or_version) {
        return app.exit(help_or_version);
    } catch (const CLI::ParseError& error) {
        return usage_error(base::usage_text(app, error) + "; see chatos-dump --help");
    }
    if (const std::string problem = usage_problem(app, options); !problem.empty()) {
        return usage_error(problem);
    }
    if (would_read_a_terminal(options)) {
        return usage_error("nothing to read: name a capture, '-' for standard input, or an interface with -i\n"
                           "Usage: chatos-dump [OPTIONS] [FILE...]; see chatos-dump --help\n\n" +
                           std::string{examples});
    }
    for (const std::string& assignment : options.link_types) {
        if (const std::string problem = options.link_type_choices.add(assignment); !problem.empty()) {
            return usage_error("--link-type: invalid value " + shown_path(assignment) + ": " + problem);
        }
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
    if (app.count("-a") != 0) {
        options.ends_after.duration = parse_duration(options.autostop_text);
        if (!options.ends_after.duration) {
            return usage_error("-a: invalid value '" + base::printable(options.autostop_text) +
                               "': expected duration: and seconds up to " +
                               std::to_string(autostop::duration_max.count()) +
                               ", for example duration:60 or duration:0.5");
        }
    }
    if (app.count("--progress") != 0) {
        options.progress = options.wants_progress ? progress_mode::always : progress_mode::never;
    }
    if (options.ports.none()) {
        options.ports.set(7'777);
    }
    options.raw.files = options.files;
    options.raw.bounds = options.bounds;
    options.raw.encoding = options.is_hex      ? raw_encoding::hex
                           : options.is_binary ? raw_encoding::binary
                                               : raw_encoding::detect;
    options.raw.direction =
        options.direction == "s2c" ? stream_direction::server_to_client : stream_direction::client_to_server;
    return options;
}

}  // namespace chatos::dump
