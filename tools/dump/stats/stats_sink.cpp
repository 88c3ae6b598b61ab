#include "dump/stats/stats_sink.hpp"

#include "dump/record/capture_place.hpp"
#include "dump/text/endpoint_text.hpp"
#include "dump/text/event_detail.hpp"

namespace chatos::dump {

stream_traffic* stats_sink::stream_of(const record_place& at) {
    if (const auto found = account_.streams.find(at.stream); found != account_.streams.end()) {
        return &found->second;
    }
    if (account_.streams.size() == stats_account::streams_max) {
        account_.has_more_streams = true;
        return nullptr;
    }
    stream_traffic& made = account_.streams[at.stream];
    if (at.capture != nullptr) {
        made.client = endpoint_text(at.capture->ends->client, at.capture->ends->ip_version);
        made.server = endpoint_text(at.capture->ends->server, at.capture->ends->ip_version);
    }
    return &made;
}

void stats_sink::stream_began(const record_place& at, std::string_view) {
    stream_of(at);
}

void stats_sink::packet(const packet_record& record) {
    const auto way = static_cast<std::size_t>(record.at.way);
    const auto count = [&record, way](traffic_pair& pair) {
        ++pair[way].packets;
        pair[way].bytes += record.bytes.size();
    };
    count(account_.packets[static_cast<std::size_t>(record.packet.op) - 1]);
    if (record.packet.op == opcode::error) {
        ++account_.answers[way][static_cast<std::size_t>(record.packet.code)];
    }
    if (stream_traffic* const stream = stream_of(record.at)) {
        count(stream->ways);
    }
    account_.names.learn(record);
    account_.trips.take(record, true);
}

void stats_sink::hidden(const packet_record& record) {
    account_.names.learn(record);
    account_.trips.take(record, false);
}

void stats_sink::count_event(std::string_view name, std::uint64_t bytes, const record_place& at) {
    traffic& one = account_.events[name];
    ++one.packets;
    one.bytes += bytes;
    if (stream_traffic* const stream = stream_of(at)) {
        ++stream->events;
    }
}

void stats_sink::malformed(const malformed_record& record) {
    account_.trips.lose(record.at.stream);
}

void stats_sink::malformed_ended(const malformed_record& record) {
    count_event("malformed", record.lost_bytes, record.at);
}

void stats_sink::incomplete(const incomplete_record& record) {
    count_event("incomplete", record.bytes.size(), record.at);
}

void stats_sink::event(const event_record& record) {
    count_event(event_name(record.kind), record.bytes, record.at);
    if (loses_bytes(record)) {
        account_.trips.lose(record.at.stream);
    }
}

void stats_sink::hidden_loss(std::uint32_t stream) {
    account_.trips.lose(stream);
}

void stats_sink::summary(const totals& account) {
    account_.trips.finish();
    if (form_ == stats_form::json) {
        add_stats_json(out_, account_);
    } else {
        add_stats_text(out_, account_);
    }
    next_.summary(account);
}

}  // namespace chatos::dump
