#include "judge/server_layout.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace chatos::conformance {
namespace {

/// Reads a big-endian number; 0 if there are fewer bytes.
std::uint32_t number_at(std::span<const std::byte> bytes, std::size_t start, std::size_t size) {
    if (bytes.size() < start + size) {
        return 0;
    }
    std::uint32_t number = 0;
    for (const std::byte byte : bytes.subspan(start, size)) {
        number = number << 8U | std::to_integer<std::uint32_t>(byte);
    }
    return number;
}

std::uint32_t reversed(std::uint32_t number) {
    return number >> 24U | (number >> 8U & 0xFF00U) | (number << 8U & 0xFF0000U) | number << 24U;
}

/// The server closed after fewer bytes than the packet announces.
bool is_cut_short(const direction_trace& output, std::span<const std::byte> bytes, std::size_t announced) {
    return output.end == direction_end::fin && output.malformed->bytes_total == bytes.size() &&
           bytes.size() < announced;
}

/// A packet that announces more than the limits of the observer.
std::string_view rule_of_large_packet(const direction_trace& output, std::span<const std::byte> bytes) {
    constexpr std::size_t pseudo_at = 3;
    constexpr std::size_t size_bytes = 4;
    const std::size_t pseudo_size = number_at(bytes, 1, 2);
    if (bytes.front() == std::byte{5}) {
        return is_cut_short(output, bytes, pseudo_at + pseudo_size) ? "WIRE-2" : "";
    }
    if (bytes.front() != std::byte{3}) {
        return {};
    }
    const std::size_t message_at = pseudo_at + pseudo_size + size_bytes;
    const std::uint32_t announced = number_at(bytes, message_at - size_bytes, size_bytes);
    if (!is_cut_short(output, bytes, message_at + announced)) {
        return {};
    }
    return bytes.size() >= message_at && message_at + reversed(announced) <= bytes.size() ? "WIRE-6" : "WIRE-3";
}

}  // namespace

std::string_view rule_of_layout(const connection_trace& connection) {
    const direction_trace& output = connection.from_server();
    const malformed_packet& malformed = *output.malformed;
    if (malformed.bytes.empty()) {
        return {};
    }
    if (malformed.rule == "WIRE-14") {
        return rule_of_large_packet(output, malformed.bytes);
    }
    if (malformed.rule == "WIRE-1" && !output.packets.empty()) {
        // No packet begins here: the one before has another length than its layout says.
        const observed_packet& previous = output.packets.back();
        const bool is_ascii = std::all_of(previous.message.begin(), previous.message.end(),
                                          [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        switch (previous.op) {
        case opcode::error: return "WIRE-5";
        case opcode::spm: return is_ascii ? "WIRE-3" : "WIRE-7";
        case opcode::pc: return "WIRE-2";
        default: return {};
        }
    }
    if (malformed.rule != "WIRE-9" || malformed.bytes.front() != std::byte{3}) {
        return {};
    }
    // Without a pseudo the message would follow; otherwise the four bytes of its size came first.
    constexpr std::size_t headers_bytes = 7;
    const std::span<const std::byte> bytes{malformed.bytes};
    return headers_bytes + number_at(bytes, headers_bytes - 4, 4) <= bytes.size() ? "" : "WIRE-3";
}

}  // namespace chatos::conformance
