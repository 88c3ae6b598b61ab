// The part of the text formats that is about captures: the start of a line, events, the account of frames.
#include "dump/record/capture_position.hpp"
#include "dump/text/capture_hint.hpp"
#include "dump/text/record_text.hpp"
#include "dump/text/text_format.hpp"
#include "dump/text/text_sink.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace chatos::dump {

namespace {

/// Bytes of each version of a conflict that are shown.
constexpr std::size_t reading_bytes_max = 64;

std::string upper_case(std::string_view word) {
    std::string text{word};
    std::ranges::transform(text, text.begin(), [](char letter) {
        return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    });
    return text;
}

/// A line of frames by encapsulation and one of frames by other content, where there are any.
void add_contents(output& out, const content_counts& contents) {
    std::string_view separator = "encapsulations: ";
    for (std::size_t kind = 0; kind < encapsulation_count; ++kind) {
        if (const std::uint64_t frames = contents.encapsulations[kind]; frames != 0) {
            out.add(separator, frames, ' ', encapsulation_name(static_cast<encapsulation>(kind)));
            separator = ", ";
        }
    }
    out.add(separator == ", " ? "\n" : "");
    separator = "other content: ";
    for (const frame_kind_counts::row& row : contents.kinds.rows()) {
        out.add(separator, row.frames, ' ', row.kind.name());
        separator = ", ";
    }
    if (contents.kinds.others() != 0) {
        out.add(separator, contents.kinds.others(), " of further kinds");
    }
    out.add(separator == ", " ? "\n" : "");
}

}  // namespace

void text_sink::on(const capture_start& start) {
    time_.start(start.first_frame);
    if (!start.name.empty()) {
        out_.add(colors_.dim, "capture ");
        add_quoted(out_, start.name);
        out_.add(colors_.plain, '\n');
    }
}

void text_sink::on(const capture_event& event) {
    out_.add(colors_.dim);
    time_.add(out_, event.time);
    out_.add("  ", colors_.plain, colors_.yellow, upper_case(frame_flaw_name(event.flaw)), colors_.plain, "  ",
             flaw_detail(event.flaw));
    out_.add(colors_.dim, "  [frame ", event.frame, ']', colors_.plain, '\n');
}

/// Where to find it: `  stream 0, frame 4, offset 12`.
void text_sink::add_capture_place(const stream_position& at) {
    out_.add(colors_.dim, "  [stream ", at.stream, ", ", direction_name(at.direction), ", frame ",
             at.capture->mark.frame, ", offset ", at.offset, ']', colors_.plain);
}

void text_sink::on(const event_record& record) {
    const bool is_harmless = record.kind == event_kind::midstream || record.kind == event_kind::resync;
    start_line(record.at);
    out_.add(is_harmless ? colors_.dim : colors_.yellow, upper_case(event_name(record.kind)), colors_.plain, "  ");
    add_event_detail(out_, record);
    add_capture_place(record.at);
    out_.add('\n');
    const auto add_reading = [this](std::string_view title, std::span<const std::byte> bytes, std::uint64_t offset) {
        out_.add_spaces(indent_columns);
        out_.add(title, '\n');
        add_excerpt(bytes.first(std::min(bytes.size(), reading_bytes_max)), offset);
    };
    if (record.kind == event_kind::conflict) {
        add_reading("came first", record.kept, record.at.offset);
        add_reading("came later", record.other, record.at.offset);
    }
}

void text_sink::capture_summary(const totals& account) {
    const capture_totals& capture = *account.capture;
    add_packet_count(out_, account.packets, account.streams);
    out_.add("; ", capture.frames, capture.frames == 1 ? " frame = " : " frames = ", capture.decoded, " decoded + ",
             capture.frames - capture.decoded, " skipped");
    std::string_view separator = " (";
    for (std::size_t reason = 0; reason < skip_reason_count; ++reason) {
        if (capture.skipped[reason] != 0) {
            out_.add(separator, capture.skipped[reason], ' ', skip_reason_name(static_cast<skip_reason>(reason)));
            separator = ", ";
        }
    }
    out_.add(separator == ", " ? ")\n" : "\n");
    add_contents(out_, capture.contents);
    for (const frame_flaw flaw : {frame_flaw::original_length, frame_flaw::clock}) {
        if (const std::uint64_t frames = capture.flawed[static_cast<std::size_t>(flaw)]; frames != 0) {
            out_.add(frames, frames == 1 ? " frame" : " frames", " with an impossible ", frame_flaw_name(flaw), '\n');
        }
    }
    add_byte_account(account);
    out_.add(" + ", account.unframed_bytes, " unframed; ", capture.bytes.missing_bytes, " missing, ",
             capture.bytes.repeated_bytes, " repeated");
    const std::uint64_t ignored = capture.bytes.outside_bytes + capture.bytes.after_end_bytes;
    if (ignored != 0) {
        out_.add(", ", ignored, " out of place");
    }
    out_.add('\n');
    if (const std::string hint = capture_hint(account); !hint.empty()) {
        out_.add("hint: ", hint, '\n');
    }
}

}  // namespace chatos::dump
