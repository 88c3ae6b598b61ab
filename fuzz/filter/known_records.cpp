#include "filter/known_records.hpp"

#include <array>

namespace chatos::fuzz {

namespace {

struct ends_in_words {
    dump::stream_endpoints endpoints;
    std::string_view client;
    std::string_view client_port;
    std::string_view server;
    std::string_view server_port;
};

const std::array<ends_in_words, 2>& known_ends() {
    static const std::array<ends_in_words, 2> known{{
        {{.client = {{{10, 0, 0, 1}}, 40'000}, .server = {{{10, 0, 0, 2}}, 7'777}, .ip_version = 4},
         "10.0.0.1",
         "40000",
         "10.0.0.2",
         "7777"},
        {{.client = {{{0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 1},
          .server = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 65'535},
          .ip_version = 6},
         "2001:db8::1",
         "1",
         "::1",
         "65535"},
    }};
    return known;
}

constexpr std::array<dump::capture_time, 4> times{
    {{1'700'000'000, 3'000'000, 6}, {0, 0, 9}, {-2, 750'000'000, 9}, {0, 0, 0}}};

void put(known_record& record, std::uint32_t number) {
    const bool is_from_client = number % 2 == 0;
    dump::stream_position& at = record.subject.at;
    at.stream = number % 3;
    at.direction = is_from_client ? dump::stream_direction::client_to_server : dump::stream_direction::server_to_client;
    at.offset = std::uint64_t{number} * 10;
    record.fields["stream"] = std::to_string(at.stream);
    record.fields["dir"] = is_from_client ? "c2s" : "s2c";
    record.fields["offset"] = std::to_string(at.offset);
    if (number % 5 == 4) {
        return;  // of a raw stream
    }
    const ends_in_words& endpoints = known_ends()[number / 2 % known_ends().size()];
    record.endpoints = endpoints.endpoints;
    record.place = {.mark = {number + 1, times[number % times.size()]}, .endpoints = &record.endpoints, .file = {}};
    at.capture = &record.place;
    record.fields["frame"] = std::to_string(number + 1);
    record.fields["src"] = is_from_client ? endpoints.client : endpoints.server;
    record.fields["src port"] = is_from_client ? endpoints.client_port : endpoints.server_port;
    record.fields["dst"] = is_from_client ? endpoints.server : endpoints.client;
    record.fields["dst port"] = is_from_client ? endpoints.server_port : endpoints.client_port;
    if (const dump::capture_time& time = record.place.mark.time; time.digits != 0) {
        record.fields["time"] = std::to_string(time.seconds * 1'000'000'000 + time.nanoseconds);
    }
}

void put_packet(known_record& record, const packet_view& packet, std::uint64_t bytes) {
    record.packet = packet;
    record.subject.packet = &record.packet;
    record.subject.size = bytes;
    record.fields["type"] = "packet";
    record.fields["packet"] = packet_name(packet.op);
    record.fields["length"] = std::to_string(bytes);
    if (packet.op == opcode::error) {
        record.fields["code"] = std::to_string(static_cast<unsigned>(packet.code));
    }
    if (packet.op != opcode::error && packet.op != opcode::sma) {
        record.fields["pseudo"] = packet.pseudo;
    }
    if (packet.op == opcode::spm || packet.op == opcode::sma) {
        record.fields["message"] = packet.message;
    }
}

std::deque<known_record> make_records() {
    std::deque<known_record> records;
    std::uint32_t number = 0;
    for (const packet_view& packet :
         {make_cr("bob"), make_rpm("alice"), make_spm("bob", "hello"), make_spm("bob", ""), make_sma("say hallo\n"),
          make_sma(""), make_pc("\xF0\x9F\x90\x99"), make_error(error_code::ok), make_error(error_code::pseudo_taken),
          make_error(error_code::out_of_capacity), make_error(error_code::unreachable),
          make_error(error_code::refused)}) {
        put(records.emplace_back(), number);
        put_packet(records.back(), packet, number * 7 % 40);
        ++number;
    }
    for (const std::string_view event : {"gap", "truncated", "conflict", "malformed", "incomplete", "midstream",
                                         "resync", "reset", "evicted", "discarded", "contested", "reset_ignored"}) {
        known_record& record = records.emplace_back();
        put(record, number);
        record.subject.event = event;
        record.subject.size = number % 4;
        record.fields["type"] = "event";
        record.fields["event"] = event;
        record.fields["bytes"] = std::to_string(number % 4);
        ++number;
    }
    return records;
}

}  // namespace

const std::deque<known_record>& known_records() {
    static const std::deque<known_record> records = make_records();
    return records;
}

void fill_message(known_record& record, std::string_view pseudo, std::string_view message) {
    put(record, 0);
    put_packet(record, make_spm(pseudo, message), 9);
}

}  // namespace chatos::fuzz
