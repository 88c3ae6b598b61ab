#include "properties/decode_plan.hpp"
#include "runner/unit_bytes.hpp"
#include "scenario/catalog.hpp"
#include "scenario/fitting_packet.hpp"
#include "scenario/load.hpp"
#include "scenario/simulated_network.hpp"
#include "seeds/seed_sets.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace chatos::fuzz {

namespace {

/// Longer ones are cut by every target that reads packets.
constexpr std::size_t input_bytes_max = 320;

struct connection_bytes {
    std::vector<std::byte> sent{};
    std::vector<std::byte> expected{};
};

void append(std::vector<std::byte>& bytes, const std::vector<std::byte>& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

/// Adds what these steps send and expect, of alternatives all.
void add_steps(const std::vector<conformance::step>& steps, std::vector<connection_bytes>& connections,
               conformance::bindings& bound) {
    const conformance::pseudonyms names{std::string{run_name}};
    for (const conformance::step& step : steps) {
        connection_bytes& connection = connections[step.actor];
        if (const auto* send = std::get_if<conformance::send_action>(&step.action)) {
            append(connection.sent, conformance::bytes_of(*send, names).bytes);
            continue;
        }
        const auto* expect = std::get_if<conformance::expect_action>(&step.action);
        if (expect == nullptr) {
            continue;
        }
        const auto add_packet = [&](const conformance::packet_pattern& packet) {
            append(connection.expected, packet_that_fits(packet, bound).value_or(std::vector<std::byte>{}));
        };
        if (const auto* packet = std::get_if<conformance::packet_pattern>(&expect->event)) {
            add_packet(*packet);
        } else if (const auto* unordered = std::get_if<conformance::unordered_pattern>(&expect->event)) {
            std::ranges::for_each(unordered->packets, add_packet);
        } else if (const auto* one_of = std::get_if<conformance::one_of_pattern>(&expect->event)) {
            for (const conformance::alternative& each : one_of->alternatives) {
                add_steps(each.steps, connections, bound);
            }
        }
    }
}

/// "pm_relay_ok" for "server.pm.relay-ok", "client_cli_taken" for "client.cli.taken".
std::string words_of(const conformance::scenario& scenario) {
    const bool judges_client = scenario.role == conformance::test_role::client;
    std::string words = judges_client ? scenario.id : scenario.id.substr(scenario.id.find('.') + 1);
    std::ranges::replace_if(
        words, [](char letter) { return letter == '.' || letter == '-'; }, '_');
    return words;
}

class seed_collection {
public:
    void add(const std::string& name, const std::vector<std::byte>& stream) {
        const bool is_known = std::ranges::any_of(seeds_, [&](const seed& tested) {
            return std::ranges::equal(std::span{tested.input}.subspan(plan_bytes), stream);
        });
        if (stream.empty() || stream.size() + plan_bytes > input_bytes_max || is_known) {
            return;
        }
        // Every split in turn: whole, each number of bytes, varied ones.
        const auto split = static_cast<std::byte>(seeds_.size() * 7 % 64);
        seed result{std::string{scenario_seed_prefix} + name, {std::byte{0}, split}};
        append(result.input, stream);
        seeds_.push_back(std::move(result));
    }
    std::vector<seed> take() { return std::move(seeds_); }

private:
    std::vector<seed> seeds_;
};

}  // namespace

std::vector<seed> make_scenario_packet_seeds() {
    seed_collection seeds;
    for (const conformance::builtin_file& file : conformance::builtin_files()) {
        const auto loaded = conformance::load_scenario(file.text, std::string{file.name});
        const auto* scenario = std::get_if<conformance::scenario>(&loaded);
        if (scenario == nullptr) {
            throw std::logic_error{"a built-in scenario does not load"};
        }
        std::vector<connection_bytes> connections(scenario->actors.size());
        conformance::bindings bound;
        add_steps(scenario->steps, connections, bound);
        for (std::size_t index = 0; index < connections.size(); ++index) {
            const std::string name = words_of(*scenario) + '_' + scenario->actors[index];
            seeds.add(name + "_sends", connections[index].sent);
            seeds.add(name + "_expects", connections[index].expected);
        }
    }
    return seeds.take();
}

}  // namespace chatos::fuzz
