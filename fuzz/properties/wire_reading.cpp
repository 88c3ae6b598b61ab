#include "properties/wire_reading.hpp"

#include "naive_utf8.hpp"

namespace chatos::fuzz {

namespace {

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Position of the first ill-formed sequence, or the size. The judge is not the codec's.
std::size_t ill_formed_at(std::span<const std::byte> text) {
    return naive::first_ill_formed(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

bool is_same_text(std::string_view left, std::string_view right) noexcept {
    return left.data() == right.data() && left.size() == right.size();
}

/// Whether the code or the string of one part is what the bytes at its place say.
std::string_view misplaced_part(std::span<const std::byte> input, part which, const part_place& place,
                                const packet_view& packet, const limits& bounds) {
    if (!place.has_size || place.body_bytes > input.size() - place.body_start) {
        return "a field lies past the end of the input";
    }
    const std::span<const std::byte> body = input.subspan(place.body_start, static_cast<std::size_t>(place.body_bytes));
    if (which == part::error_code) {
        return std::to_integer<unsigned>(body[0]) == static_cast<unsigned>(packet.code)
                   ? is_assigned_error_code(std::to_integer<std::uint8_t>(body[0])) ? "" : "the code is not assigned"
                   : "the code is not the byte after the opcode";
    }
    if (place.is_negative || place.body_bytes > limit_of(which, bounds)) {
        return "an accepted size is over its limit";
    }
    if (place.body_bytes == 0 && !layout_of(which).may_be_empty) {
        return "an accepted size is 0";
    }
    const std::string_view text = which == part::pseudo ? packet.pseudo : packet.message;
    if (!is_same_text(text, as_text(body))) {
        return "a string is not the bytes after its size";
    }
    return ill_formed_at(body) == body.size() ? "" : "an accepted string is not UTF-8";
}

/// Whether a size is as wrong as the error says.
bool is_true_of_size(violation kind, part which, const part_place& place, const limits& bounds) noexcept {
    switch (kind) {
    case violation::negative_size: return place.is_negative;
    case violation::empty_pseudo: return which == part::pseudo && place.body_bytes == 0;
    case violation::size_over_limit: return !place.is_negative && place.body_bytes > limit_of(which, bounds);
    default: return false;
    }
}

/// What is wrong with an error that names the body of this part.
std::string_view untrue_body_error(std::span<const std::byte> input, part which, const part_place& place,
                                   std::size_t position, violation kind) {
    if (position < place.body_start || position - place.body_start >= place.body_bytes) {
        return "the offset is outside its field";
    }
    if (place.body_bytes > input.size() - place.body_start) {
        return "the field is judged before it is complete";
    }
    if (which == part::error_code) {
        const auto code = std::to_integer<std::uint8_t>(input[position]);
        return kind == violation::unassigned_error_code && !is_assigned_error_code(code) ? "" : "the code is assigned";
    }
    const std::span<const std::byte> body = input.subspan(place.body_start, static_cast<std::size_t>(place.body_bytes));
    const bool is_there = ill_formed_at(body) == position - place.body_start;
    return kind == violation::ill_formed_utf8 && is_there ? "" : "no ill-formed sequence starts there";
}

}  // namespace

part_place place_of(std::span<const std::byte> packet, const packet_layout& row, std::size_t index) {
    part_place place;
    std::uint64_t position = 1;
    for (std::size_t current = 0; current <= index; ++current) {
        const part_layout& shape = layout_of(row.parts()[current]);
        place = {};
        place.size_start = static_cast<std::size_t>(position);
        place.body_start = place.size_start + shape.size_bytes;
        place.has_size = place.body_start <= packet.size();
        if (!place.has_size) {
            return place;
        }
        place.body_bytes = shape.size_bytes == 0 ? 1 : 0;
        for (std::size_t at = place.size_start; at < place.body_start; ++at) {
            place.body_bytes = place.body_bytes * 256 + std::to_integer<std::uint64_t>(packet[at]);
        }
        place.is_negative = shape.size_bytes != 0 && (packet[place.size_start] & std::byte{0x80}) != std::byte{0};
        position = place.body_start + place.body_bytes;
    }
    return place;
}

std::size_t next_decision(std::span<const std::byte> packet) {
    const packet_layout* row = packet.empty() ? nullptr : find_layout(std::to_integer<std::uint8_t>(packet[0]));
    if (row == nullptr) {
        return 1;
    }
    std::size_t end = 1;
    for (std::size_t index = 0; index < row->parts().size(); ++index) {
        const part_place place = place_of(packet, *row, index);
        if (!place.has_size) {
            return place.body_start;
        }
        end = place.body_start + static_cast<std::size_t>(place.body_bytes);
        if (end > packet.size()) {
            return end;
        }
    }
    return end;
}

std::size_t bytes_that_show(std::span<const std::byte> input, const decode_error& error) {
    const packet_layout* row = find_layout(std::to_integer<std::uint8_t>(input[0]));
    if (error.where == field::opcode || row == nullptr) {
        return 1;
    }
    for (std::size_t index = 0; index < row->parts().size(); ++index) {
        const part_layout& shape = layout_of(row->parts()[index]);
        const part_place place = place_of(input, *row, index);
        if (shape.size_bytes != 0 && error.where == shape.size_field) {
            return place.body_start;
        }
        if (error.where == shape.body_field) {
            return place.body_start + static_cast<std::size_t>(place.body_bytes);
        }
    }
    return input.size();
}

std::string_view misplaced_field(std::span<const std::byte> input, const decode_result& result, const limits& bounds) {
    const packet_view& packet = result.packet;
    const packet_layout* row = input.empty() ? nullptr : find_layout(std::to_integer<std::uint8_t>(input[0]));
    if (row == nullptr || row->op != packet.op) {
        return "the opcode is not the first byte";
    }
    std::uint64_t end = 1;
    for (std::size_t index = 0; index < row->parts().size(); ++index) {
        const part_place place = place_of(input, *row, index);
        const std::string_view wrong = misplaced_part(input, row->parts()[index], place, packet, bounds);
        if (!wrong.empty()) {
            return wrong;
        }
        end = place.body_start + place.body_bytes;
    }
    const bool has_foreign_fields = (!has_part(packet.op, part::pseudo) && !packet.pseudo.empty()) ||
                                    (!has_part(packet.op, part::message) && !packet.message.empty()) ||
                                    (!has_part(packet.op, part::error_code) && packet.code != error_code::ok);
    if (has_foreign_fields) {
        return "a field is set that this packet does not have";
    }
    return end == result.consumed ? "" : "the fields do not fill the consumed bytes exactly";
}

std::string_view untrue_error(std::span<const std::byte> input, std::uint64_t start, const decode_error& error,
                              const limits& bounds) {
    if (error.offset < start || error.offset - start >= input.size()) {
        return "the offset is outside the input";
    }
    const auto position = static_cast<std::size_t>(error.offset - start);
    const packet_layout* row = find_layout(std::to_integer<std::uint8_t>(input[0]));
    if (error.where == field::opcode || row == nullptr) {
        const bool is_true =
            error.where == field::opcode && error.what == violation::unknown_opcode && position == 0 && row == nullptr;
        return is_true ? "" : "it is not about the opcode that is there";
    }
    for (std::size_t index = 0; index < row->parts().size(); ++index) {
        const part which = row->parts()[index];
        const part_layout& shape = layout_of(which);
        const part_place place = place_of(input, *row, index);
        if (!place.has_size) {
            return "the field is judged before it is complete";
        }
        if (shape.size_bytes != 0 && error.where == shape.size_field) {
            return position == place.size_start && is_true_of_size(error.what, which, place, bounds)
                       ? ""
                       : "the size that is there is not wrong in this way";
        }
        if (error.where == shape.body_field) {
            return untrue_body_error(input, which, place, position, error.what);
        }
    }
    return "the packet does not have this field";
}

}  // namespace chatos::fuzz
