// chatos-conformance: flags to settings, nothing else.
#include "base/usage_text.hpp"
#include "commands/commands.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <string>

namespace {

using namespace chatos::conformance;

void add_filters(CLI::App& command, selection& selection) {
    command.add_option("WHAT", selection.words,
                       "Scenario ids, globs (quote them), files or folders; default: all built-in scenarios");
    command.add_option("--rule", selection.rules, "Only scenarios that test this rule, e.g. PM-4 (repeatable)")
        ->type_name("ID")
        ->allow_extra_args(false);
    command
        .add_option("--level", selection.levels, "Only scenarios that test a rule of this level: must, should, choice")
        ->type_name("LEVEL")
        ->allow_extra_args(false);
    command
        .add_option("--area", selection.areas, "Only scenarios of this area: wire, conn, pm, all, pc, flow, err, cli")
        ->type_name("AREA")
        ->allow_extra_args(false);
    command
        .add_option_function<std::string>(
            "--role",
            [&selection](const std::string& word) {
                selection.role = word == "client" ? test_role::client : test_role::server;
            },
            "Only scenarios that judge a server, or a client; `run` judges what the profile describes")
        ->type_name("server|client")
        ->check(CLI::IsMember({"server", "client"}));
    command
        .add_option("--suite-version", selection.suite_version,
                    "Only scenarios that there were in this version of the suite, so that new ones change nothing")
        ->type_name("VERSION");
    command.add_option("--skip", selection.skips, "None of the scenarios with this id or glob (repeatable)")
        ->type_name("GLOB")
        ->allow_extra_args(false);
}

void add_outputs(CLI::App& run, report_outputs& outputs) {
    run.add_option("--json", outputs.json_path, "Write the report as JSON; - for standard output")->type_name("FILE");
    run.add_option("--junit", outputs.junit_path, "Write the report as JUnit XML; - for standard output")
        ->type_name("FILE");
    run.add_option("--html", outputs.html_path, "Write the report as one page for a browser; - for standard output")
        ->type_name("FILE");
    CLI::Option* pcap =
        run.add_option("--pcap", outputs.pcap_folder, "Write the traffic of each failed scenario as a capture there")
            ->type_name("DIR");
    run.add_flag("--pcap-all", outputs.pcap_all, "With --pcap: the traffic of scenarios that passed, too")->needs(pcap);
    run.add_option("--write-profile", outputs.profile_path,
                   "Write the profile with what failed as known failures, by scenario, and without those that pass; - "
                   "for standard output")
        ->type_name("FILE.json");
    run.add_flag("--tap", outputs.tap, "Print the report as TAP on standard output; the console report goes to stderr");
}

void add_ways(CLI::App& run, run_settings& settings) {
    run.add_option("--segment", settings.segments,
                   "How to cut what is sent: whole, bytes, boundaries (of packets), or several with commas: every "
                   "scenario then runs in each way and must show the same")
        ->type_name("WAYS");
    run.add_option("--interleave", settings.interleave,
                   "Run each scenario also in the orders of its actors' turns that it leaves open, N at most")
        ->type_name("N")
        ->check(CLI::Range(1, 100'000));
    run.add_option("--schedule", settings.schedule, "Run the one selected scenario in this order of turns")
        ->type_name("TURNS");
    run.add_option("--jobs", settings.jobs, "Run so many scenarios at a time, each with a server of its own")
        ->type_name("N")
        ->check(CLI::Range(1, 64));
}

void add_run(CLI::App& app, run_settings& settings, int& code) {
    CLI::App* run = app.add_subcommand("run", "Judge an implementation");
    add_filters(*run, settings.selection);
    auto* target =
        run->add_option("--target", settings.target,
                        "A server that is already running: HOST:PORT (tries all addresses of HOST) or unix:PATH")
            ->type_name("HOST:PORT");
    auto* command =
        run->add_option("--server-command", settings.server_command,
                        "A shell command that starts the server on 127.0.0.1:{port}; started again when it dies");
    command->type_name("\"CMD {port}\"");
    auto* profile = run->add_option("--profile", settings.profile_path,
                                    "A file that says how to start the server with which options, or the client and "
                                    "how to talk with it; and what is known to fail");
    profile->type_name("FILE.json");
    target->excludes(command);
    command->excludes(profile);
    add_outputs(*run, settings.outputs);
    run->add_option("--baseline", settings.baseline_path,
                    "A report of an earlier run (--json): point out which verdicts and choices have changed since")
        ->type_name("FILE.json");
    add_ways(*run, settings);
    run->add_flag("--strict", settings.strict, "A broken SHOULD rule fails, too");
    run->add_flag("--require-supported", settings.requires_supported,
                  "A scenario that the implementation cannot run as it is described fails, too");
    run->add_option("--time-factor", settings.time_factor, "Multiply every wait, for slow machines")
        ->type_name("X")
        ->check(CLI::Range(0.1, 100.0));
    auto* all = run->add_flag("--all", settings.shows_all,
                              "Explain every scenario that did not pass, not one of each of the first causes");
    run->add_flag("--brief", settings.is_brief, "List the causes of failures, and explain no scenario")->excludes(all);
    auto* failures_max = run->add_option("--max-failures", settings.failures_max, "Stop after so many failures")
                             ->type_name("N")
                             ->check(CLI::Range(1, 1'000'000));
    run->add_flag_callback(
           "--fail-fast", [&settings] { settings.failures_max = 1; }, "Stop after the first failure")
        ->excludes(failures_max);
    run->footer("Examples:\n"
                "  chatos-conformance run --target 127.0.0.1:7777\n"
                "  chatos-conformance run --server-command \"./my-server {port}\" --json report.json\n"
                "  chatos-conformance run --profile my-server.json --junit report.xml --html report.html\n"
                "  chatos-conformance run --target 127.0.0.1:7777 --tap > report.tap; prove --exec cat report.tap\n"
                "  chatos-conformance run --profile my-server.json --baseline last-week.json --pcap captures\n"
                "  chatos-conformance run --profile my-server.json --segment whole,bytes,boundaries --jobs 2\n"
                "  chatos-conformance run --profile my-server.json --interleave 50\n"
                "  chatos-conformance run --profile my-server.json --suite-version 1.0 --skip 'server.tun.*'\n"
                "  chatos-conformance run --profile my-server.json --require-supported\n"
                "  chatos-conformance run --profile my-server.json --write-profile my-server.json\n"
                "  chatos-conformance run server.pm.relay-ok --target 127.0.0.1:7777 --schedule alice,bob,alice*2,bob\n"
                "  chatos-conformance run --role client --profile my-client.json\n"
                "  chatos-conformance run 'server.pm.*' --rule PM-4 --profile my-server.json --strict\n\n"
                "Exit: 0 everything required holds; 1 a failure; 2 wrong usage, or nothing was checked;\n"
                "3 the implementation never accepts or is gone.\n");
    run->callback([&settings, &code, target, command, profile] {
        if (target->count() + command->count() + profile->count() == 0) {
            print_error(
                "run: what is to be judged? Give --target HOST:PORT, --server-command \"CMD {port}\" or --profile "
                "FILE.json");
            code = exit_usage;
            return;
        }
        code = run_command(settings);
    });
}

void add_matrix(CLI::App& app, matrix_settings& settings, int& code) {
    CLI::App* matrix =
        app.add_subcommand("matrix", "Judge implementations side by side, and every client against every server");
    matrix->add_option("PROFILE", settings.profile_paths, "Profiles of servers and clients, as `run` takes them")
        ->required()
        ->type_name("FILE.json");
    matrix
        ->add_option("--html", settings.html_path, "Write the report as one page for a browser; - for standard output")
        ->type_name("FILE");
    matrix->add_option("--json", settings.json_path, "Write the report as JSON (chatos-conformance schema matrix)")
        ->type_name("FILE");
    matrix->add_option("--scenario", settings.scenarios, "Of the suite only these scenarios (repeatable)")
        ->type_name("GLOB")
        ->allow_extra_args(false);
    matrix->add_flag("--strict", settings.strict, "A broken SHOULD rule fails, too");
    matrix->add_option("--jobs", settings.jobs, "Run so many scenarios at a time, each with a server of its own")
        ->type_name("N")
        ->check(CLI::Range(1, 64));
    matrix->add_option("--pair-seconds", settings.pair_seconds, "Time for a client and a server to talk, at most")
        ->type_name("S")
        ->check(CLI::Range(1, 3'600))
        ->capture_default_str();
    matrix->add_option("--time-factor", settings.time_factor, "Multiply every wait, for slow machines")
        ->type_name("X")
        ->check(CLI::Range(0.1, 100.0));
    matrix->footer("Examples:\n"
                   "  chatos-conformance matrix old-server.json new-server.json --html matrix.html\n"
                   "  chatos-conformance matrix server-*.json client-*.json --jobs 2 --json matrix.json\n"
                   "  chatos-conformance matrix server.json client.json --scenario 'server.pm.*'\n\n"
                   "Exit: 0 everything required holds; 1 a failure; 2 wrong usage, or nothing was checked;\n"
                   "3 an implementation never accepts or is gone; its cells say why, and the others are there.\n");
    matrix->callback([&settings, &code] { code = matrix_command(settings); });
}

/// What the subcommands that only show something are given.
struct show_settings {
    chatos::conformance::selection selection;
    bool lists_json{false};
    bool rules_json{false};
    bool rules_markdown{false};
    std::string word;
    std::string schema{"scenario"};
};

void add_show(CLI::App& app, show_settings& settings, int& code) {
    CLI::App* list = app.add_subcommand("list", "List scenarios with their rules");
    add_filters(*list, settings.selection);
    list->add_flag("--json", settings.lists_json, "Print the list as JSON (chatos-conformance schema list)");
    list->footer("Examples:\n"
                 "  chatos-conformance list --area pm --level must\n"
                 "  chatos-conformance list --suite-version 1.0 --json\n");
    list->callback([&settings, &code] { code = list_command(settings.selection, settings.lists_json); });
    CLI::App* rules =
        app.add_subcommand("rules", "The packets, error codes and rules, and which scenarios test each rule");
    CLI::Option* as_json =
        rules->add_flag("--json", settings.rules_json, "Print the rules as JSON (chatos-conformance schema rules)");
    rules->add_flag("--markdown", settings.rules_markdown, "Print packets, error codes and rules as a Markdown page")
        ->excludes(as_json);
    rules->footer("Examples:\n"
                  "  chatos-conformance rules | less\n"
                  "  chatos-conformance rules --json > rules.json\n"
                  "  chatos-conformance rules --markdown > rules.md\n");
    rules->callback([&settings, &code] {
        code = settings.rules_markdown ? rules_markdown_command() : rules_command(settings.rules_json);
    });
    CLI::App* explain = app.add_subcommand("explain", "Explain a rule, a scenario or a scenario's file");
    explain->add_option("RULE|SCENARIO|FILE", settings.word, "For example PM-4, server.pm.relay-code or mine.json")
        ->required();
    explain->footer("Examples:\n  chatos-conformance explain PM-4\n  chatos-conformance explain server.pm.relay-ok\n");
    explain->callback([&settings, &code] { code = explain_command(settings.word); });
    CLI::App* print_schema = app.add_subcommand("schema", "Print the JSON Schema of a file format");
    print_schema->add_option("FORMAT", settings.schema, "scenario (default), profile, report, matrix, list or rules");
    print_schema->footer("Example:\n  chatos-conformance schema report\n");
    print_schema->callback([&settings, &code] { code = schema_command(settings.schema); });
}

void add_model(CLI::App& app, model_command_settings& settings, int& code) {
    CLI::App* model =
        app.add_subcommand("model", "Run the executable model of the rules: a server on 127.0.0.1, or a client");
    const CLI::Range milliseconds{1, 1'000'000'000};
    model
        ->add_option_function<std::string>(
            "--role",
            [&settings](const std::string& word) {
                settings.role = word == "client" ? test_role::client : test_role::server;
            },
            "A server (default) or a client; of a list: only this role's")
        ->type_name("server|client")
        ->check(CLI::IsMember({"server", "client"}));
    const auto* port = model->add_option("--port", settings.port, "Server: where to listen; 0 picks a free port");
    const auto* connect = model->add_option("--connect", settings.server, "Client: the server")->type_name("HOST:PORT");
    model->add_option("--pseudo", settings.pseudo, "Client: its name")->type_name("NAME");
    model->add_option("--capacity", settings.capacity, "Users that may be registered")->check(CLI::Range(1, 1'000'000));
    model->add_option("--answer-timeout-ms", settings.answer_timeout_ms, "For the answer to an SPM")
        ->check(milliseconds);
    model->add_option("--pc-timeout-ms", settings.pc_timeout_ms, "For the decision on a PC")->check(milliseconds);
    model->add_option("--login-timeout-ms", settings.login_timeout_ms, "For the login and each unfinished packet")
        ->check(milliseconds);
    model->add_option("--tunnel-timeout-ms", settings.tunnel_timeout_ms, "For both ends of a tunnel to come")
        ->check(milliseconds);
    model->add_option("--fault", settings.faults, "Break a rule on purpose (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    model->add_option("--variant", settings.variants, "Do what a CHOICE leaves open the other way (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    model->add_flag("--list-faults", settings.list_faults, "Print all faults, and the rule that each breaks");
    model->add_flag("--list-variants", settings.list_variants,
                    "Print all variants, and the rule that leaves each open");
    model->add_flag("--json", settings.json, "Print the list as JSON");
    model->footer("Examples:\n"
                  "  chatos-conformance model --port 0\n"
                  "  chatos-conformance run server.pm.* \\\n"
                  "    --server-command \"chatos-conformance model --port {port} --fault rpm-to-nobody-gets-ok\"\n"
                  "  chatos-conformance model --role client --connect 127.0.0.1:7777 --pseudo alice\n"
                  "  chatos-conformance model --list-faults --json\n");
    model->callback([&settings, &code, port, connect] {
        const bool is_client = settings.role == test_role::client;
        const bool lists = settings.list_faults || settings.list_variants;
        if (is_client && connect->count() == 0 && !lists) {
            print_error("model: where is its server? Give --connect HOST:PORT and --pseudo NAME, --list-faults or "
                        "--list-variants");
            code = exit_usage;
            return;
        }
        if (!is_client && port->count() == 0 && !lists) {
            print_error("model: where is it to listen? Give --port N (0 picks a free port), --list-faults or "
                        "--list-variants");
            code = exit_usage;
            return;
        }
        if (is_client ? port->count() != 0 : connect->count() != 0) {
            print_error(is_client ? "model --port: a client listens nowhere; give --connect HOST:PORT"
                                  : "model --connect: only a client connects; give --role client as well");
            code = exit_usage;
            return;
        }
        code = model_command(settings);
    });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Judges an implementation of the ChatOS 1.0 protocol by JSON scenarios, rule by rule."};
    app.name("chatos-conformance");
    app.set_version_flag("--version", "chatos-conformance " CHATOS_VERSION);
    app.require_subcommand(1);
    app.footer("Examples:\n"
               "  chatos-conformance run --target 127.0.0.1:7777\n"
               "  chatos-conformance list --rule PM-4\n"
               "  chatos-conformance explain PM-4\n"
               "`chatos-conformance COMMAND --help` tells more.\n");
    run_settings settings;
    settings.version = CHATOS_VERSION;
    show_settings shown;
    int code = exit_usage;
    add_run(app, settings, code);
    matrix_settings compared;
    compared.version = CHATOS_VERSION;
    add_matrix(app, compared, code);
    add_show(app, shown, code);
    model_command_settings model;
    add_model(app, model, code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return app.exit(success);
    } catch (const CLI::ParseError& error) {
        print_error(chatos::base::usage_text(app, error) + "; try `chatos-conformance --help`");
        return exit_usage;
    } catch (const std::exception& error) {
        print_error(std::string{"the harness failed: "} + error.what());
        return exit_gone;
    }
    return code;
}
