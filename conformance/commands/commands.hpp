// What the subcommands of chatos-conformance do, without the parsing of flags. Each returns the exit code.
#pragma once

#include "scenario/catalog.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace chatos::conformance {

inline constexpr int exit_good = 0;
inline constexpr int exit_failed = 1;  ///< a conformance failure
inline constexpr int exit_usage = 2;   ///< wrong usage or input, or nothing ran
inline constexpr int exit_gone = 3;    ///< the implementation never accepts or is gone, or the harness failed

/// Where reports go beside the console. "-" is standard output; the console report then goes to standard error.
struct report_outputs {
    std::string json_path;  ///< empty: none
    std::string junit_path;
    std::string html_path;
    bool tap{false};           ///< to standard output
    std::string profile_path;  ///< a profile that knows what failed
    std::string pcap_folder;   ///< made if it does not exist
    bool pcap_all{false};      ///< captures of scenarios that passed, too
};

struct run_settings {
    conformance::selection selection;
    std::string target;  ///< one of these three says what to judge; a profile may go with a target
    std::string server_command;
    std::string profile_path;
    report_outputs outputs;
    std::string baseline_path;
    std::string segments;       ///< words with commas; empty: whole
    std::size_t interleave{0};  ///< orders of each scenario; 0: none
    std::string schedule;       ///< for the one scenario that is selected; may be empty
    std::size_t jobs{1};
    bool strict{false};
    bool requires_supported{false};  ///< a scenario that is unsupported fails the run
    bool shows_all{false};           ///< explain every scenario that did not pass
    bool is_brief{false};            ///< explain none
    std::size_t failures_max{0};     ///< stop after so many; 0: run all
    double time_factor{1.0};
    std::string version;
};

struct matrix_settings {
    std::vector<std::string> profile_paths;
    std::string html_path;  ///< empty: none; "-" is standard output
    std::string json_path;
    std::vector<std::string> scenarios;  ///< ids and globs; empty: all
    bool strict{false};
    double time_factor{1.0};
    std::size_t jobs{1};
    std::size_t pair_seconds{30};
    std::string version;
};

struct model_command_settings {
    std::optional<test_role> role;  ///< of a list: both if there is none; otherwise a server if there is none
    std::string server;             ///< HOST:PORT, for a client
    std::string pseudo;             ///< for a client
    std::uint16_t port{0};          ///< 0 picks a free one
    std::size_t capacity{10'000};
    std::int64_t answer_timeout_ms{5'000};
    std::int64_t pc_timeout_ms{30'000};
    std::int64_t login_timeout_ms{10'000};
    std::int64_t tunnel_timeout_ms{30'000};
    std::vector<std::string> faults;
    std::vector<std::string> variants;
    bool list_faults{false};
    bool list_variants{false};
    bool json{false};  ///< of a list
};

[[nodiscard]] int run_command(const run_settings& settings);
/// Implementations side by side, and every client against every server.
[[nodiscard]] int matrix_command(const matrix_settings& settings);
[[nodiscard]] int list_command(const selection& selection, bool as_json);
[[nodiscard]] int rules_command(bool as_json);
/// Packets, error codes and rules as a Markdown page.
[[nodiscard]] int rules_markdown_command();
/// A rule id or a scenario id.
[[nodiscard]] int explain_command(const std::string& word);
/// "scenario", "profile", "report", "matrix", "list" or "rules".
[[nodiscard]] int schema_command(const std::string& which);
/// Serves until the process is ended, chats until the client leaves, or prints a list.
[[nodiscard]] int model_command(const model_command_settings& settings);

/// Prints `chatos-conformance: ...` on standard error.
void print_error(const std::string& message);
/// Complains of each and returns exit_usage.
[[nodiscard]] int print_problems(const std::vector<problem>& problems);

}  // namespace chatos::conformance
