// The decoder: walks the table of layout.hpp, judges each field as soon as all its bytes are there, and stops at the
// first that is wrong or not there yet.
#include <chatos/decode.hpp>
#include <chatos/utf8.hpp>

#include <cassert>

namespace chatos {
namespace {

/// Reads forward through the input. `missing` and `refuse` make the result that ends the walk.
class cursor {
public:
    cursor(std::span<const std::byte> input, std::uint64_t base_offset) noexcept
        : input_{input}, base_offset_{base_offset} {}

    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    [[nodiscard]] std::size_t left() const noexcept { return input_.size() - position_; }
    [[nodiscard]] bool has(std::size_t bytes) const noexcept { return left() >= bytes; }

    /// Big-endian integer (WIRE-6) of 1, 2 or 4 bytes; the caller has checked that they are there.
    [[nodiscard]] std::uint32_t take_integer(std::size_t bytes) noexcept {
        std::uint32_t value = 0;
        for (std::size_t index = 0; index < bytes; ++index) {
            value = (value << 8U) | std::to_integer<std::uint32_t>(input_[position_ + index]);
        }
        position_ += bytes;
        return value;
    }

    [[nodiscard]] std::string_view take_text(std::size_t bytes) noexcept {
        const std::span<const std::byte> taken = input_.subspan(position_, bytes);
        position_ += bytes;
        // char may alias any bytes, so the view needs no copy.
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }

    [[nodiscard]] decode_result missing(std::size_t wanted) const noexcept {
        return {.status = decode_status::incomplete, .need = wanted - left()};
    }

    [[nodiscard]] decode_result refuse(violation reason, field where, std::size_t at) const noexcept {
        return {.status = decode_status::malformed, .error = {reason, where, base_offset_ + at}};
    }

private:
    std::span<const std::byte> input_;
    std::uint64_t base_offset_;
    std::size_t position_{0};
};

/// Judges a size the moment it has been read (WIRE-9, WIRE-11, WIRE-14).
violation judge_size(std::uint32_t size, const part_layout& layout, std::uint32_t limit) noexcept {
    assert(layout.size_bytes != 0);
    const std::uint32_t top_bit = 1U << (layout.size_bytes * 8U - 1U);
    if ((size & top_bit) != 0) {
        return violation::negative_size;
    }
    if (size == 0 && !layout.may_be_empty) {
        return violation::empty_pseudo;
    }
    return size > limit ? violation::size_over_limit : violation::none;
}

/// Reads a size and its string into `text`. True when the walk continues; otherwise `outcome` ends it.
bool take_string(cursor& at, part which, const limits& bounds, std::string_view& text,
                 decode_result& outcome) noexcept {
    const part_layout& layout = layout_of(which);
    const std::size_t size_start = at.position();
    if (!at.has(layout.size_bytes)) {
        outcome = at.missing(layout.size_bytes);
        return false;
    }
    const std::uint32_t size = at.take_integer(layout.size_bytes);
    const std::uint32_t limit = limit_of(which, bounds);
    if (const violation refusal = judge_size(size, layout, limit); refusal != violation::none) {
        outcome = at.refuse(refusal, layout.size_field, size_start);
        return false;
    }
    if (!at.has(size)) {
        outcome = at.missing(size);
        return false;
    }
    const std::size_t text_start = at.position();
    text = at.take_text(size);
    if (const std::size_t wrong = find_ill_formed_utf8(text); wrong != utf8_well_formed) {
        outcome = at.refuse(violation::ill_formed_utf8, layout.body_field, text_start + wrong);
        return false;
    }
    return true;
}

bool take_error_code(cursor& at, error_code& code, decode_result& outcome) noexcept {
    if (!at.has(1)) {
        outcome = at.missing(1);
        return false;
    }
    const std::size_t start = at.position();
    const auto value = static_cast<std::uint8_t>(at.take_integer(1));
    if (!is_assigned_error_code(value)) {
        outcome = at.refuse(violation::unassigned_error_code, field::error_code, start);
        return false;
    }
    code = static_cast<error_code>(value);
    return true;
}

}  // namespace

decode_result decode(std::span<const std::byte> input, const limits& bounds, std::uint64_t base_offset) noexcept {
    // Most of what a server receives are answers, and the walk would cost them several times as much.
    if (input.size() >= 2 && input[0] == std::byte{static_cast<std::uint8_t>(opcode::error)} &&
        is_assigned_error_code(std::to_integer<std::uint8_t>(input[1]))) {
        return {.status = decode_status::complete,
                .packet = {.op = opcode::error, .code = static_cast<error_code>(input[1])},
                .consumed = 2};
    }
    cursor at{input, base_offset};
    if (!at.has(1)) {
        return at.missing(1);
    }
    const packet_layout* layout = find_layout(static_cast<std::uint8_t>(at.take_integer(1)));
    if (layout == nullptr) {
        return at.refuse(violation::unknown_opcode, field::opcode, 0);
    }
    decode_result result{};
    result.packet.op = layout->op;
    for (const part which : layout->parts()) {
        bool goes_on = false;
        switch (which) {
        case part::pseudo: goes_on = take_string(at, which, bounds, result.packet.pseudo, result); break;
        case part::message: goes_on = take_string(at, which, bounds, result.packet.message, result); break;
        case part::error_code: goes_on = take_error_code(at, result.packet.code, result); break;
        }
        if (!goes_on) {
            return result;
        }
    }
    result.status = decode_status::complete;
    result.consumed = at.position();
    return result;
}

}  // namespace chatos
