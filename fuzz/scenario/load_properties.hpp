// What must hold when a scenario file is loaded, whatever its content.
#pragma once

#include "json/checked_reader.hpp"
#include "properties/verdict.hpp"
#include "scenario/scenario.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::fuzz {

/// What load_scenario() gives.
using loaded_scenario = std::variant<conformance::scenario, std::vector<conformance::problem>>;

/// What problems call the text.
inline constexpr std::string_view source_name = "fuzz.json";

/// "places": each problem names a line of `text`, and a pointer to a value on that line, or a column of it;
/// it says what is wrong in words that can be shown.
[[nodiscard]] verdict check_places(const std::vector<conformance::problem>& problems, std::string_view text);

/// "same": two loads of one text gave the same.
[[nodiscard]] verdict check_same(const loaded_scenario& first, const loaded_scenario& second);

/// "memory": a text of `text_bytes` bytes with so many regular expressions made the loader ask for no more than
/// load_bytes_max().
[[nodiscard]] verdict check_memory(std::uint64_t bytes_asked_for, std::size_t text_bytes, std::size_t regexes);

/// Bytes, freed ones included: some for each byte of text, and what RE2 allows itself for each expression.
[[nodiscard]] constexpr std::uint64_t load_bytes_max(std::size_t text_bytes, std::size_t regexes) noexcept {
    constexpr std::uint64_t kibibyte = 1024;
    return 256 * kibibyte + 4 * kibibyte * text_bytes + 64 * kibibyte * kibibyte * regexes;
}

/// How many bytes a run of the scenario can handle at a time: what it sends and what it compares with, before names are
/// put in.
[[nodiscard]] std::uint64_t bytes_to_handle(const conformance::scenario& scenario);

}  // namespace chatos::fuzz
