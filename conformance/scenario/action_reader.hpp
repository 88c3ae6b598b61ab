// What a step does: bytes to send, an end to make, an event to expect.
#pragma once

#include "json/checked_reader.hpp"
#include "scenario/scenario.hpp"

#include <functional>
#include <optional>

namespace chatos::conformance {

/// Reads a step of an alternative and appends what it stands for.
using nested_step_reader = std::function<void(const json_place&, std::vector<step>&)>;

[[nodiscard]] send_action read_send(const json_place& place, const std::optional<json_place>& split,
                                    const scenario& scenario);
[[nodiscard]] close_action read_close(const json_place& place);
[[nodiscard]] expect_action read_expect(const json_place& place, const std::optional<json_place>& optional,
                                        const std::optional<json_place>& within, const scenario& scenario,
                                        const nested_step_reader& read_nested);

void read_nested_step(const json_place& place, std::size_t actor, const scenario& scenario, std::vector<step>& into);

/// A string or a repeated one.
[[nodiscard]] text_source read_text(const json_place& place, const scenario& scenario);
/// Refuses a string whose {names} are unknown.
void check_text(const json_place& place, const std::string& text, const scenario& scenario);

}  // namespace chatos::conformance
