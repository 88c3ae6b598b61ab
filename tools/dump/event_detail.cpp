#include "dump/event_detail.hpp"

#include "dump/packet_fields.hpp"

namespace chatos::dump {

void add_malformed_detail(output& out, const malformed_record& record) {
    const decode_error& error = record.error;
    const bool is_text = error.where == field::pseudo || error.where == field::message;
    for (const packet_field& seen : packet_fields{record.bytes}) {
        if (!is_text && seen.name == error.where) {
            out.add(field_name(seen.name));
            out.add(" is ");
            out.add_number(number_of(seen.bytes));
            out.add(": ");
        }
    }
    out.add(describe(error.what));
}

void add_incomplete_detail(output& out, const incomplete_record& record) {
    const packet_fields fields{record.bytes};
    const packet_field& last = fields.back();
    out.add("the input ends inside ");
    if (const packet_layout* row = find_layout(std::to_integer<std::uint8_t>(record.bytes.front()))) {
        const bool is_spelled_with_vowel =
            row->op == opcode::rpm || row->op == opcode::spm || row->op == opcode::sma || row->op == opcode::error;
        out.add(is_spelled_with_vowel ? "an " : "a ");
        out.add(row->name);
    } else {
        out.add("a packet");
    }
    out.add(", in ");
    out.add(field_name(last.name));
    out.add(" (");
    out.add_number(last.bytes.size());
    out.add(" of ");
    out.add_number(last.size_expected);
    out.add(last.size_expected == 1 ? " byte" : " bytes");
    out.add("); at least ");
    out.add_number(record.need);
    out.add(record.need == 1 ? " more byte is missing" : " more bytes are missing");
}

}  // namespace chatos::dump
