// The declared space of packets on which decoders are compared: opcodes, size classes, bodies. Knows the layouts from
// the rules WIRE-1 to WIRE-6, not from the codec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::testing {

using byte_string = std::vector<std::byte>;

/// 0, 1, limit-1, limit, limit+1, 2^15-1, 2^15, 2^16-1, in order and without repetitions.
[[nodiscard]] std::vector<std::uint64_t> pseudo_size_classes(std::uint64_t limit);
/// The same, and 2^31-1, 2^31, 2^32-1.
[[nodiscard]] std::vector<std::uint64_t> message_size_classes(std::uint64_t limit);

/// `size` bytes of UTF-8: characters of one to four bytes by turns, filled up with ASCII.
[[nodiscard]] std::string mixed_text(std::size_t size);

struct part_shape {
    bool pseudo;
    bool message;
    bool error_code;
};
/// What follows an opcode. Bytes that are no opcode get the shape of an SPM.
[[nodiscard]] part_shape shape_of(unsigned opcode);

/// A string as a packet declares it and as it follows; the two need not fit together.
struct declared_text {
    std::uint64_t size{0};
    std::string_view bytes{};
};

[[nodiscard]] byte_string packet_of(unsigned opcode, const declared_text& pseudo, const declared_text& message);
[[nodiscard]] byte_string packet_of(unsigned opcode, std::string_view pseudo, std::string_view message);
[[nodiscard]] byte_string error_packet(unsigned code);

[[nodiscard]] byte_string operator+(byte_string left, const byte_string& right);

/// A packet for each size class that the opcode's parts can have, or for each code of an ERROR. A string that is over
/// its limit comes with one byte more than the limit. Calls visit(packet).
template <typename Visit>
void for_each_size_class(unsigned opcode, std::uint64_t pseudo_limit, std::uint64_t message_limit, Visit&& visit) {
    const part_shape shape = shape_of(opcode);
    if (shape.error_code) {
        for (unsigned code = 0; code < 256; ++code) {
            visit(error_packet(code));
        }
        return;
    }
    const std::vector<std::uint64_t> unused{0};
    const auto body = [](std::uint64_t size, std::uint64_t limit) {
        return mixed_text(static_cast<std::size_t>(size > limit ? limit + 1 : size));
    };
    for (const std::uint64_t pseudo_size : shape.pseudo ? pseudo_size_classes(pseudo_limit) : unused) {
        const std::string pseudo = body(pseudo_size, pseudo_limit);
        for (const std::uint64_t message_size : shape.message ? message_size_classes(message_limit) : unused) {
            const std::string message = body(message_size, message_limit);
            visit(packet_of(opcode, {pseudo_size, pseudo}, {message_size, message}));
        }
    }
}

}  // namespace chatos::testing
