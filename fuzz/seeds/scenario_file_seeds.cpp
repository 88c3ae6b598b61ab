#include "json/json_value.hpp"
#include "scenario/catalog.hpp"
#include "seeds/seed_sets.hpp"
#include "testing/refused_cases.hpp"
#include "testing/scenario_text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

using namespace std::string_view_literals;
using conformance::json_kind;
using conformance::json_value;

/// A peer that sends what is expected, to one actor after the other.
constexpr std::string_view helpful_peer = "\x00\x10\x00\x10\x20\x00\x10\x00\x10\x20\x00\x10"sv;

json_value parsed(std::string_view text) {
    return std::get<json_value>(conformance::parse_json(text));
}

/// What a scenario uses of the format: its keys, and those of its short texts that are no names.
void collect_features(const json_value& value, std::set<std::string>& features) {
    for (std::size_t index = 0; index < value.items.size(); ++index) {
        const json_value& item = value.items[index];
        if (value.kind == json_kind::object) {
            const std::string& key = value.keys[index];
            features.insert(key);
            if ((key == "close" || key == "closed") && item.kind == json_kind::string) {
                features.insert(key + ' ' + item.string);
            }
        }
        collect_features(item, features);
    }
}

std::size_t count_new(const conformance::builtin_file& file, const std::set<std::string>& known) {
    std::set<std::string> features;
    collect_features(parsed(file.text), features);
    return static_cast<std::size_t>(
        std::ranges::count_if(features, [&](const std::string& feature) { return !known.contains(feature); }));
}

/// Few and short ones that together use what all of them use.
std::vector<conformance::builtin_file> choose_builtin_scenarios() {
    constexpr std::size_t long_ones = 1'500;
    std::vector<conformance::builtin_file> files = conformance::builtin_files();
    std::erase_if(files, [](const conformance::builtin_file& file) { return file.text.size() > long_ones; });
    std::ranges::sort(files, {}, [](const auto& file) { return std::pair{file.text.size(), file.name}; });
    std::vector<conformance::builtin_file> result;
    std::set<std::string> known;
    for (;;) {
        const auto best = std::ranges::max_element(
            files, {}, [&](const conformance::builtin_file& file) { return count_new(file, known); });
        if (count_new(*best, known) == 0) {
            return result;
        }
        collect_features(parsed(best->text), known);
        result.push_back(*best);
    }
}

seed make_seed(std::string name, std::string_view text, std::string_view peer) {
    const std::string whole = std::string{text} + '\0' + std::string{peer};
    const std::span<const std::byte> bytes = std::as_bytes(std::span{whole});
    return {std::move(name), {bytes.begin(), bytes.end()}};
}

std::string file_name(std::string_view words) {
    std::string name{words.substr(words.find('/') + 1)};
    std::ranges::replace_if(
        name, [](char letter) { return letter == '.' || letter == ' ' || letter == '-'; }, '_');
    return name.substr(0, name.find("_json"));
}

