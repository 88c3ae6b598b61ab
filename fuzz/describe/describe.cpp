#include "describe/describe.hpp"

#include "describe/input_words.hpp"

#include <algorithm>
#include <array>

namespace chatos::fuzz {

namespace {

struct described_target {
    std::string_view name;
    void (*add)(dump::output& out, input_bytes input);
};

constexpr std::array targets{
    described_target{"fuzz_decode", add_decode_input},
    described_target{"fuzz_stream", add_stream_input},
    described_target{"fuzz_round_trip", add_round_trip_input},
    described_target{"fuzz_differential", add_differential_input},
    described_target{"fuzz_canary", add_round_trip_input},
    described_target{"fuzz_dump", add_dump_input},
    described_target{"fuzz_anonymize", add_capture_input},
    described_target{"fuzz_capture", add_capture_input},
    described_target{"fuzz_link", add_link_input},
    described_target{"fuzz_reassembly", add_reassembly_input},
    described_target{"fuzz_filter", add_filter_input},
    described_target{"fuzz_utf8", add_utf8_input},
    described_target{"fuzz_encode", add_encode_input},
    described_target{"fuzz_session", add_session_input},
    described_target{"fuzz_model", add_history_input},
    described_target{"fuzz_scenario", add_scenario_input},
};

}  // namespace

std::string describe_input(std::string_view target, std::span<const std::byte> input) {
    const auto* const position = std::ranges::find(targets, target, &described_target::name);
    dump::output out;
    if (position != targets.end()) {
        position->add(out, input);
    }
    return out.text();
}

std::vector<std::string_view> described_targets() {
    std::vector<std::string_view> names;
    for (const described_target& known : targets) {
        names.push_back(known.name);
    }
    return names;
}

}  // namespace chatos::fuzz
