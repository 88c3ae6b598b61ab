// The flags of chatos-server, from the command line and from --config.
#pragma once

#include "ops/service_options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace chatos::ops {

/// The values of all flags. Texts are as given; addresses are not parsed, limits not compared with each other.
struct flags {
    std::vector<std::string> listen{"127.0.0.1:7777"};
    service_options options{};
    std::vector<std::string> proxy_protocol;  ///< of `listen`
    std::vector<std::string> proxy_trust;
    std::string unix_mode;
    std::string unix_group;
    std::string metrics;
    std::string log_level{"info"};
    std::string log_format{"logfmt"};
    std::string log_file;
    std::string config;  ///< the file that was read; empty: none
    bool io_uring{true};
    bool print_limits{false};
    bool json{false};
};

struct parsed_flags {
    flags value{};
    std::string fault{};       ///< what is invalid, and what was expected; empty: `value` holds
    bool only_printed{false};  ///< --help or --version was asked for, and is printed
};

/// Parses the command line, and the file that --config names. `memory_bytes` decides some defaults (defaults_for()).
[[nodiscard]] parsed_flags parse_flags(int argc, const char* const* argv, std::uint64_t memory_bytes);

}  // namespace chatos::ops
