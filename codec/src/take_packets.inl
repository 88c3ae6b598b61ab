// The fast path, the same for every kind of CPU; included by each kernel after it has defined
//   CHATOS_TARGET                                     the attribute that lets the compiler use the CPU's instructions
//   bool judge_text(const char* text, size, const char* end)
//   bool judge_texts(const char* pseudo, pseudo_size, const char* message, message_size, const char* end)
// which tell whether texts are UTF-8; `end` is the end of the buffer, up to which they may read.
// Everything is internal to the including source file, so no two of them can be mixed up by the linker.

CHATOS_TARGET inline std::uint32_t byte_at(const char* at) noexcept {
    return static_cast<unsigned char>(*at);
}

CHATOS_TARGET inline std::uint32_t load_big_endian_32(const char* at) noexcept {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

/// A message size. Where the next packet starts hangs on it, so it decides the pace: the usual small size is taken from
/// its last byte alone, and the CPU continues with that while it still checks the other three.
CHATOS_TARGET inline std::uint32_t load_message_size(const char* packet, std::size_t at) noexcept {
    std::uint32_t whole = load_big_endian_32(packet + at);
    if (whole < 0x100) [[likely]] {
        return byte_at(packet + at + 3);
    }
    // Without this the compiler sees that both ways give the same value, and makes it one, slower, way.
    asm volatile("" : "+r"(whole));
    return whole;
}

/// Bytes that every packet `Op` has: opcode, sizes, error code.
constexpr std::size_t fixed_bytes(opcode op) noexcept {
    std::size_t bytes = 1;
    for (const part part_kind : layout_of(op).parts()) {
        bytes += part_kind == part::error_code ? 1 : layout_of(part_kind).size_bytes;
    }
    return bytes;
}

/// The packet `Op` at `at`, as the table lays it out. Returns the position after it, or nullptr when the fast path
/// does not want to judge it. `packet` is written only at the end, so that no store comes between two loads.
template <opcode Op>
CHATOS_TARGET inline const char* take_packet(const char* at, const char* end, packet_view& packet,
                                             const size_limits& bounds) noexcept {
    static_assert(layout_of(part::pseudo).size_bytes == 2 && layout_of(part::message).size_bytes == 4);
    constexpr bool has_pseudo = has_part(Op, part::pseudo);
    constexpr bool has_message = has_part(Op, part::message);
    // How far strings may reach: all but what the fixed fields take of the bytes that are there.
    const auto room = static_cast<std::size_t>(end - at) - fixed_bytes(Op);
    if (static_cast<std::ptrdiff_t>(room) < 0) {
        return nullptr;
    }
    if constexpr (Op == opcode::error) {
        if (!is_assigned_error_code(static_cast<std::uint8_t>(at[1]))) {
            return nullptr;
        }
        packet = {.op = Op, .code = static_cast<error_code>(at[1])};
        return at + 2;
    }
    std::size_t pseudo_size = 0;
    if constexpr (has_pseudo) {
        // Pseudos of 256 bytes and more are legal under higher limits than ours, but not what this path is made for.
        // Size 0 wraps around and is over the limit as well (WIRE-9).
        const std::uint32_t size = byte_at(at + 2);
        if (at[1] != 0 || size - 1 >= bounds.pseudo_bytes_max || size > room) {
            return nullptr;
        }
        pseudo_size = size;
    }
    const char* const pseudo = at + 3;
    const char* const message = at + fixed_bytes(Op) + pseudo_size;
    std::size_t message_size = 0;
    if constexpr (has_message) {
        const std::uint32_t size = load_message_size(at, fixed_bytes(Op) - 4 + pseudo_size);
        if (size > bounds.message_bytes_max || size > room - pseudo_size) {
            return nullptr;
        }
        message_size = size;
    }
    bool valid = true;
    if constexpr (has_pseudo && has_message) {
        valid = judge_texts(pseudo, pseudo_size, message, message_size, end);
    } else if constexpr (has_pseudo) {
        valid = judge_text(pseudo, pseudo_size, end);
    } else {
        valid = judge_text(message, message_size, end);
    }
    if (!valid) {
        return nullptr;
    }
    packet = {.op = Op,
              .pseudo = has_pseudo ? std::string_view{pseudo, pseudo_size} : std::string_view{},
              .message = has_message ? std::string_view{message, message_size} : std::string_view{}};
    return message + message_size;
}

/// The packets that are neither frequent nor small. Not inlined: the loop below needs the registers.
[[gnu::noinline]] CHATOS_TARGET const char* take_rarer_packet(const char* at, const char* end, packet_view& packet,
                                                              const size_limits& bounds) noexcept {
    switch (static_cast<opcode>(*at)) {
    case opcode::cr: return take_packet<opcode::cr>(at, end, packet, bounds);
    case opcode::rpm: return take_packet<opcode::rpm>(at, end, packet, bounds);
    case opcode::sma: return take_packet<opcode::sma>(at, end, packet, bounds);
    case opcode::pc: return take_packet<opcode::pc>(at, end, packet, bounds);
    case opcode::spm:
    case opcode::error: break;
    }
    return nullptr;
}

/// Where the loop stopped.
struct stop {
    const char* at;
    packet_view* packet;
};

[[gnu::noinline]] CHATOS_TARGET stop run_through(const char* at, const char* const end, packet_view* packet,
                                                 packet_view* const last, const size_limits& bounds) noexcept {
    while (packet != last && at != end) {
        const auto op = static_cast<opcode>(*at);
        const char* next = nullptr;
        if (op == opcode::spm) [[likely]] {
            next = take_packet<opcode::spm>(at, end, *packet, bounds);
        } else if (op == opcode::error) {
            next = take_packet<opcode::error>(at, end, *packet, bounds);
        } else {
            next = take_rarer_packet(at, end, *packet, bounds);
        }
        if (next == nullptr) [[unlikely]] {
            break;
        }
        at = next;
        ++packet;
    }
    return {at, packet};
}

CHATOS_TARGET taken take_packets(std::span<const std::byte> input, std::span<packet_view> packets,
                                 const size_limits& bounds) noexcept {
    const char* const start = reinterpret_cast<const char*>(input.data());
    const stop reached =
        run_through(start, start + input.size(), packets.data(), packets.data() + packets.size(), bounds);
    return {static_cast<std::size_t>(reached.packet - packets.data()), static_cast<std::size_t>(reached.at - start)};
}
