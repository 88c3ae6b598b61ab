#include "causes/readings.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

using bytes = std::vector<std::byte>;

void append(bytes& to, std::string_view text) {
    for (const char character : text) {
        to.push_back(static_cast<std::byte>(character));
    }
}

bytes number(std::size_t value, std::size_t width, bool little_endian) {
    bytes result(width);
    for (std::size_t index = 0; index < width; ++index) {
        const std::size_t place = little_endian ? index : width - 1 - index;
        result[place] = static_cast<std::byte>((value >> (8 * index)) & 0xFFU);
    }
    return result;
}

/// A CR, and the ERROR 0 that answers it, as somebody might write them.
struct way {
    conformance::reading reading;
    std::size_t opcode_width{1};
    bool little_endian{false};
    std::size_t size_width{2};
    std::byte cr{1};
    std::byte error{6};
    std::string_view behind{};  ///< a pseudo that has no size ends in this

    [[nodiscard]] bytes register_as(std::string_view pseudo) const {
        bytes packet = number(std::to_integer<std::size_t>(cr), opcode_width, little_endian);
        const bytes size = number(pseudo.size(), size_width, little_endian);
        packet.insert(packet.end(), size.begin(), size.end());
        append(packet, pseudo);
        append(packet, behind);
        return packet;
    }

    [[nodiscard]] bool is_ok(const bytes& answer) const {
        const bytes start = number(std::to_integer<std::size_t>(error), opcode_width, little_endian);
        // The code may be as wide as the opcode.
        return answer.size() > start.size() && std::equal(start.begin(), start.end(), answer.begin()) &&
               std::all_of(answer.begin() + static_cast<std::ptrdiff_t>(start.size()), answer.end(),
                           [](std::byte value) { return value == std::byte{0}; });
    }
};

constexpr std::string_view order_hint =
    "write and read sizes in network byte order, the highest byte first (htons and htonl, \">H\" and \">I\", "
    "ByteBuffer's default)";
constexpr std::string_view width_hint =
    "a pseudo has a size of 2 bytes, a message one of 4; `chatos-conformance explain WIRE-3` tells the layouts";
constexpr std::string_view opcode_hint = "one byte each: CR 1, RPM 2, SPM 3, SMA 4, PC 5, ERROR 6";

const way& correct_way() {
    static const way correct;
    return correct;
}

/// The likeliest first.
const std::vector<way>& other_ways() {
    static const std::vector<way> ways{
        {.reading = {"WIRE-6", "the server seems to read sizes little-endian, lowest byte first", order_hint},
         .little_endian = true},
        {.reading = {"WIRE-2", "the server seems to read a pseudo's size in 4 bytes", width_hint}, .size_width = 4},
        {.reading = {"WIRE-6", "the server seems to read a pseudo's size in 4 bytes, little-endian", order_hint},
         .little_endian = true,
         .size_width = 4},
        {.reading = {"WIRE-2", "the server seems to read a pseudo's size in 1 byte", width_hint}, .size_width = 1},
        {.reading = {"WIRE-1", "the server seems to count opcodes from 0", opcode_hint},
         .cr = std::byte{0},
         .error = std::byte{5}},
        {.reading = {"WIRE-1", "the server seems to read CR as opcode 2: one too many", opcode_hint},
         .cr = std::byte{2},
         .error = std::byte{7}},
        {.reading = {"WIRE-1", "the server seems to read opcodes in 2 bytes", opcode_hint}, .opcode_width = 2},
        {.reading = {"WIRE-1", "the server seems to read opcodes in 4 bytes, and sizes, too", opcode_hint},
         .opcode_width = 4,
         .size_width = 4},
        {.reading = {"WIRE-6", "the server seems to read opcodes and sizes in 4 bytes, little-endian", order_hint},
         .opcode_width = 4,
         .little_endian = true,
         .size_width = 4},
        {.reading = {"WIRE-2", "the server seems to read a pseudo up to a NUL, without a size", width_hint},
         .size_width = 0,
         .behind = std::string_view{"\0", 1}},
        {.reading = {"WIRE-2", "the server seems to read a pseudo up to the end of a line, without a size", width_hint},
         .size_width = 0,
         .behind = "\n"},
    };
    return ways;
}

}  // namespace

std::optional<reading> find_reading(const send_and_receive& ask, std::string_view tag) {
    // Each under its own pseudo: one that got in may not have left yet.
    std::size_t tries = 0;
    const auto is_taken = [&](const way& tried) {
        return tried.is_ok(ask(tried.register_as(std::string{tag} + '-' + std::to_string(++tries))));
    };
    if (is_taken(correct_way())) {
        return std::nullopt;
    }
    for (const way& other : other_ways()) {
        if (is_taken(other)) {
            return other.reading;
        }
    }
    return std::nullopt;
}

}  // namespace chatos::conformance
