#include "dump/text/record_text.hpp"

#include "dump/record/packet_fields.hpp"
#include "dump/text/text_format.hpp"

#include <chatos/layout.hpp>

namespace chatos::dump {

void add_packet_summary(output& out, const packet_view& packet) {
    for (const part which : layout_of(packet.op).parts()) {
        switch (which) {
        case part::pseudo:
            out.add("  pseudo=");
            add_quoted_start(out, packet.pseudo);
            break;
        case part::message:
            out.add("  message=");
            add_quoted_start(out, packet.message);
            break;
        case part::error_code:
            out.add("  code=", static_cast<std::uint64_t>(packet.code), ' ', error_code_name(packet.code));
            break;
        }
    }
}

std::string_view wrong_direction_note(const packet_record& record) noexcept {
    if (may_travel(record.packet.op, record.at.direction)) {
        return {};
    }
    return record.at.direction == stream_direction::client_to_server ? "no client sends this" : "no server sends this";
}

void add_malformed_detail(output& out, const malformed_record& record) {
    const decode_error& error = record.error;
    const bool is_text = error.where == field::pseudo || error.where == field::message;
    for (const packet_field& part : packet_fields{record.bytes}) {
        if (!is_text && part.name == error.where) {
            out.add(field_name(part.name), " is ", number_of(part.bytes), ": ");
        }
    }
    out.add(describe(error.what));
}

void add_malformed_summary(output& out, const malformed_record& record) {
    const decode_error& error = record.error;
    out.add(rule_of(error.what), ", ", field_name(error.where), " at offset ", error.offset, ": ");
    add_malformed_detail(out, record);
}

void add_incomplete_detail(output& out, const incomplete_record& record) {
    const packet_fields fields{record.bytes};
    const packet_field& last = fields.back();
    out.add(record.at.capture == nullptr ? "the input ends inside " : "the stream ends inside ");
    if (const packet_layout* row = find_layout(std::to_integer<std::uint8_t>(record.bytes.front()))) {
        const bool is_spelled_with_vowel =
            row->op == opcode::rpm || row->op == opcode::spm || row->op == opcode::sma || row->op == opcode::error;
        out.add(is_spelled_with_vowel ? "an " : "a ", row->name);
    } else {
        out.add("a packet");
    }
    out.add(", in ", field_name(last.name), " (", last.bytes.size(), " of ", last.size_expected,
            last.size_expected == 1 ? " byte" : " bytes", "); at least ", record.need,
            record.need == 1 ? " more byte is missing" : " more bytes are missing");
}

std::string_view event_name(event_kind kind) noexcept {
    switch (kind) {
    case event_kind::gap: return "gap";
    case event_kind::truncated: return "truncated";
    case event_kind::conflict: return "conflict";
    case event_kind::midstream: return "midstream";
    case event_kind::resync: return "resync";
    case event_kind::unframed: return "incomplete";
    case event_kind::reset: return "reset";
    case event_kind::evicted: return "evicted";
    case event_kind::discarded: return "discarded";
    case event_kind::contested: return "contested";
    case event_kind::reset_ignored: return "reset_ignored";
    }
    return {};
}

namespace {

void add_bytes(output& out, std::uint64_t bytes, std::string_view singular, std::string_view plural) {
    add_byte_count(out, bytes);
    out.add(' ', bytes == 1 ? singular : plural);
}

std::string_view proof_detail(std::string_view reason) noexcept {
    if (reason == "first_byte") {
        return "a packet decodes at the first byte that was seen";
    }
    if (reason == "two_packets") {
        return "two packets in a row decode here";
    }
    if (reason == "exact_end") {
        return "a packet decodes here and ends where the known bytes end";
    }
    return "the packet that a gap cut ends here, according to its sizes";
}

void add_missing_detail(output& out, const event_record& record) {
    add_bytes(out, record.bytes, "is missing: ", "are missing: ");
    if (record.kind == event_kind::truncated) {
        out.add("the snap length of the capture cut them off");
    } else if (record.cause == "header_cut") {
        out.add("the snap length of the capture cut their frame within its headers");
    } else {
        out.add("no frame of the capture has them");
    }
    if (record.undecoded != 0) {
        out.add("; ");
        add_bytes(out, record.undecoded, "before that belongs to no whole packet",
                  "before that belong to no whole packet");
    }
}

std::string_view discard_detail(std::string_view cause) noexcept {
    if (cause == "outside") {
        return "at sequence numbers far from any that can be meant";
    }
    if (cause == "before_start") {
        return "before the place where the capture has the stream begin";
    }
    if (cause == "after_end") {
        return "after the end of the stream";
    }
    if (cause == "reset_text") {
        return "in a reset";
    }
    return "in a handshake that the other side did not take up";
}

void add_evicted_detail(output& out, const event_record& record) {
    out.add("dropped to bound memory: ");
    if (record.cause == "stream") {
        out.add("the stream, because there are too many; later segments open a new one");
    } else if (record.cause == "history") {
        out.add("the bytes that retransmissions are compared with");
    } else if (record.cause == "held_segments") {
        add_bytes(out, record.bytes, "that waits for missing ones", "that wait for missing ones");
    } else {
        add_bytes(out, record.bytes, "of an unfinished packet", "of an unfinished packet");
    }
}

}  // namespace

void add_event_detail(output& out, const event_record& record) {
    switch (record.kind) {
    case event_kind::gap:
    case event_kind::truncated: add_missing_detail(out, record); break;
    case event_kind::conflict:
        out.add("the same sequence numbers came with other bytes: ");
        add_bytes(out, record.bytes, "differs; packets follow what came first",
                  "differ; packets follow what came first");
        break;
    case event_kind::midstream: out.add("no handshake was seen: the capture began in the middle of the stream"); break;
    case event_kind::resync:
        out.add(proof_detail(record.cause));
        if (record.undecoded != 0) {
            out.add("; ");
            add_bytes(out, record.undecoded, "before that belongs to no packet", "before that belong to no packet");
        }
        break;
    case event_kind::unframed:
        out.add("no packet boundary proved itself in the last ");
        add_bytes(out, record.bytes, "of the stream", "of the stream");
        break;
    case event_kind::reset: out.add("the sender reset the connection"); break;
    case event_kind::reset_ignored: out.add("the other side ignored a reset here: it acknowledged what follows"); break;
    case event_kind::contested:
        out.add("a handshake contradicts this connection, and from here on frames fit either of them");
        break;
    case event_kind::evicted: add_evicted_detail(out, record); break;
    case event_kind::discarded:
        add_bytes(out, record.bytes, "is not decoded: ", "are not decoded: ");
        out.add(discard_detail(record.cause));
        break;
    }
}

std::string_view flaw_detail(frame_flaw flaw) noexcept {
    return flaw == frame_flaw::original_length
               ? "the capture says that fewer bytes were on the wire than were captured: what was captured is read; "
                 "further such frames are only counted"
               : "the capture's clock is finer than any that can be read: the frame is read without a time; further such "
                 "frames are only counted";
}

}  // namespace chatos::dump
