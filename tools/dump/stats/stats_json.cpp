// The statistics as one line of JSON.
#include "dump/json/json_object.hpp"
#include "dump/stats/stats_sink.hpp"

#include <string>

namespace chatos::dump {

namespace {

void put_traffic(json_object& line, const traffic_pair& ways) {
    for (const stream_direction direction : {stream_direction::client_to_server, stream_direction::server_to_client}) {
        line.begin_object(direction_name(direction));
        line.number("packets", ways[static_cast<std::size_t>(direction)].packets);
        line.number("bytes", ways[static_cast<std::size_t>(direction)].bytes);
        line.end_object();
    }
}

void put_answers(json_object& line, const stats_account& account, std::string_view key, stream_direction direction) {
    line.begin_object(key);
    const auto& by_code = account.answers[static_cast<std::size_t>(direction)];
    for (std::size_t code = 0; code < by_code.size(); ++code) {
        if (by_code[code] != 0) {
            line.number(error_code_name(static_cast<error_code>(code)), by_code[code]);
        }
    }
    line.number("unasked", account.trips.unasked(direction));
    line.end_object();
}

void put_round_trips(json_object& line, const stats_account& account) {
    line.begin_object("round_trips");
    for (std::size_t kind = 0; kind < exchange_kind_count; ++kind) {
        const exchange_account& exchanges = account.trips.of(static_cast<exchange_kind>(kind));
        if (exchanges.opened == 0) {
            continue;
        }
        line.begin_object(exchange_name(static_cast<exchange_kind>(kind)));
        line.number("asked", exchanges.opened);
        line.number("answered", exchanges.answered);
        line.number("unanswered", exchanges.unanswered);
        line.number("unknown", exchanges.unknown);
        if (exchanges.times.count() != 0) {
            line.number("min_ns", exchanges.times.lowest());
            line.number("median_ns", exchanges.times.at_per_mille(500));
            line.number("p99_ns", exchanges.times.at_per_mille(990));
            line.number("max_ns", exchanges.times.highest());
        }
        line.end_object();
    }
    line.end_object();
    line.number("uncertain_streams", account.trips.uncertain_streams());
}

void put_streams(json_object& line, const stats_account& account) {
    if (account.has_more_streams) {
        return;
    }
    line.begin_object("streams");
    for (const auto& [number, stream] : account.streams) {
        line.begin_object(std::to_string(number));
        put_traffic(line, stream.ways);
        line.number("events", stream.events);
        if (!stream.client.empty()) {
            line.text("client", stream.client);
            line.text("server", stream.server);
        }
        if (const std::string_view name = account.names.of(number); !name.empty()) {
            line.text("pseudo", name);
        }
        line.end_object();
    }
    line.end_object();
}

}  // namespace

void add_stats_json(output& out, const stats_account& account) {
    json_object line{out};
    line.text("type", "stats");
    line.begin_object("packets");
    for (std::size_t row = 0; row < packet_table.size(); ++row) {
        line.begin_object(packet_table[row].name);
        put_traffic(line, account.packets[row]);
        line.end_object();
    }
    line.end_object();
    line.begin_object("answers");
    put_answers(line, account, "to_requests", stream_direction::server_to_client);
    put_answers(line, account, "to_deliveries", stream_direction::client_to_server);
    line.end_object();
    put_round_trips(line, account);
    line.begin_object("events");
    for (const auto& [name, count] : account.events) {
        line.begin_object(name);
        line.number("count", count.packets);
        line.number("bytes", count.bytes);
        line.end_object();
    }
    line.end_object();
    put_streams(line, account);
    line.finish();
}

}  // namespace chatos::dump