void add_own_scenarios(std::vector<seed>& seeds) {
    const auto add = [&](std::string name, std::string_view keys, std::string_view steps, std::string_view peer) {
        const std::string text = conformance::testing::scenario_text(steps, keys);
        seeds.push_back(make_seed(std::move(name), text, peer));
    };
    add("patterns", R"("names": ["nobody"],)", R"([
{"actor": "alice", "login": "{alice}-{run}"},
{"actor": "alice", "expect": {"packet": "SPM", "pseudo": {"bind": "who"}, "message": {"regex": "(any|x)*"}}},
{"actor": "bob", "expect": {"packet": "PC", "pseudo": {"same": "who"}}},
{"actor": "bob", "expect": {"unordered": [{"packet": "ERROR", "code": {"not": 0}}, {"packet": "SMA", "message": {"any": true}}]}}])",
        "\x00\x00\x10\x10\x00\x10"sv);
    add("alternatives_in_alternatives", R"("rules": ["PM-4", "CONN-3"],)", R"([
{"actor": "bob", "expect": {"choice": "CONN-3", "one_of": [
{"name": "a", "steps": [{"expect": {"closed": "any"}}]},
{"name": "b", "steps": [{"expect": {"packet": "ERROR"}}, {"login": true}, {"expect": {"one_of": [
{"name": "c", "steps": [{"expect": {"packet": "CR"}}]}, {"name": "d", "steps": [{"expect": {"packet": "PC"}}]}]}}]}]}}])",
        "\x10\x01\x10\x10\x01\x10"sv);
    add("sends", "", R"([
{"actor": "bob", "send": [{"packet": "SPM", "pseudo": "{bob}", "message": {"repeat": "ab", "times": 9}, "edit": [{"at": 1, "hex": "80ff"}]}, {"raw": "u8:4 u16:258 u32:7 x:ff 'it''s {bob}'"}], "split": [1, 9]},
{"actor": "bob", "send": {"packet": "ERROR", "code": 255}, "split": "bytes"},
{"actor": "bob", "reading": false}, {"actor": "bob", "close": "reset"}])",
        ""sv);
    // Each command of the peer once.
    constexpr std::string_view steps = R"([
{"actor": "alice", "connect": true},
{"actor": "alice", "expect": {"packet": "ERROR"}, "optional": true, "within_ms": 9},
{"actor": "alice", "expect": {"silence_ms": 50}}, {"actor": "bob", "login": true}])";
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> peers{
        {{"silent", ""sv},
         {"answers", "\x16\x00\x06\x01"sv},
         {"packet", "\x07\x02\x17\x03"sv},
         {"bytes", "\x18\x05\x06\x00\x06\x00\x01"sv},
         {"closes", "\x09\x19"sv},
         {"resets", "\x1A\x0A"sv},
         {"waits", "\x0B\x01\x0B\xFF"sv},
         {"waits_for_deadline", "\x0C\x0C\x0C"sv},
         {"holds", "\x0D\x0C\x0E\x0D\x10\x0C"sv},
         {"refuses", "\x0D\x10\x0F"sv},
         {"helps", helpful_peer}}};
    for (const auto& [name, peer] : peers) {
        add("peer_" + std::string{name}, "", steps, peer);
    }
    add("many_answers", R"("closing_fence": false, "rules": ["PM-4", "WIRE-10"],)", steps,
        "\x18\x06\x06\x00\x06\x00\x06\x00"sv);
}

void add_refused(std::vector<seed>& seeds) {
    constexpr std::array wanted{"nothing"sv,
                                "JSON that breaks off"sv,
                                "a key twice"sv,
                                "no id, no title, no rules, no actors, no steps"sv,
                                "unknown key of a step"sv,
                                "steps that wait for each other"sv,
                                "bad regular expression"sv,
                                "brace that is not closed"sv,
                                "atom that is not closed"sv,
                                "alternative with a control character"sv,
                                "same as what nobody remembers"sv,
                                "code over 255"sv};
    for (const conformance::testing::refused_case& refused :
         conformance::testing::refused_cases("scenario/refused_scenarios.json")) {
        if (std::ranges::find(wanted, refused.name) != wanted.end()) {
            std::string name = "refused_" + refused.name;
            std::erase(name, ',');
            seeds.push_back(make_seed(file_name(name), refused.text, ""));
        }
    }
}

/// The keys of all objects that the schema describes, and the words that it lists.
void collect_words(const json_value& value, std::string_view key, std::set<std::string>& words) {
    for (std::size_t index = 0; index < value.items.size(); ++index) {
        const json_value& item = value.items[index];
        if (value.kind == json_kind::object) {
            if (key == "properties") {
                words.insert('"' + value.keys[index] + "\":");
            }
            if (value.keys[index] == "const" && item.kind == json_kind::string) {
                words.insert('"' + item.string + '"');
            }
            collect_words(item, key == "properties" ? "" : std::string_view{value.keys[index]}, words);
        } else if (key == "enum" && item.kind == json_kind::string) {
            words.insert('"' + item.string + '"');
        } else {
            collect_words(item, "", words);
        }
    }
}

}  // namespace

std::vector<seed> make_scenario_file_seeds() {
    std::vector<seed> seeds;
    for (const conformance::builtin_file& file : choose_builtin_scenarios()) {
        seeds.push_back(make_seed(file_name(file.name), file.text, helpful_peer));
    }
    add_own_scenarios(seeds);
    add_refused(seeds);
    return seeds;
}

std::string make_scenario_dictionary() {
    std::set<std::string> words;
    collect_words(parsed(conformance::testing::source_file("scenario/scenario.schema.json")), "", words);
    words.insert({"{alice}", "{run}", "{{", "u8:1", "u16:2", "u32:3", "x:ff", "'a'", "CONN-3", "PM-4", "WIRE-10",
                  "\"alice\"", "\"bob\"", "\"after\": [\"a\"]", "true", "false", "null", "1e9", "-1"});
    return word_dictionary("Keys and words of scenario files, written by fuzz_write_seeds from their schema.", words);
}

}  // namespace chatos::fuzz
