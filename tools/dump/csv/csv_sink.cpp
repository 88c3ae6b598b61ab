#include "dump/csv/csv_sink.hpp"

#include "base/utf8_text.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/record_text.hpp"
#include "dump/text/time_text.hpp"

#include <chatos/display.hpp>
#include <chatos/layout.hpp>

namespace chatos::dump {

namespace {

constexpr bool is_formula_sign(char32_t letter) noexcept {
    switch (letter) {
    case U'=':
    case U'+':
    case U'-':
    case U'@':
    case 0xFF1D:  // the same in full width
    case 0xFF0B:
    case 0xFF0D:
    case 0xFF20: return true;
    default: return false;
    }
}

constexpr bool is_space(char32_t letter) noexcept {
    return letter == U' ' || letter == 0x00A0 || (letter >= 0x2000 && letter <= 0x200B) || letter == 0x3000;
}

bool starts_with_formula(std::string_view text) noexcept {
    while (!text.empty()) {
        const base::utf8_character first = base::first_character(text);
        if (!is_space(first.code_point)) {
            return is_formula_sign(first.code_point);
        }
        text.remove_prefix(first.bytes);
    }
    return false;
}

}  // namespace

void add_csv_text(output& out, std::string_view text) {
    out.add('"');
    if (text.starts_with('\'') || starts_with_formula(text)) {
        out.add('\'');
    }
    while (!text.empty()) {
        const std::size_t end = text.find(';');
        escape(text.substr(0, end), [&out](std::string_view piece) { out.add(piece == "\\\"" ? "\"\"" : piece); });
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
        out.add(starts_with_formula(text) ? "\\x3b" : ";");
    }
    out.add('"');
}

void csv_sink::add_file(std::string_view name) {
    if (!name.empty()) {
        add_csv_text(out_, name);
    }
    out_.add(',');
}

/// The columns up to `offset`, with the comma after it.
void csv_sink::add_place(std::string_view type, const stream_position& at) {
    out_.add(type, ',', at.stream, ',', direction_name(at.direction), ',');
    if (at.capture == nullptr) {
        out_.add(",,,,,");
    } else {
        const stream_endpoints& endpoints = *at.capture->endpoints;
        add_file(at.capture->file);
        out_.add(endpoint_text(sender_of(endpoints, at.direction), endpoints.ip_version));
        out_.add(',');
        out_.add(endpoint_text(receiver_of(endpoints, at.direction), endpoints.ip_version));
        out_.add(',');
        if (at.capture->mark.time.digits != 0) {
            add_epoch(out_, at.capture->mark.time);
        }
        out_.add(',', at.capture->mark.frame, ',');
    }
    out_.add(at.offset, ',');
}

void csv_sink::on(const packet_record& record) {
    const packet_layout& row = layout_of(record.packet.op);
    add_place("packet", record.at);
    out_.add(record.bytes.size(), ',', row.name, ',');
    if (has_part(record.packet.op, part::pseudo)) {
        add_csv_text(out_, record.packet.pseudo);
    }
    out_.add(',');
    if (has_part(record.packet.op, part::message)) {
        add_csv_text(out_, record.packet.message);
    }
    out_.add(',');
    if (has_part(record.packet.op, part::error_code)) {
        out_.add(static_cast<std::uint64_t>(record.packet.code), ',', error_code_name(record.packet.code));
    } else {
        out_.add(',');
    }
    out_.add(may_travel(record.packet.op, record.at.direction) ? ",,,,\r\n" : ",true,,,\r\n");
}

/// The columns after `offset`.
void csv_sink::end_event(std::string_view name, std::uint64_t bytes, std::string_view detail) {
    out_.add(",,,,,,,", name, ',', bytes, ',');
    add_csv_text(out_, detail);
    out_.add("\r\n");
}

void csv_sink::on(const malformed_end& end) {
    const malformed_record& record = end.malformed;
    output detail;
    add_malformed_summary(detail, record);
    add_place("event", record.at);
    end_event("malformed", record.lost_bytes, detail.text());
}

void csv_sink::on(const incomplete_record& record) {
    output detail;
    add_incomplete_detail(detail, record);
    add_place("event", record.at);
    end_event("incomplete", record.bytes.size(), detail.text());
}

void csv_sink::on(const event_record& record) {
    output detail;
    add_event_detail(detail, record);
    add_place("event", record.at);
    end_event(event_name(record.kind), record.bytes, detail.text());
}

void csv_sink::on(const capture_event& event) {
    out_.add("event,,,");
    add_file(event.file);
    out_.add(",,");
    if (event.time.digits != 0) {
        add_epoch(out_, event.time);
    }
    out_.add(',', event.frame, ",,,,,,,,,", frame_flaw_name(event.flaw), ",,");
    add_csv_text(out_, flaw_detail(event.flaw));
    out_.add("\r\n");
}

}  // namespace chatos::dump
