#include "dump/json/json_position.hpp"

#include "dump/record/capture_position.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/time_text.hpp"

#include <chatos/utf8.hpp>

namespace chatos::dump {

namespace {

constexpr std::string_view packet_start = "{\"type\":\"packet\",";

/// Adds `,"file":"a.pcap"`, nothing if only one is read. A file name may be any bytes, a JSON string must be UTF-8.
void add_file(output& out, std::string_view file) {
    if (!file.empty()) {
        out.add(",\"file\":");
        add_json_string(out, is_utf8(file) ? file : std::string_view{"?"});
    }
}

std::string make_direction_text(const stream_position& at) {
    output text;
    text.add(packet_start, "\"stream\":");
    text.add_number(at.stream);
    text.add(",\"dir\":\"");
    text.add(direction_name(at.direction));
    text.add('"');
    if (at.capture == nullptr) {
        return text.text();
    }
    const stream_endpoints& endpoints = *at.capture->endpoints;
    add_file(text, at.capture->file);
    text.add(",\"src\":\"");
    text.add(endpoint_text(sender_of(endpoints, at.direction), endpoints.ip_version));
    text.add("\",\"dst\":\"");
    text.add(endpoint_text(receiver_of(endpoints, at.direction), endpoints.ip_version));
    text.add('"');
    return text.text();
}

}  // namespace

void json_position_writer::add_frame(output& out, std::string_view file, const capture_time& time,
                                     std::uint64_t frame) {
    add_file(out, file);
    if (time.digits != 0) {
        out.add(",\"time\":\"");
        add_epoch(out, time);
        out.add('"');
    }
    out.add(",\"frame\":");
    out.add_number(frame);
}

/// What the lines of this direction and this second have in common, up to the fraction of the time.
std::string_view json_position_writer::common_start(const stream_position& at) {
    const std::uint64_t number = direction_number(at.stream, at.direction);
    direction_text& slot = directions_[number % slots];
    if (slot.key != number + 1) {
        slot = {.key = number + 1, .text = make_direction_text(at)};
        slot.untimed_bytes = slot.text.size();
    }
    if (at.capture == nullptr || at.capture->mark.time.digits == 0) {
        return std::string_view{slot.text}.substr(0, slot.untimed_bytes);
    }
    const std::int64_t second = at.capture->mark.time.seconds;
    if (slot.second != second || slot.text.size() == slot.untimed_bytes) {
        output time;
        time.add(",\"time\":\"");
        add_epoch(time, {.seconds = second, .nanoseconds = 0, .digits = 0});
        slot.second = second;
        slot.text.replace(slot.untimed_bytes, std::string::npos, time.text());
    }
    return slot.text;
}

/// Writes `start`, which is of common_start(), and what follows it.
char* json_position_writer::write_position(output& out, std::string_view start, const stream_position& at,
                                           std::size_t more_bytes) {
    constexpr std::size_t time_and_frame_bytes = 96;
    char* text = write_text(out.room(start.size() + time_and_frame_bytes + more_bytes), start);
    if (at.capture == nullptr) {
        return text;
    }
    const frame_mark& mark = at.capture->mark;
    if (mark.time.digits != 0) {
        text = write_fraction(text, mark.time.nanoseconds, mark.time.digits);
        *text++ = '"';
    }
    return write_number(write_text(text, ",\"frame\":"), mark.frame);
}

char* json_position_writer::begin_packet(output& out, const stream_position& at, std::size_t more_bytes) {
    return write_position(out, common_start(at), at, more_bytes);
}

void json_position_writer::add(output& out, const stream_position& at) {
    out.wrote_to(write_position(out, common_start(at).substr(packet_start.size()), at, 0));
}

}  // namespace chatos::dump
