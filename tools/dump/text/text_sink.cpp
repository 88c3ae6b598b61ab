#include "dump/text/text_sink.hpp"

#include "base/utf8_text.hpp"
#include "dump/record/packet_fields.hpp"
#include "dump/text/field_tree.hpp"
#include "dump/text/record_text.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

/// Room for what a line has after its start, besides texts.
constexpr std::size_t line_room = 2 * line_piece::room;

}  // namespace

text_sink::text_sink(output& out, const base::colors& colors, text_detail detail, bool name_streams, time_format time)
    : out_{out}, colors_{colors}, detail_{detail}, name_streams_{name_streams}, time_{time}, ends_{colors} {
    for (const packet_layout& row : packet_table) {
        const std::string padding(packet_name_columns - row.name.size(), ' ');
        packet_pieces_[static_cast<std::size_t>(row.op)] = line_piece{colors_.bold, row.name, padding, colors_.plain};
    }
    for (std::size_t number = 0; number < code_pieces_.size(); ++number) {
        const auto code = static_cast<error_code>(number);
        output text;
        text.add(code == error_code::ok ? colors_.bold : colors_.red, packet_name(opcode::error));
        text.add(code == error_code::ok ? colors_.plain : std::string_view{});
        add_packet_summary(text, make_error(code));
        text.add(code == error_code::ok ? std::string_view{} : colors_.plain);
        code_pieces_[number] = line_piece{text.text()};
    }
}

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

/// Begins a line in the output's room. What the caller writes from the result on, at most line_room bytes, is added by
/// output::wrote_to(). `claimed` is the name that the lines of this stream may have after this one.
char* text_sink::begin_line(const stream_position& at, std::string_view claimed) {
    if (at.capture != nullptr) {
        const std::string_view ends = ends_.of(at, names_.of(at.stream), claimed);
        char* line = out_.room(colors_.dim.size() + time_room + ends.size() + line_room);
        line = time_.write(write_text(line, colors_.dim), at.capture->mark.time);
        return write_text(line, ends);
    }
    out_.add(colors_.dim);
    out_.add_number(at.offset, offset_columns);
    out_.add("  ", direction_name(at.direction), colors_.plain, "  ");
    return out_.room(line_room);
}

void text_sink::start_line(const stream_position& at, std::string_view claimed) {
    out_.wrote_to(begin_line(at, claimed));
}

void text_sink::add_note(std::string_view note) {
    out_.add(colors_.yellow, "  <- ", note, colors_.plain);
}

void text_sink::add_packet(const packet_record& record) {
    const packet_view& packet = record.packet;
    char* const at = begin_line(record.at, packet.op == opcode::cr ? packet.pseudo : std::string_view{});
    if (packet.op == opcode::error) {
        out_.wrote_to(code_pieces_[static_cast<std::size_t>(packet.code)].write(at));
        return;
    }
    out_.wrote_to(packet_pieces_[static_cast<std::size_t>(packet.op)].write(at));
    if (has_part(packet.op, part::pseudo)) {
        out_.add("  pseudo=");
        add_quoted_start(out_, packet.pseudo);
    }
    if (has_part(packet.op, part::message)) {
        out_.add("  message=");
        add_quoted_start(out_, packet.message);
    }
}

void text_sink::on(const packet_record& record) {
    add_packet(record);
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
        add_quoted(out_, base::as_text(row));
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
    add_malformed_summary(out_, record);
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
