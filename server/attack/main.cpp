// chatos_attack: runs the attacks of the table against servers that it starts, and prints what was seen beside what is
// wanted.
#include "attack/attack_table.hpp"
#include "base/system/error_text.hpp"
#include "base/usage_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace chatos::attack;

enum exit_code : int { as_wanted = 0, not_as_wanted = 1, bad_usage = 2, cannot_run = 3 };

constexpr auto examples = R"(Examples:
  chatos_attack                                    all attacks on the server beside this program: about 3 minutes
  chatos_attack --only 2 --only A                  two of them
  chatos_attack --quick                            small figures, and no verdict that depends on speed: some seconds
  chatos_attack --server 'build/bin/chatos-server --no-io-uring' --json report.json

Everything is on loopback, on ports that the system picks. An attack that this machine does not allow (row 8 needs root)
is reported and does not count.
Exit: 0 everything as wanted; 1 something is not; 2 an invalid flag or value; 3 the report cannot be written.)";

struct command_line {
    std::vector<std::string> only{};
    std::string server{};
    std::string json{};
    bool quick{false};
    bool list{false};
};

int report_error(exit_code code, const std::string& message) {
    std::fprintf(stderr, "chatos_attack: %s\n", message.c_str());
    return code;
}

const attack* find_attack(const std::string& row) {
    const auto all = attacks();
    const auto position = std::ranges::find(all, row, &attack::row);
    return position == all.end() ? nullptr : &*position;
}

std::string rows_text() {
    std::string text;
    for (const attack& attack : attacks()) {
        text += (text.empty() ? "" : ", ") + std::string{attack.row};
    }
    return text;
}

std::string default_server() {
    std::error_code error;
    const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
    return "'" + (own.parent_path() / "chatos-server").string() + "'";
}

void describe(CLI::App& app, command_line& line) {
    app.footer(examples);
    app.add_option("--only", line.only, "Run this row of the table; repeatable")
        ->check(CLI::Validator{[](const std::string& row) {
                                   return find_attack(row) != nullptr
                                              ? std::string{}
                                              : "invalid value '" + row + "': expected one of " + rows_text();
                               },
                               ""})
        ->type_name("ROW")
        ->allow_extra_args(false);
    app.add_option("--server", line.server,
                   "The server, as a shell reads it; flags are appended. Default: chatos-server beside this program")
        ->type_name("COMMAND");
    app.add_option("--json", line.json, "Write the report as JSON to this file; - is standard output")
        ->type_name("FILE");
    app.add_flag("--quick", line.quick, "Small figures, and no verdict that depends on the speed of the machine");
    app.add_flag("--list", line.list, "Print the table, and run nothing");
}

void print_table() {
    for (const attack& attack : attacks()) {
        std::printf("%-4s%.*s\n    wanted: %.*s\n", std::string{attack.row}.c_str(),
                    static_cast<int>(attack.name.size()), attack.name.data(), static_cast<int>(attack.wanted.size()),
                    attack.wanted.data());
    }
}

// Each connection takes a descriptor, here and in the server.
void raise_descriptor_limit() {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    }
}

attack_report run(const attack& attack, const setting& how) {
    findings all{!how.quick};
    const auto began = std::chrono::steady_clock::now();
    try {
        attack.run(all, how);
    } catch (const std::runtime_error& problem) {
        all.check("the attack itself", "takes place", problem.what(), false);
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began;
    return {.row = std::string{attack.row},
            .name = std::string{attack.name},
            .seconds = taken.count(),
            .all = all.all(),
            .result = all.result()};
}

bool write_file(const std::string& name, const std::string& text) {
    const bool is_stdout = name == "-";
    std::FILE* out = is_stdout ? stdout : std::fopen(name.c_str(), "w");
    if (out == nullptr) {
        return false;
    }
    const bool is_written = std::fputs(text.c_str(), out) >= 0 && std::fflush(out) == 0;
    return (is_stdout || std::fclose(out) == 0) && is_written;
}

int run_all(const command_line& line) {
    const setting how{.command = line.server.empty() ? default_server() : line.server, .quick = line.quick};
    std::FILE* table = line.json == "-" ? stderr : stdout;
    std::vector<attack_report> reports;
    std::size_t not_run = 0;
    std::size_t failed = 0;
    for (const attack& attack : attacks()) {
        if (!line.only.empty() && std::ranges::find(line.only, attack.row) == line.only.end()) {
            continue;
        }
        reports.push_back(run(attack, how));
        std::fputs(text_of(reports.back()).c_str(), table);
        std::fflush(table);
        failed += reports.back().result == verdict::not_as_wanted ? 1 : 0;
        not_run += reports.back().result == verdict::not_run ? 1 : 0;
    }
    std::fprintf(table, "%zu of %zu attacks: as wanted%s\n", reports.size() - failed - not_run, reports.size(),
                 not_run == 0 ? "" : (", " + std::to_string(not_run) + " not run").c_str());
    if (!line.json.empty() && !write_file(line.json, json_of(reports))) {
        return report_error(cannot_run, "cannot write " + line.json + ": " + chatos::base::error_text());
    }
    return failed == 0 ? as_wanted : not_as_wanted;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    command_line line;
    CLI::App app{"Attacks on a ChatOS 1.0 server: what one client can do to others.", "chatos_attack"};
    describe(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wish) {
        return app.exit(wish);
    } catch (const CLI::ParseError& error) {
        return report_error(bad_usage, chatos::base::usage_text(app, error) + "; see chatos_attack --help");
    }
    if (line.list) {
        print_table();
        return as_wanted;
    }
    return run_all(line);
}
