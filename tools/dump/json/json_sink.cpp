#include "dump/json/json_sink.hpp"

#include "base/hex.hpp"
#include "dump/json/json_object.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/record/packet_fields.hpp"
#include "dump/text/capture_hint.hpp"
#include "dump/text/record_text.hpp"

#include <chatos/display.hpp>

#include <algorithm>

namespace chatos::dump {

namespace {

/// Bytes of each version of a conflict that are shown.
constexpr std::size_t reading_bytes_max = 256;

std::string reading_text(std::span<const std::byte> bytes) {
    return base::to_hex(bytes.first(std::min(bytes.size(), reading_bytes_max)));
}

/// Frames by encapsulation, and by what else they are; objects that would be empty are left out.
void add_contents(json_object& line, const totals& account) {
    if (account.capture == nullptr) {
        return;
    }
    const content_counts& contents = account.capture->contents;
    if (contents.encapsulations != encapsulation_counts{}) {
        line.begin_object("encapsulations");
        for (std::size_t kind = 0; kind < encapsulation_count; ++kind) {
            if (const std::uint64_t frames = contents.encapsulations[kind]; frames != 0) {
                line.number(encapsulation_name(static_cast<encapsulation>(kind)), frames);
            }
        }
        line.end_object();
    }
    if (!contents.kinds.rows().empty()) {
        line.begin_object("other_content");
        for (const frame_kind_counts::row& row : contents.kinds.rows()) {
            line.number(row.kind.name(), row.frames);
        }
        if (contents.kinds.others() != 0) {
            line.number("further kinds", contents.kinds.others());
        }
        line.end_object();
    }
}

void add_flaws(json_object& line, const totals& account) {
    if (account.capture == nullptr || account.capture->flawed == capture_totals{}.flawed) {
        return;
    }
    line.begin_object("corrected");
    for (const frame_flaw flaw : {frame_flaw::original_length, frame_flaw::clock}) {
        if (const std::uint64_t frames = account.capture->flawed[static_cast<std::size_t>(flaw)]; frames != 0) {
            line.number(frame_flaw_name(flaw), frames);
        }
    }
    line.end_object();
}

}  // namespace

void json_sink::take(const any_record& record) {
    if (const packet_record* const packet = std::get_if<packet_record>(&record)) {
        on(*packet);  // nearly all records, and a visit costs as much as half a line
        return;
    }
    std::visit([this](const auto& alternative) { on(alternative); }, record);
}

void json_sink::begin_event(json_object& line, std::string_view event, const stream_position& at, std::uint64_t bytes) {
    line.text("type", "event");
    line.text("event", event);
    out_.add(',');
    positions_.add(out_, at);
    line.number("offset", at.offset);
    line.number("bytes", bytes);
}

void json_sink::on(const capture_event& event) {
    json_object line{out_};
    line.text("type", "event");
    line.text("event", frame_flaw_name(event.flaw));
    json_position_writer::add_frame(out_, event.file, event.time, event.frame);
    line.text("detail", flaw_detail(event.flaw));
    line.finish();
}

json_sink::json_sink(output& out) : out_{out} {
    for (const packet_layout& row : packet_table) {
        packet_pieces_[static_cast<std::size_t>(row.op)] = line_piece{",\"packet\":\"", row.name, '"'};
    }
    for (std::uint64_t code = 0; code < code_pieces_.size(); ++code) {
        code_pieces_[code] =
            line_piece{",\"code\":", code, ",\"code_name\":\"", error_code_name(static_cast<error_code>(code)), '"'};
    }
}

/// Adds a text with what comes before its first quote.
void json_sink::add_text(std::string_view start, std::string_view text) {
    if (text.size() < output::long_text_bytes / 2 && plain_bytes(text) == text.size()) {
        char* const at = out_.room(start.size() + text.size() + 2);
        char* const end = write_text(write_text(write_text(at, start), "\""), text);
        out_.wrote_to(write_text(end, "\""));
        return;
    }
    out_.add(start);
    add_json_string(out_, text);
}

void json_sink::on(const packet_record& record) {
    constexpr std::size_t fields_bytes = 192;  // all but the texts, and what is written past each piece
    const packet_view& packet = record.packet;
    char* at = positions_.begin_packet(out_, record.at, fields_bytes);
    at = write_number(write_text(at, ",\"offset\":"), record.at.offset);
    at = write_number(write_text(at, ",\"length\":"), record.bytes.size());
    at = packet_pieces_[static_cast<std::size_t>(packet.op)].write(at);
    const bool is_error = packet.op == opcode::error;
    if (is_error) {
        at = code_pieces_[static_cast<std::size_t>(packet.code)].write(at);
    }
    out_.wrote_to(at);
    if (!is_error) {
        if (has_part(packet.op, part::pseudo)) {
            add_text(",\"pseudo\":", packet.pseudo);
        }
        if (has_part(packet.op, part::message)) {
            add_text(",\"message\":", packet.message);
        }
    }
    out_.add(may_travel(packet.op, record.at.direction) ? std::string_view{"}\n"} : ",\"wrong_direction\":true}\n");
}

void json_sink::on(const malformed_end& end) {
    const malformed_record& record = end.malformed;
    json_object line{out_};
    begin_event(line, "malformed", record.at, record.lost_bytes);
    line.text("rule", rule_of(record.error.what));
    line.text("violation", violation_name(record.error.what));
    line.text("field", field_name(record.error.where));
    line.number("error_offset", record.error.offset);
    output detail;
    add_malformed_detail(detail, record);
    detail.add(record.was_guessed ? "; framing is lost, or its start was guessed wrong: searching for a boundary"
                                  : "; framing is lost, nothing from there on is decoded");
    line.text("detail", detail.text());
    line.finish();
}

void json_sink::on(const incomplete_record& record) {
    output detail;
    add_incomplete_detail(detail, record);
    json_object line{out_};
    begin_event(line, "incomplete", record.at, record.bytes.size());
    line.text("field", field_name(packet_fields{record.bytes}.back().name));
    line.number("need", record.need);
    line.text("detail", detail.text());
    line.finish();
}

void json_sink::on(const event_record& record) {
    json_object line{out_};
    begin_event(line, event_name(record.kind), record.at, record.bytes);
    switch (record.kind) {
    case event_kind::gap:
        line.text("cause", record.cause);
        line.number("undecoded", record.undecoded);
        break;
    case event_kind::truncated: line.number("undecoded", record.undecoded); break;
    case event_kind::resync:
        line.number("undecoded", record.undecoded);
        line.text("reason", record.cause);
        break;
    case event_kind::conflict:
        line.text("kept", reading_text(record.kept));
        line.text("other", reading_text(record.other));
        break;
    case event_kind::evicted: line.text("what", record.cause); break;
    case event_kind::discarded: line.text("cause", record.cause); break;
    case event_kind::midstream:
    case event_kind::reset:
    case event_kind::contested:
    case event_kind::reset_ignored:
    case event_kind::unframed: break;
    }
    output detail;
    add_event_detail(detail, record);
    line.text("detail", detail.text());
    line.finish();
}

void json_sink::on(const totals& account) {
    json_object line{out_};
    line.text("type", "summary");
    line.number("frames", account.capture != nullptr ? account.capture->frames : 0);
    line.number("decoded", account.capture != nullptr ? account.capture->decoded : 0);
    line.number("packets", account.packets);
    line.number("streams", account.streams);
    line.begin_object("skipped");
    for (std::size_t reason = 0; account.capture != nullptr && reason < skip_reason_count; ++reason) {
        if (const std::uint64_t frames = account.capture->skipped[reason]; frames != 0) {
            line.number(skip_reason_name(static_cast<skip_reason>(reason)), frames);
        }
    }
    line.end_object();
    add_contents(line, account);
    add_flaws(line, account);
    line.begin_object("bytes");
    line.number("input", account.input_bytes);
    line.number("packets", account.packet_bytes);
    line.number("malformed", account.malformed_bytes);
    line.number("incomplete", account.incomplete_bytes);
    if (account.capture != nullptr) {
        const reassembly_counts& bytes = account.capture->bytes;
        line.number("unframed", account.unframed_bytes);
        line.number("missing", bytes.missing_bytes);
        line.number("repeated", bytes.repeated_bytes);
        line.number("outside", bytes.outside_bytes);
        line.number("after_end", bytes.after_end_bytes);
    }
    line.end_object();
    if (account.capture != nullptr) {
        line.number("evicted", account.capture->evicted);
    }
    if (const std::string hint = capture_hint(account); !hint.empty()) {
        line.text("hint", hint);
    }
    line.finish();
}

}  // namespace chatos::dump
