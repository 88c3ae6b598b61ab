// JUnit XML, as continuous integration reads it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::base {

enum class junit_outcome : std::uint8_t {
    passed,
    noted,  ///< passed, with an output
    skipped,
    failed,
    error,
};

struct junit_case {
    std::string name;
    std::string class_name;
    junit_outcome outcome{junit_outcome::passed};
    std::string message{};  ///< of skipped, failed and error, in one line
    std::string type{};     ///< of failed and error
    std::string text{};     ///< of noted, failed and error
    std::optional<std::chrono::nanoseconds> time{};
};

struct junit_suite {
    std::string name;
    std::vector<junit_case> cases{};
    std::vector<std::pair<std::string, std::string>> properties{};
    std::string timestamp{};  ///< "2026-11-30T12:00:00"; without it neither a timestamp nor a host name is written
    std::optional<std::chrono::nanoseconds> time{};
};

struct junit_report {
    std::string name;
    std::vector<junit_suite> suites{};
    std::optional<std::chrono::nanoseconds> time{};
};

/// The document. Counts follow from the cases.
[[nodiscard]] std::string junit_xml(const junit_report& report);

}  // namespace chatos::base
