#include "dump/record/packet_fields.hpp"

#include <algorithm>

namespace chatos::dump {

std::uint64_t number_of(std::span<const std::byte> bytes) noexcept {
    std::uint64_t number = 0;
    for (const std::byte byte : bytes) {
        number = (number << 8U) | std::to_integer<std::uint64_t>(byte);
    }
    return number;
}

/// Appends a field and takes its bytes from `rest`; true when all of them were there.
bool packet_fields::add(field name, std::span<const std::byte>& remaining, std::size_t size_expected) noexcept {
    packet_field& added = fields_[count_++];
    added.name = name;
    added.position = position_;
    added.size_expected = size_expected;
    added.bytes = remaining.first(std::min(remaining.size(), size_expected));
    remaining = remaining.subspan(added.bytes.size());
    position_ += added.bytes.size();
    return added.is_whole();
}

packet_fields::packet_fields(std::span<const std::byte> packet) noexcept {
    if (!add(field::opcode, packet, 1)) {
        return;
    }
    const packet_layout* row = find_layout(std::to_integer<std::uint8_t>(back().bytes[0]));
    if (row == nullptr) {
        return;
    }
    for (const part which : row->parts()) {
        const part_layout& shape = layout_of(which);
        std::size_t body_bytes = 1;
        if (shape.size_bytes != 0) {
            if (!add(shape.size_field, packet, shape.size_bytes)) {
                return;
            }
            const bool negative = (back().bytes[0] & std::byte{0x80}) != std::byte{0};
            if (negative) {
                return;
            }
            body_bytes = static_cast<std::size_t>(number_of(back().bytes));
        }
        if (!add(shape.body_field, packet, body_bytes)) {
            return;
        }
    }
}

}  // namespace chatos::dump
