#include "dump/check/trace_sink.hpp"

#include <algorithm>
#include <utility>

namespace chatos::dump {

using conformance::connection;
using conformance::direction_end;
using conformance::direction_trace;
using conformance::malformed_packet;
using conformance::observed_packet;
using conformance::side;

namespace {

constexpr std::string_view too_much = "there is more in the capture than is kept for judging";

std::int64_t nanoseconds_of(const capture_time& time) noexcept {
    // Beyond the years 1678 to 2262 a time is taken for none.
    constexpr std::int64_t seconds_max = 9'000'000'000;
    if (time.digits == 0 || time.seconds > seconds_max || time.seconds < -seconds_max) {
        return 0;
    }
    return time.seconds * 1'000'000'000 + time.nanoseconds;
}

std::string_view doubt_of(const event_record& record) noexcept {
    switch (record.kind) {
    case event_kind::gap: return "bytes are missing (gap)";
    case event_kind::truncated: return "the snap length cut bytes off (truncated)";
    case event_kind::conflict: return "the same bytes came with two contents (conflict)";
    case event_kind::midstream: return "the capture begins in the middle of the stream (midstream)";
    case event_kind::resync: return "the beginning of a packet was guessed (resync)";
    case event_kind::unframed: return "bytes belong to no packet that is known (unframed)";
    case event_kind::evicted: return "memory was given up while reading (evicted)";
    case event_kind::discarded: return "bytes have no place in the stream (discarded)";
    case event_kind::contested: return "a frame may belong to another connection (contested)";
    case event_kind::reset:
    case event_kind::reset_ignored: break;
    }
    return {};
}

bool is_loopback(const endpoint& end, std::uint8_t ip_version) noexcept {
    constexpr std::uint8_t loopback_network = 127;
    constexpr ip_address loopback_v6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    return ip_version == 4 ? end.address.bytes[0] == loopback_network : end.address == loopback_v6;
}

}  // namespace

connection& trace_sink::connection_at(const stream_position& at) {
    const auto [position, is_new] = connection_indexes_.emplace(at.stream, current_.trace.connections.size());
    if (is_new) {
        connection& opened = current_.trace.connections.emplace_back();
        opened.stream = at.stream;
        if (at.offset != 0) {  // after its end
            opened.directions[0].distrust(0, "packets came after the end of the connection");
            opened.directions[1].distrust(0, "packets came after the end of the connection");
        }
        if (at.capture != nullptr && at.capture->endpoints != nullptr) {
            const stream_endpoints& endpoints = *at.capture->endpoints;
            current_.endpoints.emplace(at.stream, endpoints);
            opened.opened_ns = at.offset == 0 ? nanoseconds_of(endpoints.opened) : 0;
            current_.is_orderly_loopback = current_.is_orderly_loopback &&
                                           is_loopback(endpoints.client, endpoints.ip_version) &&
                                           is_loopback(endpoints.server, endpoints.ip_version);
        }
        grown_bytes_ += sizeof(connection) + sizeof(stream_endpoints);
    }
    return current_.trace.connections[position->second];
}

direction_trace& trace_sink::direction_at(const stream_position& at) {
    return connection_at(at).from(at.direction == stream_direction::client_to_server ? side::client : side::server);
}

void trace_sink::take(const any_record& record) {
    // Passed on last: what a derived class prints precedes the summary, and the start of the next capture.
    std::visit([this](const auto& alternative) { on(alternative); }, record);
    if (grown_bytes_ >= part_bytes) {
        shorten_trace();
    }
    const bool is_of_stream = position_of(record) != nullptr;
    changes_ += is_of_stream ? 1 : 0;
    record_sink* const receiver = is_of_stream ? shown_ : next_;
    if (receiver != nullptr) {
        receiver->take(record);
    }
}

void trace_sink::on(const packet_record& record) {
    direction_trace& said = direction_at(record.at);
    const frame_mark& mark = record.at.capture->mark;
    const std::size_t text_bytes = record.packet.pseudo.size() + record.packet.message.size();
    text_bytes_ += text_bytes;
    grown_bytes_ += sizeof(observed_packet) + text_bytes;
    if (++packets_ > packets_max || text_bytes_ > text_bytes_max) {
        said.distrust(record.at.offset, too_much);
        return;
    }
    note_order(mark);
    if (mark.is_late) {
        said.distrust(record.at.offset, "the capture has a packet later than its acknowledgement");
    }
    // Segments that changed places come later than their frames.
    const std::uint64_t earliest =
        std::max(current_.judged_until + 1, said.packets.empty() ? 0 : said.packets.back().frame);
    current_.trace.frames = std::max(current_.trace.frames, mark.frame);
    said.packets.push_back({.frame = std::max(mark.frame, earliest),
                            .time_ns = nanoseconds_of(mark.time),
                            .offset = record.at.offset,
                            .length = record.bytes.size(),
                            .op = record.packet.op,
                            .code = static_cast<std::uint8_t>(record.packet.code),
                            .pseudo = std::string{record.packet.pseudo},
                            .message = std::string{record.packet.message}});
    current_.time_digits = mark.time.digits;
}

void trace_sink::note_order(const frame_mark& mark) {
    const bool goes_back = mark.frame > newest_.frame && nanoseconds_of(mark.time) < nanoseconds_of(newest_.time);
    current_.is_orderly_loopback = current_.is_orderly_loopback && !mark.is_late && !goes_back;
    if (mark.frame > newest_.frame) {
        newest_ = mark;
    }
}

void trace_sink::on(const malformed_record& record) {
    const frame_mark& mark = record.at.capture->mark;
    malformed_packet& broken = malformed_at(record.at);
    broken.frame = mark.frame;
    broken.time_ns = nanoseconds_of(mark.time);
    broken.rule = rule_of(record.error.what);
    broken.reason = violation_name(record.error.what);
}

void trace_sink::on(const malformed_end& end) {
    malformed_at(end.malformed.at).bytes_total = end.malformed.lost_bytes;
}

malformed_packet& trace_sink::malformed_at(const stream_position& at) {
    std::optional<malformed_packet>& broken = direction_at(at).malformed;
    if (!broken) {
        broken.emplace().offset = at.offset;
    }
    return *broken;
}

bool trace_sink::has_room_for(std::size_t bytes) noexcept {
    if (bytes > raw_bytes_max_ - std::min(raw_bytes_, raw_bytes_max_)) {
        return false;
    }
    raw_bytes_ += bytes;
    grown_bytes_ += bytes;
    return true;
}

void trace_sink::on(const undecoded_record& record) {
    const std::uint64_t direction = direction_number(record.at.stream, record.at.direction);
    if (cut_directions_.contains(direction)) {
        return;
    }
    if (has_room_for(record.bytes.size())) {
        std::vector<std::byte>& kept = malformed_at(record.at).bytes;
        kept.insert(kept.end(), record.bytes.begin(), record.bytes.end());
    } else {
        cut_directions_.insert(direction);
    }
}

void trace_sink::on(const incomplete_record& record) {
    direction_trace& said = direction_at(record.at);
    if (has_room_for(record.bytes.size())) {
        said.unfinished.assign(record.bytes.begin(), record.bytes.end());
    } else {
        said.unfinished.assign(record.bytes.begin(), record.bytes.begin() + 1);  // that there are some matters most
        said.distrust(record.at.offset, too_much);
    }
}

void trace_sink::on(const event_record& record) {
    if (const std::string_view doubt = doubt_of(record); !doubt.empty()) {
        direction_at(record.at).distrust(record.at.offset, doubt);
    }
}

void trace_sink::on(const direction_closed& record) {
    cut_directions_.erase(direction_number(record.at.stream, record.at.direction));
    direction_trace& said = direction_at(record.at);
    said.end = record.kind == end_kind::fin     ? direction_end::fin
               : record.kind == end_kind::reset ? direction_end::reset
                                                : direction_end::open;
    said.end_frame = record.at.capture->mark.frame;
    said.is_finished = true;
    said.end_time_ns = nanoseconds_of(record.at.capture->mark.time);
    said.complete_at_ns = nanoseconds_of(record.complete_at);
    if (!record.has_begun) {
        said.distrust(0, "no frame of this direction was captured");
    } else if (record.unseen != 0 && record.kind != end_kind::fin) {
        said.distrust(record.at.offset, "bytes that were acknowledged are in no frame");
    }
}

void trace_sink::shorten_trace() {
    grown_bytes_ = 0;
    if (!shorten(current_)) {
        return;
    }
    connection_indexes_.clear();
    packets_ = 0;
    text_bytes_ = 0;
    raw_bytes_ = 0;
    for (std::size_t index = 0; index < current_.trace.connections.size(); ++index) {
        const connection& kept = current_.trace.connections[index];
        connection_indexes_.emplace(kept.stream, index);
        for (const direction_trace& direction : kept.directions) {
            packets_ += direction.packets.size();
            for (const observed_packet& packet : direction.packets) {
                text_bytes_ += packet.pseudo.size() + packet.message.size();
            }
            raw_bytes_ += direction.unfinished.size() + (direction.malformed ? direction.malformed->bytes.size() : 0);
        }
    }
    std::erase_if(current_.endpoints, [this](const auto& entry) { return !connection_indexes_.contains(entry.first); });
}

void trace_sink::end_capture() {
    if (!std::exchange(has_begun_, false)) {
        return;
    }
    capture_ended(current_);
    current_ = {};
    connection_indexes_.clear();
    packets_ = 0;
    text_bytes_ = 0;
    raw_bytes_ = 0;
    cut_directions_.clear();
    grown_bytes_ = 0;
    newest_ = {};
}

void trace_sink::on(const capture_start& start) {
    end_capture();
    has_begun_ = true;
    current_.file = start.name;
}

void trace_sink::on(const input_pause& pause) {
    paused(current_, pause.account);
}

void trace_sink::on(const totals& /*account*/) {
    end_capture();
    all_captures_ended();
}

}  // namespace chatos::dump
