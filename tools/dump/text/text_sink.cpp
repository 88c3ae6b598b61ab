#include "dump/text/text_sink.hpp"

#include "dump/record/packet_fields.hpp"
#include "dump/text/field_tree.hpp"
#include "dump/text/record_text.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>

namespace chatos::dump {

void text_sink::take(const any_record& record) {
    if (const packet_record* const packet = std::get_if<packet_record>(&record)) {
        on(*packet);  // nearly all records, and a visit costs as much as half a line
        return;
    }
    std::visit([this](const auto& alternative) { on(alternative); }, record);
}

void text_sink::on(const stream_start& start) {
    if (!name_streams_) {
        return;
    }
    out_.add(colors_.dim, "stream ", start.at.stream, ": ");
    add_quoted(out_, start.name);
    out_.add(colors_.plain, '\n');
}

void text_sink::start_line(const stream_position& at, std::string_view claimed) {
    if (at.capture != nullptr) {
        start_capture_line(at, claimed);
        return;
    }
    out_.add(colors_.dim);
    out_.add_number(at.offset, offset_columns);
    out_.add_spaces(2);
    out_.add(direction_name(at.direction), colors_.plain);
    out_.add_spaces(2);
}

void text_sink::add_note(std::string_view note) {
    out_.add(colors_.yellow, "  <- ", note, colors_.plain);
}

void text_sink::on(const packet_record& record) {
    start_line(record.at, record.packet.op == opcode::cr ? record.packet.pseudo : std::string_view{});
    const bool is_refusal = record.packet.op == opcode::error && record.packet.code != error_code::ok;
    out_.add(is_refusal ? colors_.red : colors_.bold);
    out_.add_padded(packet_name(record.packet.op), packet_name_columns);
    out_.add(is_refusal ? std::string_view{} : colors_.plain);
    add_packet_summary(out_, record.packet);
    out_.add(is_refusal ? colors_.plain : std::string_view{});
    if (const std::string_view wrong = wrong_direction_note(record); !wrong.empty()) {
        add_note(wrong);
    }
    if (record.at.capture != nullptr) {
        names_.learn(record);
        if (detail_ == text_detail::tree) {
            add_capture_place(record.at);
        }
    }
    out_.add('\n');
    if (detail_ == text_detail::tree) {
        add_field_tree(out_, colors_, record.bytes, record.at.offset);
        out_.add('\n');
    }
}

void text_sink::on(const hidden_packet& record) {
    if (record.hidden.at.capture != nullptr) {
        names_.learn(record.hidden);
    }
}

/// Rows of hex with their offsets and, escaped, their text.
void text_sink::add_excerpt(std::span<const std::byte> bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const std::span<const std::byte> row = bytes.first(std::min(row_bytes, bytes.size()));
        out_.add(colors_.dim);
        out_.add_number(offset, offset_columns);
        out_.add(colors_.plain);
        out_.add_spaces(indent_columns - offset_columns);
        add_hex_row(out_, row);
        out_.add_spaces(2);
        add_quoted(out_, as_text(row));
        out_.add('\n');
        bytes = bytes.subspan(row.size());
        offset += row.size();
    }
}

void text_sink::on(const malformed_record& record) {
    const decode_error& error = record.error;
    start_line(record.at);
    out_.add(colors_.red, "MALFORMED", colors_.plain);
    out_.add_spaces(2);
    out_.add(rule_of(error.what), ", ", field_name(error.where), " at offset ", error.offset, ": ");
    add_malformed_detail(out_, record);
    out_.add('\n');
    if (detail_ == text_detail::tree) {
        add_field_tree(out_, colors_, record.bytes, record.at.offset, &error);
        out_.add_spaces(indent_columns);
        out_.add("the bytes around it:\n");
    }
    const auto error_position = static_cast<std::size_t>(error.offset - record.at.offset);
    const std::size_t from = error_position > row_bytes ? error_position - row_bytes : 0;
    add_excerpt(record.bytes.subspan(from), record.at.offset + from);
    out_.add_spaces(indent_columns);
    out_.add(record.was_guessed ? "framing is lost; its start was guessed: searching for a boundary\n"
                                : "decoding stops here: framing is lost\n");
}

void text_sink::on(const malformed_end& end) {
    const malformed_record& record = end.malformed;
    if (record.at.capture != nullptr) {
        start_line(record.at);
    } else {
        out_.add_spaces(indent_columns);
    }
    add_byte_count(out_, record.lost_bytes);
    out_.add(" from offset ", record.at.offset,
             record.was_guessed ? " not decoded\n" : " to the end of the stream not decoded\n");
}

void text_sink::on(const incomplete_record& record) {
    start_line(record.at);
    out_.add(colors_.yellow, "INCOMPLETE", colors_.plain);
    out_.add_spaces(2);
    add_incomplete_detail(out_, record);
    out_.add('\n');
    if (detail_ == text_detail::tree) {
        add_field_tree(out_, colors_, record.bytes, record.at.offset);
        return;
    }
    const std::size_t from = record.bytes.size() > row_bytes ? record.bytes.size() - row_bytes : 0;
    add_excerpt(record.bytes.subspan(from), record.at.offset + from);
}

void text_sink::on(const totals& account) {
    if (account.capture != nullptr) {
        capture_summary(account);
        return;
    }
    add_packet_count(out_, account.packets, account.streams);
    out_.add("; ");
    add_byte_account(account);
    out_.add('\n');
}

/// `12 bytes read = 12 in packets + 0 malformed + 0 incomplete`.
void text_sink::add_byte_account(const totals& account) {
    add_byte_count(out_, account.input_bytes);
    out_.add(" read = ", account.packet_bytes, " in packets + ", account.malformed_bytes, " malformed + ",
             account.incomplete_bytes, " incomplete");
}

}  // namespace chatos::dump
