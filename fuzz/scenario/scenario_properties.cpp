#include "scenario/scenario_properties.hpp"

#include "scenario/check_invariants.hpp"
#include "scenario/load.hpp"
#include "scenario/load_properties.hpp"
#include "scenario/memory_meter.hpp"
#include "scenario/peers.hpp"
#include "scenario/simulated_network.hpp"

#include <algorithm>
#include <string>

namespace chatos::fuzz {

namespace {

std::size_t count_of(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        ++count;
    }
    return count;
}

verdict check_played(const conformance::scenario& scenario, std::span<const std::byte> script, bool has_script) {
    if (has_script) {
        simulated_network network{scenario};
        if (verdict broken = play_script(network, scenario, script)) {
            return broken;
        }
        if (verdict broken = check_end(scenario, network.actors(), network.take_outcome(), false)) {
            return broken;
        }
    }
    simulated_network network{scenario};
    const std::size_t choice = script.empty() ? 0 : std::to_integer<std::size_t>(script.back());
    if (!play_along(network, scenario, choice) || network.broken()) {
        return network.broken();
    }
    return check_end(scenario, network.actors(), network.take_outcome(), true);
}

}  // namespace

verdict check_scenario(std::span<const std::byte> input) {
    const auto end = std::ranges::find(input, std::byte{0});
    const auto text_bytes = static_cast<std::size_t>(end - input.begin());
    // A copy that ends where the text ends.
    const std::string text{reinterpret_cast<const char*>(input.data()), text_bytes};
    const bool has_script = text_bytes != input.size();
    const std::span<const std::byte> script = input.subspan(has_script ? text_bytes + 1 : text_bytes);

    const std::uint64_t before = bytes_allocated();
    const loaded_scenario loaded = conformance::load_scenario(text, std::string{source_name});
    // A key that holds an escape may be this one as well.
    const std::size_t regexes = count_of(text, "\"regex\"") + count_of(text, "\\u");
    if (verdict broken = check_memory(bytes_allocated() - before, text.size(), regexes)) {
        return broken;
    }
    const auto* scenario = std::get_if<conformance::scenario>(&loaded);
    if (scenario != nullptr && bytes_to_handle(*scenario) > played_bytes_max) {
        return {};
    }
    if (verdict broken = check_same(loaded, conformance::load_scenario(text, std::string{source_name}))) {
        return broken;
    }
    return scenario == nullptr ? check_places(std::get<1>(loaded), text) : check_played(*scenario, script, has_script);
}

}  // namespace chatos::fuzz
