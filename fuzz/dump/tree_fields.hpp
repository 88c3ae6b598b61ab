// Which bytes of a packet, or of the start of one, belong to which field: a plain reading from the codec's table.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

struct tree_field {
    field name{field::opcode};
    bool is_text{false};
    std::size_t position{0};             ///< from the start of the packet
    std::uint64_t bytes_expected{0};     ///< what the field has when it is whole
    std::span<const std::byte> bytes{};  ///< what there is of it
    std::uint64_t number{0};             ///< of these bytes, if it is no text
};

/// The fields from the opcode to the first that is not whole or is wrong, in any case one.
class tree_fields {
public:
    tree_fields(std::span<const std::byte> packet, const decode_error* error);

    [[nodiscard]] const tree_field* begin() const noexcept { return fields_.data(); }
    [[nodiscard]] const tree_field* end() const noexcept { return fields_.data() + count_; }

private:
    /// False when it is the last.
    bool add(field name, bool is_text, std::uint64_t bytes_expected);

    std::array<tree_field, 5> fields_{};
    std::size_t count_{0};
    std::span<const std::byte> remaining_;
    std::size_t position_{0};
    const decode_error* error_;
};

}  // namespace chatos::fuzz
