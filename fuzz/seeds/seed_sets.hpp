// Every generated seed and dictionary: fuzz_write_seeds writes them, a test compares the files with them.
#pragma once

#include "seeds/seed_file.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

/// The seeds of one file of corpora/, shared by all targets whose inputs have this form (targets.json says which).
struct seed_set {
    std::string name;  ///< of the seed file without ".txt", and of the dictionary without ".dict"
    std::vector<seed> seeds;
    std::string dictionary;  ///< in libFuzzer's format; empty if there is none
};

[[nodiscard]] std::vector<seed_set> make_seed_sets();

/// Inputs of the set "packets", of which minimise.py chooses some. None where only the codec is built.
[[nodiscard]] std::vector<seed> make_candidates();

/// An entry in libFuzzer's format for each of the words, which must be printable; `title` is the first line.
[[nodiscard]] std::string word_dictionary(std::string_view title, const std::set<std::string>& words);

/// Packets of every kind and for each violation; plan and stream as in properties/decode_plan.hpp.
[[nodiscard]] std::vector<seed> make_packet_seeds();
/// Plans whose split choice leaves a batch room for many packets. They lead to the places where the fast path of a
/// batch gives up and where a kernel's blocks end, so that the seeds alone reach each line and branch of the codec
/// (coverage/coverage.py shows it).
[[nodiscard]] std::vector<seed> make_batch_seeds();
/// Opcodes, sizes next to every limit, UTF-8 next to every boundary.
[[nodiscard]] std::string make_packet_dictionary();

/// What the names of make_scenario_packet_seeds() start with.
inline constexpr std::string_view scenario_seed_prefix = "scenario_";
/// What each connection of the built-in scenarios sends and expects, as packets; no two are equal. There are hundreds,
/// so that minimise.py chooses some.
[[nodiscard]] std::vector<seed> make_scenario_packet_seeds();

/// Sequences next to every boundary of UTF-8, each alone, in the middle of letters, and across the ends of the kernels'
/// blocks; and a character of each kind that is escaped for display.
[[nodiscard]] std::vector<seed> make_utf8_seeds();
/// Texts that are long for the display.
[[nodiscard]] std::vector<seed> make_long_text_seeds();

/// A value of each packet, and one for each reason to refuse; see properties/encode_properties.hpp.
[[nodiscard]] std::vector<seed> make_encode_seeds();

[[nodiscard]] std::vector<seed> make_capture_seeds();
[[nodiscard]] std::vector<seed> make_link_seeds();
[[nodiscard]] std::vector<seed> make_tunnel_seeds();
/// Numbers that announce headers of links and tunnels.
[[nodiscard]] std::string make_link_dictionary();
[[nodiscard]] std::vector<seed> make_reassembly_seeds();

/// Streams that end in every way, texts that must be escaped or cut, each in one of the forms of output, and texts that
/// are or almost are hex; see dump/dump_properties.hpp.
[[nodiscard]] std::vector<seed> make_dump_seeds();

/// Filters that together use every field, operator and form of value, and texts that are refused for each reason.
[[nodiscard]] std::vector<seed> make_filter_seeds();
/// Fields, operators, words and values.
[[nodiscard]] std::string make_filter_dictionary();

/// Built-in scenarios that together use all keys that any of them uses, one that uses the remaining keys, each with a
/// peer; peers that execute each of their commands; and files that are refused. See scenario/scenario_properties.hpp.
[[nodiscard]] std::vector<seed> make_scenario_file_seeds();
/// The keys and fixed words of the format, from its schema.
[[nodiscard]] std::string make_scenario_dictionary();

/// A history for each flow of the protocol.
[[nodiscard]] std::vector<seed> make_history_seeds();

/// A script for each flow of the protocol.
[[nodiscard]] std::vector<seed> make_session_seeds();
/// Commands, and pairs of them that belong together.
[[nodiscard]] std::string make_session_dictionary();

}  // namespace chatos::fuzz
