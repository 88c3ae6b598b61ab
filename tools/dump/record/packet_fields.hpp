// Which byte of a packet belongs to which field, from the codec's table. Works on the start of a packet as well, so
// that cut and malformed ones can be shown as far as they go.
#pragma once

#include <chatos/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

struct packet_field {
    field name{field::opcode};
    std::size_t position{0};           ///< of its first byte, from the start of the packet
    std::size_t size_expected{0};      ///< bytes that the field has on the wire
    std::span<const std::byte> bytes;  ///< those that are there, at most size_expected

    [[nodiscard]] bool is_whole() const noexcept { return bytes.size() == size_expected; }
};

/// Big-endian number of the field's bytes (sizes, the opcode, the error code); at most 8 of them.
[[nodiscard]] std::uint64_t number_of(std::span<const std::byte> bytes) noexcept;

/// The fields of one packet, in order. All are whole except possibly the last.
class packet_fields {
public:
    /// Splits the packet at the start of `packet`, or as much of it as there is. Ends with the first field that is
    /// not whole, after an opcode that does not exist, and after a size with its top bit set (WIRE-11).
    explicit packet_fields(std::span<const std::byte> packet) noexcept;

    [[nodiscard]] const packet_field* begin() const noexcept { return fields_.data(); }
    [[nodiscard]] const packet_field* end() const noexcept { return fields_.data() + count_; }
    /// The last field; there is always one, the opcode.
    [[nodiscard]] const packet_field& back() const noexcept { return fields_[count_ - 1]; }

private:
    bool add(field name, std::span<const std::byte>& remaining, std::size_t size_expected) noexcept;

    std::array<packet_field, 5> fields_{};
    std::size_t count_{0};
    std::size_t position_{0};
};

}  // namespace chatos::dump
