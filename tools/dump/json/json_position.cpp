#include "dump/json/json_position.hpp"

#include "dump/record/capture_position.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/time_text.hpp"

#include <chatos/utf8.hpp>

#include <cstring>

namespace chatos::dump {

namespace {

std::string make_direction_text(const stream_position& at) {
    output text;
    text.add("\"stream\":");
    text.add_number(at.stream);
    text.add(",\"dir\":\"");
    text.add(direction_name(at.direction));
    text.add('"');
    if (at.capture == nullptr) {
        return text.text();
    }
    const stream_endpoints& endpoints = *at.capture->endpoints;
    if (!at.capture->file.empty()) {
        text.add(",\"file\":");
        // A file name may be any bytes, a JSON string must be UTF-8.
        add_json_string(text, is_utf8(at.capture->file) ? at.capture->file : std::string_view{"?"});
    }
    text.add(",\"src\":\"");
    text.add(endpoint_text(sender_of(endpoints, at.direction), endpoints.ip_version));
    text.add("\",\"dst\":\"");
    text.add(endpoint_text(receiver_of(endpoints, at.direction), endpoints.ip_version));
    text.add('"');
    return text.text();
}

}  // namespace

/// `,"time":"1700000000`, or nothing for a frame without a time.
std::string_view json_position_writer::second_text(const capture_time& time) {
    if (time.digits == 0) {
        return {};
    }
    if (time.seconds != second_ || second_text_.empty()) {
        output text;
        text.add(",\"time\":\"");
        add_epoch(text, {.seconds = time.seconds, .nanoseconds = 0, .digits = 0});
        second_ = time.seconds;
        second_text_ = text.text();
    }
    return second_text_;
}

void json_position_writer::add_time(output& out, const capture_time& time) {
    if (const std::string_view second = second_text(time); !second.empty()) {
        char* const text = out.room(second.size() + number_room);
        std::memcpy(text, second.data(), second.size());
        char* const end = write_fraction(text + second.size(), time.nanoseconds, time.digits);
        *end = '"';
        out.wrote_to(end + 1);
    }
}

void json_position_writer::add_frame(output& out, std::string_view file, const capture_time& time,
                                     std::uint64_t frame) {
    if (!file.empty()) {
        out.add(",\"file\":");
        add_json_string(out, is_utf8(file) ? file : std::string_view{"?"});
    }
    add_time(out, time);
    out.add(",\"frame\":");
    out.add_number(frame);
}

void json_position_writer::add(output& out, const stream_position& at) {
    const std::uint64_t number = std::uint64_t{at.stream} * 2 + static_cast<std::uint64_t>(at.direction);
    direction_text& slot = directions_[number % slots];
    if (slot.key != number + 1) {
        slot.key = number + 1;
        slot.text = make_direction_text(at);
    }
    out.add(slot.text);
    if (at.capture == nullptr) {
        return;
    }
    const frame_mark& mark = at.capture->mark;
    add_time(out, mark.time);
    out.add(",\"frame\":");
    out.add_number(mark.frame);
}

}  // namespace chatos::dump
