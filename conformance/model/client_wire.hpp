// What the model client sends, packet by packet; with faults, what breaks the rules of the wire.
#pragma once

#include "model/fault.hpp"
#include "model/wire.hpp"

#include <string>

namespace chatos::conformance {

/// The bytes of a packet. `own_pseudo` is for faults that put it where it does not belong.
[[nodiscard]] std::string write_client_packet(const model_packet& packet, const client_fault_set& faults,
                                              std::string_view own_pseudo);

/// How the client reads: the limits of its variant, and what its faults let through.
[[nodiscard]] wire_settings reading_of(const client_fault_set& faults, const client_variant_set& variants);

}  // namespace chatos::conformance
