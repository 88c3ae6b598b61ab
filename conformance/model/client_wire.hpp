// The packets of the model client as bytes, with its faults of the wire.
#pragma once

#include "model/fault.hpp"
#include "model/wire.hpp"

#include <string>

namespace chatos::conformance {

/// Encodes a packet. `own_pseudo` is for faults that send it in the wrong place.
[[nodiscard]] std::string write_client_packet(const model_packet& packet, const client_fault_set& faults,
                                              std::string_view own_pseudo);

/// How the client reads: the limits of its variant, and its faults as those of the reader.
[[nodiscard]] wire_settings reader_settings(const client_fault_set& faults, const client_variant_set& variants);

}  // namespace chatos::conformance
