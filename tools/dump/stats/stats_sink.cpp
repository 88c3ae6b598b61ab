#include "dump/stats/stats_sink.hpp"

#include "dump/record/capture_position.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/record_text.hpp"

namespace chatos::dump {

stream_traffic* stats_sink::stream_of(const stream_position& at) {
    if (const auto position = account_.streams.find(at.stream); position != account_.streams.end()) {
        return &position->second;
    }
    if (account_.streams.size() == stats_account::streams_max) {
        account_.has_more_streams = true;
        return nullptr;
    }
    stream_traffic& added = account_.streams[at.stream];
    if (at.capture != nullptr) {
        added.client = endpoint_text(at.capture->endpoints->client, at.capture->endpoints->ip_version);
        added.server = endpoint_text(at.capture->endpoints->server, at.capture->endpoints->ip_version);
    }
    return &added;
}

void stats_sink::on(const packet_record& record) {
    const auto direction = static_cast<std::size_t>(record.at.direction);
    const auto count = [&record, direction](traffic_pair& pair) {
        ++pair[direction].packets;
        pair[direction].bytes += record.bytes.size();
    };
    count(account_.packets[static_cast<std::size_t>(record.packet.op) - 1]);
    if (record.packet.op == opcode::error) {
        ++account_.answers[direction][static_cast<std::size_t>(record.packet.code)];
    }
    if (stream_traffic* const stream = stream_of(record.at)) {
        count(stream->ways);
    }
    account_.names.learn(record);
    account_.trips.take(record, true);
}

void stats_sink::on(const hidden_packet& record) {
    account_.names.learn(record.hidden);
    account_.trips.take(record.hidden, false);
}

void stats_sink::count_event(std::string_view name, std::uint64_t bytes, const stream_position& at) {
    traffic& counts = account_.events[name];
    ++counts.packets;
    counts.bytes += bytes;
    if (stream_traffic* const stream = stream_of(at)) {
        ++stream->events;
    }
}

void stats_sink::on(const malformed_end& end) {
    count_event("malformed", end.malformed.lost_bytes, end.malformed.at);
}

void stats_sink::on(const incomplete_record& record) {
    count_event("incomplete", record.bytes.size(), record.at);
}

void stats_sink::on(const event_record& record) {
    count_event(event_name(record.kind), record.bytes, record.at);
    if (loses_bytes(record)) {
        account_.trips.mark_uncertain(record.at.stream);
    }
}

void stats_sink::on(const totals& account) {
    account_.trips.finish();
    if (form_ == stats_format::json) {
        add_stats_json(out_, account_);
    } else {
        add_stats_text(out_, account_);
    }
    next_.take(account);
}

}  // namespace chatos::dump
