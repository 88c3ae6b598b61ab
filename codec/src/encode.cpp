// The encoder: walks the same table as the decoder, judges every field first and writes only when all are right.
#include <chatos/encode.hpp>
#include <chatos/utf8.hpp>

#include <algorithm>

namespace chatos {
namespace {

std::string_view text_of(const packet_view& packet, part which) noexcept {
    return which == part::pseudo ? packet.pseudo : packet.message;
}

encode_result refuse(violation why, field where) noexcept {
    return {.status = encode_status::refused, .size = 0, .why = why, .where = where};
}

encode_result judge_string(std::string_view text, part which, const limits& bounds) noexcept {
    const part_layout& layout = layout_of(which);
    const std::uint32_t limit = limit_of(which, bounds);
    const std::uint64_t signed_max = (std::uint64_t{1} << (layout.size_bytes * 8U - 1U)) - 1;
    if (text.empty() && !layout.may_be_empty) {
        return refuse(violation::empty_pseudo, layout.size_field);
    }
    if (text.size() > limit || text.size() > signed_max) {
        return refuse(violation::size_over_limit, layout.size_field);
    }
    if (!is_utf8(text)) {
        return refuse(violation::ill_formed_utf8, layout.body_field);
    }
    return {.status = encode_status::ok};
}

encode_result judge(const packet_view& packet, const limits& bounds) noexcept {
    const packet_layout* layout = find_layout(static_cast<std::uint8_t>(packet.op));
    if (layout == nullptr) {
        return refuse(violation::unknown_opcode, field::opcode);
    }
    for (const part which : layout->parts()) {
        if (which == part::error_code) {
            if (!is_assigned_error_code(static_cast<std::uint8_t>(packet.code))) {
                return refuse(violation::unassigned_error_code, field::error_code);
            }
            continue;
        }
        if (const encode_result judged = judge_string(text_of(packet, which), which, bounds);
            judged.status != encode_status::ok) {
            return judged;
        }
    }
    return {.status = encode_status::ok, .size = encoded_size(packet)};
}

}  // namespace

std::size_t encoded_size(const packet_view& packet) noexcept {
    std::size_t bytes = 1;
    const packet_layout* layout = find_layout(static_cast<std::uint8_t>(packet.op));
    if (layout == nullptr) {
        return bytes;
    }
    for (const part which : layout->parts()) {
        bytes += which == part::error_code ? 1 : layout_of(which).size_bytes + text_of(packet, which).size();
    }
    return bytes;
}

encode_result encode(const packet_view& packet, std::span<std::byte> output, const limits& bounds) noexcept {
    encode_result result = judge(packet, bounds);
    if (result.status != encode_status::ok) {
        return result;
    }
    if (output.size() < result.size) {
        result.status = encode_status::buffer_too_small;
        return result;
    }
    auto at = output.begin();
    *at++ = static_cast<std::byte>(packet.op);
    for (const part which : layout_of(packet.op).parts()) {
        if (which == part::error_code) {
            *at++ = static_cast<std::byte>(packet.code);
            continue;
        }
        const std::string_view text = text_of(packet, which);
        for (unsigned shift = layout_of(which).size_bytes * 8U; shift != 0;) {  // WIRE-6: big-endian
            shift -= 8;
            *at++ = static_cast<std::byte>(text.size() >> shift);
        }
        at = std::transform(text.begin(), text.end(), at, [](char byte) { return static_cast<std::byte>(byte); });
    }
    return result;
}

}  // namespace chatos
