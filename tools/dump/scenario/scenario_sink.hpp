// chatos-dump --to-scenario: one captured conversation as a scenario for chatos-conformance.
#pragma once

#include "dump/check/trace_sink.hpp"
#include "dump/output/output.hpp"
#include "dump/scenario/scenario_json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::dump {

/// Prints nothing but the scenario. `out` must outlive the sink.
class scenario_sink final : public trace_sink {
public:
    scenario_sink(output& out, scenario_name name) : trace_sink{nullptr, nullptr}, out_{out}, name_{std::move(name)} {}

    /// Why there is no scenario; empty when there is one.
    [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

private:
    void capture_ended(captured_trace& capture) override;
    void all_captures_ended() override {}

    output& out_;
    scenario_name name_;
    std::string refusal_{"there is no frame in it"};
};

/// The number of `NAME=N`, where NAME is an option of the server that scenarios know; nothing for other words.
[[nodiscard]] std::optional<std::pair<std::string, std::uint64_t>> parse_need(std::string_view text);

/// An id made from the name of a file: `captured.` and what of it an id may have.
[[nodiscard]] std::string scenario_id_of(const std::string& path);

}  // namespace chatos::dump
