#include "dump/json_sink.hpp"

#include "dump/event_detail.hpp"
#include "dump/json_object.hpp"
#include "dump/packet_fields.hpp"

namespace chatos::dump {

namespace {

void add_place(json_object& line, const record_place& at) {
    line.number("stream", at.stream);
    line.text("dir", direction_name(at.way));
    line.number("offset", at.offset);
}

void begin_event(json_object& line, std::string_view event, const record_place& at, std::uint64_t bytes) {
    line.text("type", "event");
    line.text("event", event);
    add_place(line, at);
    line.number("bytes", bytes);
}

}  // namespace

void json_sink::stream_began(const record_place&, std::string_view) {}

void json_sink::packet(const packet_record& record) {
    const packet_layout& row = layout_of(record.packet.op);
    json_object line{out_};
    line.text("type", "packet");
    add_place(line, record.at);
    line.number("length", record.bytes.size());
    line.text("packet", row.name);
    for (const part which : row.parts()) {
        switch (which) {
        case part::pseudo: line.text("pseudo", record.packet.pseudo); break;
        case part::message: line.text("message", record.packet.message); break;
        case part::error_code:
            line.number("code", static_cast<std::uint64_t>(record.packet.code));
            line.text("code_name", error_code_name(record.packet.code));
            break;
        }
    }
    if (!may_travel(record.packet.op, record.at.way)) {
        line.boolean("wrong_direction", true);
    }
    line.finish();
}

void json_sink::malformed(const malformed_record&) {}

void json_sink::malformed_ended(const malformed_record& record) {
    json_object line{out_};
    begin_event(line, "malformed", record.at, record.lost_bytes);
    line.text("rule", rule_of(record.error.what));
    line.text("violation", violation_name(record.error.what));
    line.text("field", field_name(record.error.where));
    line.number("error_offset", record.error.offset);
    output detail;
    add_malformed_detail(detail, record);
    detail.add("; framing is lost, nothing from there on is decoded");
    line.text("detail", detail.text());
    line.finish();
}

void json_sink::incomplete(const incomplete_record& record) {
    output detail;
    add_incomplete_detail(detail, record);
    json_object line{out_};
    begin_event(line, "incomplete", record.at, record.bytes.size());
    line.text("field", field_name(packet_fields{record.bytes}.back().name));
    line.number("need", record.need);
    line.text("detail", detail.text());
    line.finish();
}

void json_sink::summary(const totals& account) {
    json_object line{out_};
    line.text("type", "summary");
    line.number("frames", 0);
    line.number("decoded", 0);
    line.number("packets", account.packets);
    line.number("streams", account.streams);
    line.begin_object("skipped");
    line.end_object();
    line.begin_object("bytes");
    line.number("input", account.input_bytes);
    line.number("packets", account.packet_bytes);
    line.number("malformed", account.malformed_bytes);
    line.number("incomplete", account.incomplete_bytes);
    line.end_object();
    line.finish();
}

}  // namespace chatos::dump
