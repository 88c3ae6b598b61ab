// Bytes to packets and back, as the model understands them: a plain reading of the six figures, field by field. It uses
// only the UTF-8 check of the codec, so that faults of the wire can be built in.
#pragma once

#include "model/fault.hpp"

#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::conformance {

/// How this server reads and writes.
struct wire_settings {
    limits bounds;  ///< WIRE-14
    fault_set faults;
    variant_set variants;
};

/// A packet that owns its texts. `code` may be any byte, because faults accept unassigned ones.
struct model_packet {
    opcode op{opcode::error};
    std::string pseudo;
    std::string message;
    std::uint8_t code{0};

    friend bool operator==(const model_packet&, const model_packet&) = default;
};

enum class read_status : std::uint8_t {
    complete,    ///< `packet` and `consumed` are set
    incomplete,  ///< more bytes are needed
    malformed,   ///< ERR-2 is due
    skipped,     ///< a fault ignores `consumed` bytes
};

struct read_result {
    read_status status{read_status::incomplete};
    model_packet packet;  ///< malformed: the fields before the malformed one, for faults that act on them
    std::size_t consumed{0};
    bool fatal{false};  ///< a fault makes the server die
};

/// Reads the packet at the start of `bytes`.
[[nodiscard]] read_result read_packet(std::string_view bytes, const wire_settings& settings);

/// Encodes a packet that the server sends.
[[nodiscard]] std::string write_packet(const model_packet& packet, const fault_set& faults);

}  // namespace chatos::conformance
