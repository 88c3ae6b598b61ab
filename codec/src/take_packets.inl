// The fast path, the same for every kind of CPU; included by each kernel after it has defined
//   CHATOS_TARGET                                     the attribute that lets the compiler use the CPU's instructions
//   bool judge_text(const char* text, size, const char* end)
//   bool judge_texts(const char* pseudo, pseudo_size, const char* message, message_size, const char* end)
// which tell whether texts are UTF-8; `end` is the end of the buffer, up to which they may read.
// Everything is internal to the including source file, so no two of them can be mixed up by the linker.

CHATOS_TARGET inline std::uint32_t byte_at(const char* at) noexcept { return static_cast<unsigned char>(*at); }

CHATOS_TARGET inline std::uint32_t load_big_endian_32(const char* at) noexcept {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

/// A message size. Where the next packet starts hangs on it, so it decides the pace: the usual small size is taken from
/// its last byte alone, and the CPU goes on with that while it still checks the other three.
CHATOS_TARGET inline std::uint32_t load_message_size(const char* at) noexcept {
    std::uint32_t whole = load_big_endian_32(at);
    if (whole < 0x100) [[likely]] {
        return byte_at(at + 3);
    }
    // Without this the compiler sees that both ways give the same value, and makes it one, slower, way.
    asm volatile("" : "+r"(whole));
    return whole;
}

constexpr bool has_part(opcode op, part which) noexcept {
    for (const part one : layout_of(op).parts()) {
        if (one == which) {
            return true;
        }
    }
    return false;
}

/// The packet `Op` at `at`, as the table lays it out. Returns the position behind it, or nullptr when the fast path does
/// not want to judge it.
template <opcode Op>
CHATOS_TARGET inline const char* take_packet(const char* at, const char* end, packet_view& packet,
                                             const size_limits& bounds) noexcept {
    static_assert(layout_of(part::pseudo).size_bytes == 2 && layout_of(part::message).size_bytes == 4);
    const char* rest = at + 1;
    const auto left = [&]() noexcept { return static_cast<std::size_t>(end - rest); };
    const char* pseudo = rest;
    const char* message = rest;
    std::uint32_t pseudo_size = 0;
    std::uint32_t message_size = 0;
    if constexpr (has_part(Op, part::error_code)) {
        if (left() < 1 || !is_assigned_error_code(static_cast<std::uint8_t>(*rest))) {
            return nullptr;
        }
        packet.code = static_cast<error_code>(*rest);
        ++rest;
    } else {
        packet.code = error_code::ok;
    }
    if constexpr (has_part(Op, part::pseudo)) {
        // Pseudos of 256 bytes and more are legal under higher limits than ours, but not what this path is made for.
        if (left() < 2 || *rest != 0) {
            return nullptr;
        }
        pseudo_size = byte_at(rest + 1);
        rest += 2;
        // Size 0 wraps around and is over the limit as well (WIRE-9).
        if (pseudo_size - 1 >= bounds.pseudo_bytes_max || left() < pseudo_size) {
            return nullptr;
        }
        pseudo = rest;
        rest += pseudo_size;
    }
    if constexpr (has_part(Op, part::message)) {
        if (left() < 4) {
            return nullptr;
        }
        message_size = load_message_size(rest);
        rest += 4;
        if (message_size > bounds.message_bytes_max || left() < message_size) {
            return nullptr;
        }
        message = rest;
        rest += message_size;
    }
    if constexpr (has_part(Op, part::pseudo) && has_part(Op, part::message)) {
        if (!judge_texts(pseudo, pseudo_size, message, message_size, end)) {
            return nullptr;
        }
    } else if constexpr (has_part(Op, part::pseudo)) {
        if (!judge_text(pseudo, pseudo_size, end)) {
            return nullptr;
        }
    } else if constexpr (has_part(Op, part::message)) {
        if (!judge_text(message, message_size, end)) {
            return nullptr;
        }
    }
    packet.op = Op;
    packet.pseudo = pseudo_size != 0 ? std::string_view{pseudo, pseudo_size} : std::string_view{};
    packet.message = has_part(Op, part::message) ? std::string_view{message, message_size} : std::string_view{};
    return rest;
}

CHATOS_TARGET taken take_packets(std::span<const std::byte> input, std::span<packet_view> packets,
                                 const size_limits& bounds) noexcept {
    const char* const start = reinterpret_cast<const char*>(input.data());
    const char* const end = start + input.size();
    const char* at = start;
    std::size_t count = 0;
    while (count < packets.size() && at != end) {
        packet_view& packet = packets[count];
        const char* next = nullptr;
        switch (static_cast<opcode>(*at)) {
        case opcode::cr: next = take_packet<opcode::cr>(at, end, packet, bounds); break;
        case opcode::rpm: next = take_packet<opcode::rpm>(at, end, packet, bounds); break;
        case opcode::spm: next = take_packet<opcode::spm>(at, end, packet, bounds); break;
        case opcode::sma: next = take_packet<opcode::sma>(at, end, packet, bounds); break;
        case opcode::pc: next = take_packet<opcode::pc>(at, end, packet, bounds); break;
        case opcode::error: next = take_packet<opcode::error>(at, end, packet, bounds); break;
        }
        if (next == nullptr) {
            break;
        }
        at = next;
        ++count;
    }
    return {count, static_cast<std::size_t>(at - start)};
}
