// Bytes to packets and back, as the model understands them: one plain reading of the six figures, one field after the
// other. Of the codec it uses the judgement of UTF-8 and nothing else, so that faults of the wire have a place.
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

/// A packet that owns its texts. `code` may be any byte: faults let unassigned ones through.
struct model_packet {
    opcode op{opcode::error};
    std::string pseudo;
    std::string message;
    std::uint8_t code{0};

    friend bool operator==(const model_packet&, const model_packet&) = default;
};

enum class reading : std::uint8_t {
    complete,    ///< `packet` and `consumed` are set
    incomplete,  ///< more bytes must come
    malformed,   ///< ERR-2 is due
    skipped,     ///< a fault passes over `consumed` bytes
};

struct read_result {
    reading how{reading::incomplete};
    model_packet packet;  ///< malformed: what had been read before the bad field, for faults that act on it
    std::size_t consumed{0};
    bool fatal{false};  ///< a fault makes the server die of these bytes
};

/// Reads the packet at the start of `bytes`, which lie as they came in the stream.
[[nodiscard]] read_result read_packet(std::string_view bytes, const wire_settings& settings);

/// The bytes of a packet that the server sends.
[[nodiscard]] std::string write_packet(const model_packet& packet, const fault_set& faults);

}  // namespace chatos::conformance
