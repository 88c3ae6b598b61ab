// What a profile says about an implementation: how to start it, which options it takes, what is known to be wrong.
#pragma once

#include "json/checked_reader.hpp"
#include "profile/client_dialogue.hpp"
#include "scenario/scenario.hpp"
#include "scenario/scenario_pattern.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// What is known to fail: a rule wherever it is blamed, a scenario whatever it shows, or a scenario if it blames this
/// rule alone.
struct known_failure {
    std::string rule;  ///< may be empty if there is a scenario
    std::string reason;
    std::string scenario{};  ///< an id or a glob; empty: any
    std::string place{};     ///< "my.json:12: /known_failures/0", for messages
};

struct profile {
    std::string name;
    test_role role{test_role::server};
    /// {port} stands for the port to listen on, of a client for the one to connect to, which also has {host} and
    /// {pseudo}. May be empty when a target is given.
    std::vector<std::string> command;
    /// Arguments that set an option ("capacity", "answer_timeout_ms", ...); {value} stands for the value.
    std::map<std::string, std::vector<std::string>> options;
    client_dialogue dialogue;  ///< of a client
    std::uint32_t pseudo_bytes{255};
    std::uint32_t message_bytes{65'536};
    std::vector<std::string> extensions;
    std::vector<known_failure> known_failures;
    std::vector<skip_entry> skips;
};

/// `source` names the text in problems.
[[nodiscard]] std::variant<profile, std::vector<problem>> load_profile(std::string_view json,
                                                                       const std::string& source);

}  // namespace chatos::conformance
