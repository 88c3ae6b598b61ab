#include "dump/text/field_tree.hpp"

#include "base/utf8_text.hpp"
#include "dump/record/packet_fields.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

/// Rows of one value; the rest of a longer one is counted, not shown. Enough for a pseudo of the default limits.
constexpr std::size_t value_rows_max = 16;

void add_row_start(output& out, const base::colors& colors, std::uint64_t offset, std::string_view name) {
    out.add(colors.dim);
    out.add_number(offset, offset_columns);
    out.add(colors.plain);
    out.add_spaces(7);
    out.add_padded(name, field_name_columns);
    out.add_spaces(2);
}

/// Says on a field's last row that it is cut short or wrong, and ends the row.
void add_row_end(output& out, const base::colors& colors, const packet_field& shown, const decode_error* error) {
    if (error != nullptr && error->where == shown.name) {
        out.add(colors.red, "  <- ", rule_of(error->what), ' ', violation_name(error->what), colors.plain);
    } else if (!shown.is_whole()) {
        out.add(colors.yellow, "  <- ", shown.bytes.size(), " of ", shown.size_expected, " bytes", colors.plain);
    }
    out.add('\n');
}

/// Opcode, sizes and error code: the number, and its name where it has one.
void add_number_field(output& out, const base::colors& colors, const packet_field& shown, std::uint64_t offset,
                      const decode_error* error) {
    add_row_start(out, colors, offset, field_name(shown.name));
    add_hex_row(out, shown.bytes);
    if (shown.is_whole()) {
        const std::uint64_t number = number_of(shown.bytes);
        out.add_spaces(2);
        out.add_number(number);
        if (shown.name == field::opcode) {
            if (const packet_layout* row = find_layout(static_cast<std::uint8_t>(number))) {
                out.add(' ', row->name, ", ", row->title);
            }
        } else if (shown.name == field::error_code) {
            const bool is_refusal = number != 0;
            out.add(' ', is_refusal ? colors.red : std::string_view{},
                    error_code_name(static_cast<chatos::error_code>(number)),
                    is_refusal ? colors.plain : std::string_view{});
        }
    }
    add_row_end(out, colors, shown, error);
}

/// Adds those characters of `text` that start within the row that starts at `row`, and moves `next` past them.
void add_text_of_row(output& out, std::string_view text, std::size_t row, std::size_t& next) {
    const std::size_t end = std::min(text.size(), row + row_bytes);
    out.add('"');
    while (next < end) {
        const display_piece piece = next_display_character(text.substr(next));
        out.add(piece.escaped_size != 0 ? std::string_view{piece.escaped.data(), piece.escaped_size}
                                        : text.substr(next, piece.consumed));
        next += piece.consumed;
    }
    out.add('"');
}

/// A string, 16 bytes a row. A character that crosses the end of a row is shown whole in the row where it starts.
void add_text_field(output& out, const base::colors& colors, const packet_field& shown, std::uint64_t offset,
                    const decode_error* error) {
    const std::string_view text = base::as_text(shown.bytes);
    const std::size_t shown_bytes = std::min(text.size(), value_rows_max * row_bytes);
    std::size_t next = 0;
    std::size_t row = 0;
    do {
        add_row_start(out, colors, offset + row, row == 0 ? field_name(shown.name) : "");
        add_hex_row(out, shown.bytes.subspan(row, std::min(row_bytes, shown_bytes - row)));
        out.add_spaces(2);
        add_text_of_row(out, text, row, next);
        row += row_bytes;
        if (row < shown_bytes) {
            out.add('\n');
        }
    } while (row < shown_bytes);
    if (shown_bytes != text.size()) {
        out.add("... (+", text.size() - shown_bytes, " bytes)");
    }
    add_row_end(out, colors, shown, error);
}

}  // namespace

void add_field_tree(output& out, const base::colors& colors, std::span<const std::byte> packet, std::uint64_t offset,
                    const decode_error* error) {
    for (const packet_field& shown : packet_fields{packet}) {
        const bool is_text = shown.name == field::pseudo || shown.name == field::message;
        (is_text ? add_text_field : add_number_field)(out, colors, shown, offset + shown.position, error);
        if (error != nullptr && error->where == shown.name) {
            return;
        }
    }
}

}  // namespace chatos::dump
