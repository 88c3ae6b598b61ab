// The statistics as tables.
#include "dump/stats/stats_sink.hpp"
#include "dump/text/text_format.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace chatos::dump {

namespace {

constexpr std::size_t name_columns = 16;
constexpr std::size_t number_columns = 12;

std::string duration_text(std::uint64_t nanoseconds) {
    struct unit {
        double nanoseconds;
        const char* name;
    };
    constexpr std::array<unit, 4> units{{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}};
    std::array<char, 48> text{};
    for (const unit& scale : units) {
        const double value = static_cast<double>(nanoseconds) / scale.nanoseconds;
        if (value >= 1 || scale.nanoseconds == 1) {
            const int decimals = scale.nanoseconds == 1 || value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
            (void)std::snprintf(text.data(), text.size(), "%.*f %s", decimals, value, scale.name);
            break;
        }
    }
    return text.data();
}

void add_right(output& out, std::string_view text, std::size_t columns) {
    out.add_spaces(columns > text.size() ? columns - text.size() : 1);
    out.add(text);
}

void add_titles(output& out, std::string_view first, std::initializer_list<std::string_view> others) {
    out.add_padded(first, name_columns);
    for (const std::string_view other : others) {
        add_right(out, other, number_columns);
    }
    out.add('\n');
}

void add_traffic(output& out, const traffic_pair& ways) {
    for (const traffic& counts : ways) {
        out.add_number(counts.packets, number_columns);
        out.add_number(counts.bytes, number_columns);
    }
}

void add_packets(output& out, const stats_account& account) {
    add_titles(out, "packets", {"c2s", "bytes", "s2c", "bytes"});
    traffic_pair total{};
    for (std::size_t row = 0; row < packet_table.size(); ++row) {
        out.add_padded(packet_table[row].name, name_columns);
        add_traffic(out, account.packets[row]);
        out.add('\n');
        for (std::size_t direction = 0; direction < total.size(); ++direction) {
            total[direction].packets += account.packets[row][direction].packets;
            total[direction].bytes += account.packets[row][direction].bytes;
        }
    }
    out.add_padded("all", name_columns);
    add_traffic(out, total);
    out.add('\n');
}

void add_answers(output& out, const stats_account& account) {
    const auto& by_way = account.answers;
    out.add('\n');
    add_titles(out, "answers", {"requests", "deliveries"});
    for (std::size_t code = 0; code < by_way[0].size(); ++code) {
        const std::uint64_t to_requests = by_way[static_cast<std::size_t>(stream_direction::server_to_client)][code];
        const std::uint64_t to_deliveries = by_way[static_cast<std::size_t>(stream_direction::client_to_server)][code];
        if (to_requests + to_deliveries != 0) {
            const std::string_view name = error_code_name(static_cast<error_code>(code));
            out.add_padded(std::to_string(code) + ' ' + std::string{name}, name_columns);
            add_right(out, std::to_string(to_requests), number_columns);
            out.add_number(to_deliveries, number_columns);
            out.add('\n');
        }
    }
    out.add_padded("to nothing", name_columns);
    out.add_number(account.trips.unasked(stream_direction::server_to_client), number_columns);
    out.add_number(account.trips.unasked(stream_direction::client_to_server), number_columns);
    out.add('\n');
}

void add_round_trips(output& out, const stats_account& account) {
    out.add('\n');
    add_titles(out, "round trips", {"asked", "answered", "unanswered", "unknown", "min", "median", "p99", "max"});
    for (std::size_t kind = 0; kind < exchange_kind_count; ++kind) {
        const exchange_account& exchanges = account.trips.of(static_cast<exchange_kind>(kind));
        if (exchanges.opened == 0) {
            continue;
        }
        std::string name{exchange_name(static_cast<exchange_kind>(kind))};
        if (const std::size_t bar = name.find('_'); bar != std::string::npos) {
            name[bar] = ' ';
        }
        out.add_padded(name, name_columns);
        for (const std::uint64_t number :
             {exchanges.opened, exchanges.answered, exchanges.unanswered, exchanges.unknown}) {
            out.add_number(number, number_columns);
        }
        const base::histogram& times = exchanges.times;
        for (const std::uint64_t time :
             {times.lowest(), times.at_per_mille(500), times.at_per_mille(990), times.highest()}) {
            add_right(out, times.count() == 0 ? "-" : duration_text(time), number_columns);
        }
        out.add('\n');
    }
    if (account.trips.uncertain_streams() != 0) {
        out.add(account.trips.uncertain_streams(),
                account.trips.uncertain_streams() == 1 ? " stream lacks" : " streams lack",
                " bytes: which answer belongs to which request is uncertain after them\n");
    }
}

void add_events(output& out, const stats_account& account) {
    if (account.events.empty()) {
        return;
    }
    out.add('\n');
    add_titles(out, "events", {"count", "bytes"});
    for (const auto& [name, count] : account.events) {
        out.add_padded(name, name_columns);
        out.add_number(count.packets, number_columns);
        out.add_number(count.bytes, number_columns);
        out.add('\n');
    }
}

void add_streams(output& out, const stats_account& account) {
    out.add('\n');
    if (account.has_more_streams) {
        out.add("more than ", stats_account::streams_max,
                " streams: see one with --follow STREAM or -Y 'stream==N'\n\n");
        return;
    }
    add_titles(out, "streams", {"c2s", "bytes", "s2c", "bytes", "events"});
    for (const auto& [number, stream] : account.streams) {
        out.add_padded(std::to_string(number), name_columns);
        add_traffic(out, stream.ways);
        out.add_number(stream.events, number_columns);
        if (!stream.client.empty()) {
            out.add("  ", stream.client);
            if (const std::string_view name = account.names.of(number); !name.empty()) {
                out.add(' ');
                add_quoted_start(out, name);
            }
            out.add(" > ", stream.server);
        }
        out.add('\n');
    }
    out.add('\n');
}

}  // namespace

void add_stats_text(output& out, const stats_account& account) {
    add_packets(out, account);
    add_answers(out, account);
    add_round_trips(out, account);
    add_events(out, account);
    add_streams(out, account);
}

}  // namespace chatos::dump
