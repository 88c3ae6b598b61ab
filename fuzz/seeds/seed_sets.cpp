#include "seeds/seed_sets.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace chatos::fuzz {

namespace {

std::vector<seed> joined(std::vector<seed> seeds, std::vector<seed> more) {
    std::ranges::move(more, std::back_inserter(seeds));
    return seeds;
}

}  // namespace

std::vector<seed_set> make_seed_sets() {
    std::vector<seed_set> sets{
        {"packets", joined(make_packet_seeds(), make_batch_seeds()), make_packet_dictionary()},
        {"utf8", joined(make_utf8_seeds(), make_long_text_seeds()), make_packet_dictionary()},
        {"encode", make_encode_seeds(), {}},
    };
#ifdef CHATOS_PROGRAM_SEEDS
    sets.push_back({"capture", make_capture_seeds(), {}});
    sets.push_back({"link", joined(make_link_seeds(), make_tunnel_seeds()), make_link_dictionary()});
    sets.push_back({"reassembly", make_reassembly_seeds(), make_packet_dictionary()});
    sets.push_back({"dump", make_dump_seeds(), make_packet_dictionary()});
    sets.push_back({"filter", make_filter_seeds(), make_filter_dictionary()});
    sets.push_back({"scenario", make_scenario_file_seeds(), make_scenario_dictionary()});
    sets.push_back({"history", make_history_seeds(), {}});
    sets.push_back({"session", make_session_seeds(), make_session_dictionary()});
#endif
    return sets;
}

std::string word_dictionary(std::string_view title, const std::set<std::string>& words) {
    std::string text = "# " + std::string{title} + '\n';
    for (const std::string& word : words) {
        text += '"';
        for (const char letter : word) {
            text += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
        }
        text += "\"\n";
    }
    return text;
}

std::vector<seed> make_candidates() {
#ifdef CHATOS_PROGRAM_SEEDS
    return make_scenario_packet_seeds();
#else
    return {};
#endif
}

}  // namespace chatos::fuzz
