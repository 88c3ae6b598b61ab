// What the command line of chatos-dump asks for, and how the program complains.
#pragma once

#include "dump/capture/autostop.hpp"
#include "dump/check/check_command.hpp"
#include "dump/filter/filter.hpp"
#include "dump/link/link_types.hpp"
#include "dump/link/server_ports.hpp"
#include "dump/live/bpf_filter.hpp"
#include "dump/output/input_progress.hpp"
#include "dump/stream/raw_dump.hpp"

#include <chatos/limits.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::dump {

inline constexpr int exit_read = 0;  // the whole input was read, whatever it contains
inline constexpr int exit_violations = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_failed = 3;  // a file cannot be read or written, or is malformed

struct command_line {
    std::vector<std::string> files;
    chatos::limits bounds;
    raw_options raw;
    check_options check;
    bool is_to_scenario{false};
    std::vector<std::string> needs;
    std::string direction;  ///< empty: not given
    server_ports ports;
    std::string time{"relative"};
    bool verifies_checksums{false};
    std::vector<std::string> link_types;
    link_type_map link_type_choices;
    std::optional<std::uint32_t> followed;
    std::string filter_text;
    std::optional<filter> accepted;
    bool is_raw{false};
    bool is_hex{false};
    bool is_binary{false};
    bool is_verbose{false};
    bool is_json{false};
    bool is_csv{false};
    std::string kept_path;        ///< of -w
    std::string anonymized_path;  ///< of --anonymize
    std::optional<std::uint32_t> raw_followed;
    bool wants_stats{false};
    bool wants_ladder{false};
    std::string svg_path;
    bool wants_progress{false};
    progress_mode progress{progress_mode::automatic};
    std::string interface;
    std::string expression;
    autostop ends_after;
    std::string autostop_text;
    std::shared_ptr<bpf_filter> capture_filter;
};

/// The options, or the exit status where there is nothing to do: after --help and --version, which have been printed,
/// and after a mistake, which has been told.
[[nodiscard]] std::variant<command_line, int> parse_command_line(int argc, char** argv);

/// Prints one line to stderr.
void print_error(std::string_view message);
/// The same; returns exit_usage.
int usage_error(std::string_view message);
/// The same; returns exit_failed.
int failure(std::string_view message);

}  // namespace chatos::dump
