#include "properties/encode_properties.hpp"

#include "comparison.hpp"
#include "properties/allocation_watch.hpp"
#include "properties/name_tables.hpp"
#include "properties/workspace.hpp"

#include <chatos/encode.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace chatos::fuzz {

namespace {

/// The value's bytes by the rules WIRE-1 to WIRE-6, legal or not, written without the table. Valid until the next call.
std::span<const std::byte> plain_wire(const packet_view& packet) {
    static std::vector<std::byte> wire;
    wire.clear();
    const auto put = [](std::size_t number, unsigned bytes) {
        for (unsigned index = bytes; index-- > 0;) {
            wire.push_back(static_cast<std::byte>(number >> (index * 8)));
        }
    };
    const auto put_text = [&put](std::string_view text, unsigned size_bytes) {
        put(text.size(), size_bytes);
        for (const char letter : text) {
            wire.push_back(static_cast<std::byte>(letter));
        }
    };
    const auto op = static_cast<unsigned>(packet.op);
    put(op, 1);
    if (op == 1 || op == 2 || op == 3 || op == 5) {
        put_text(packet.pseudo, 2);
    }
    if (op == 3 || op == 4) {
        put_text(packet.message, 4);
    }
    if (op == 6) {
        put(static_cast<std::size_t>(packet.code), 1);
    }
    return wire;
}

constexpr std::byte untouched{0xEE};

bool is_untouched(std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == untouched; });
}

/// The same packet, made by the function for its kind.
packet_view made_again(const packet_view& packet) {
    switch (packet.op) {
    case opcode::cr: return make_cr(packet.pseudo);
    case opcode::rpm: return make_rpm(packet.pseudo);
    case opcode::spm: return make_spm(packet.pseudo, packet.message);
    case opcode::sma: return make_sma(packet.message);
    case opcode::pc: return make_pc(packet.pseudo);
    case opcode::error: return make_error(packet.code);
    }
    return packet;
}

verdict check_refused(const encode_result& result, const naive::reading& expected, std::span<const std::byte> buffer) {
    if (result.status != encode_status::refused || result.size != 0) {
        return failure{"encode", "a value that no decoder accepts was not refused"};
    }
    if (testing::naive_fault(result.why) != expected.why || testing::naive_place(result.where) != expected.where) {
        return failure{"encode", std::string{"refused as "}.append(violation_name(result.why)).append(" in ") +
                                     std::string{field_name(result.where)} + ", but " + testing::in_words(expected)};
    }
    return is_untouched(buffer) ? verdict{} : failure{"encode", "refused, and yet something was written"};
}

verdict check_written(const encode_plan& plan, const encode_result& result, std::span<const std::byte> wire,
                      std::span<const std::byte> buffer) {
    if (result.size != wire.size() || result.why != violation::none) {
        return failure{"encode", "a legal value has not the size that it has on the wire"};
    }
    if (buffer.size() < wire.size()) {
        return result.status == encode_status::buffer_too_small && is_untouched(buffer)
                   ? verdict{}
                   : failure{"encode", "a buffer that is too small was not left as it was"};
    }
    if (result.status != encode_status::ok || !std::ranges::equal(buffer.first(wire.size()), wire)) {
        return failure{"encode", "other bytes were written than the packet's"};
    }
    if (!is_untouched(buffer.subspan(wire.size()))) {
        return failure{"encode", "a byte after the packet was written"};
    }
    const std::span<const std::byte> written = buffer.first(wire.size());
    const decode_result back = decode(written, plan.bounds);
    // Fields that the opcode does not have are not sent, so they do not come back.
    const bool has_pseudo = plan.packet.op != opcode::sma && plan.packet.op != opcode::error;
    const bool has_message = plan.packet.op == opcode::sma || plan.packet.op == opcode::spm;
    const packet_view sent{.op = plan.packet.op,
                           .code = plan.packet.op == opcode::error ? plan.packet.code : error_code::ok,
                           .pseudo = has_pseudo ? plan.packet.pseudo : std::string_view{},
                           .message = has_message ? plan.packet.message : std::string_view{}};
    if (made_again(sent) != sent) {
        return failure{"encode", "the function that makes this packet makes another"};
    }
    const bool is_back = back.status == decode_status::complete && back.consumed == wire.size() && back.packet == sent;
    return is_back ? verdict{} : failure{"decodes", "the decoder does not give back what was encoded"};
}

}  // namespace

encode_plan encode_plan_of(std::span<const std::byte> input) noexcept {
    std::array<std::uint8_t, encode_plan_bytes> front{};
    for (std::size_t index = 0; index < std::min(front.size(), input.size()); ++index) {
        front[index] = std::to_integer<std::uint8_t>(input[index]);
    }
    const std::span<const std::byte> remaining = input.subspan(std::min(front.size(), input.size()));
    const std::string_view texts{reinterpret_cast<const char*>(remaining.data()), remaining.size()};
    const std::size_t pseudo_bytes = std::min<std::size_t>(front[3], texts.size());
    return {.bounds = limits_choices[front[0] % limits_choices.size()],
            .packet = {.op = static_cast<opcode>(front[1]),
                       .code = static_cast<error_code>(front[2]),
                       .pseudo = texts.substr(0, pseudo_bytes),
                       .message = texts.substr(pseudo_bytes)},
            .spare_bytes = static_cast<std::ptrdiff_t>(front[0] / limits_choices.size()) - 4};
}

verdict check_encode(std::span<const std::byte> input) {
    static workspace memory;
    const encode_plan plan = encode_plan_of(input);
    const std::span<const std::byte> wire = plain_wire(plan.packet);
    const std::ptrdiff_t room =
        std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(wire.size()) + plan.spare_bytes, 0);
    const std::span<std::byte> buffer = memory.encoded.lend(static_cast<std::size_t>(room));
    std::ranges::fill(buffer, untouched);

    const std::uint64_t allocations_before = allocations();
    const encode_result result = encode(plan.packet, buffer, plan.bounds);
    if (allocations() != allocations_before) {
        return failure{"allocation", "the encoder allocated memory"};
    }
    if (encoded_size(plan.packet) != wire.size()) {
        return failure{"encode", "encoded_size() is not the size of the packet"};
    }
    const auto any_byte = input.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(input.back());
    for (const std::string_view wrong :
         {wrong_name(plan.packet.code, result.why, result.where),
          wrong_name(plan.packet.code, static_cast<violation>(any_byte), static_cast<field>(any_byte))}) {
        if (!wrong.empty()) {
            return failure{"names", std::string{wrong}};
        }
    }
    const naive::reading expected = testing::naive_read(wire, testing::naive_limits(plan.bounds), 0);
    if (expected.kind == naive::outcome::wrong) {
        return check_refused(result, expected, buffer);
    }
    memory.consume(plan.packet);
    return check_written(plan, result, wire, buffer);
}

}  // namespace chatos::fuzz
