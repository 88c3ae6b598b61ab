#include "dump/tree_fields.hpp"

#include <algorithm>

namespace chatos::fuzz {

bool tree_fields::add(field name, bool is_text, std::uint64_t bytes_expected) {
    tree_field& added = fields_[count_++];
    added = {.name = name, .is_text = is_text, .position = position_, .bytes_expected = bytes_expected};
    added.bytes = remaining_.first(std::min<std::uint64_t>(remaining_.size(), bytes_expected));
    for (const std::byte byte : added.bytes) {
        added.number = is_text ? 0 : added.number * 256 + std::to_integer<std::uint64_t>(byte);
    }
    remaining_ = remaining_.subspan(added.bytes.size());
    position_ += added.bytes.size();
    return added.bytes.size() == bytes_expected && (error_ == nullptr || error_->where != name);
}

tree_fields::tree_fields(std::span<const std::byte> packet, const decode_error* error)
    : remaining_{packet}, error_{error} {
    if (!add(field::opcode, false, 1)) {
        return;
    }
    const packet_layout& row = layout_of(static_cast<opcode>(fields_[0].number));
    for (const part which : row.parts()) {
        const part_layout& shape = layout_of(which);
        std::uint64_t body_bytes = 1;
        if (shape.size_bytes != 0) {
            if (!add(shape.size_field, false, shape.size_bytes)) {
                return;
            }
            body_bytes = fields_[count_ - 1].number;
        }
        if (!add(shape.body_field, shape.size_bytes != 0, body_bytes)) {
            return;
        }
    }
}

}  // namespace chatos::fuzz
