// A captured conversation as the steps of a conformance scenario: who sends and expects what, and which step of
// somebody else has to be done before. Knows no JSON.
#pragma once

#include "judge/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

struct planned_step {
    enum class kind : std::uint8_t {
        connect,
        send,           ///< packets, in one write
        send_bytes,     ///< bytes that are not a packet
        close,          ///< fin or reset
        expect,         ///< packets; several in any order
        expect_closed,  ///< fin or reset
        expect_refusal  ///< the last ERROR and the end, or the end alone (ERR-2)
    };
    kind action{kind::send};
    std::size_t actor{0};
    std::uint64_t frame{0};
    std::vector<const conformance::observed_packet*> packets{};  ///< of the conversation
    const std::vector<std::byte>* bytes{nullptr};
    conformance::direction_end end{conformance::direction_end::open};
    std::string_view rule{};           ///< to blame if it fails; empty for what an actor does
    bool is_optional{false};           ///< a choice of the server (CONN-3)
    std::uint64_t within_ms{0};        ///< 0: the runner's usual timeout
    std::vector<std::size_t> after{};  ///< steps of other actors, as indexes
};

struct scenario_plan {
    std::vector<std::string> actors;
    std::vector<planned_step> steps;  ///< in an order in which they can run
    std::vector<std::string_view> rules;
    bool has_closing_fence{true};
};

/// Either a plan, or why there is none, with the place.
struct planned {
    scenario_plan plan;
    std::string refusal;
};

/// `trace` must outlive the plan.
[[nodiscard]] planned plan_scenario(const conformance::trace& trace);

}  // namespace chatos::dump
