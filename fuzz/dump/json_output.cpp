#include "dump/json_output.hpp"

#include "dump/json_line.hpp"

#include <chatos/layout.hpp>

#include <string>

namespace chatos::fuzz {

namespace {

std::string quoted(std::string_view text) {
    return '"' + std::string{text};
}

void add_place(json_members& members, const expected_record& record, const dumped_stream& stream) {
    members.emplace_back("stream", "0");
    members.emplace_back("dir", stream.direction == dump::stream_direction::client_to_server ? "\"c2s" : "\"s2c");
    members.emplace_back("offset", std::to_string(record.offset));
}

json_members members_of_packet(const expected_record& record, const dumped_stream& stream) {
    const packet_view& packet = record.result.packet;
    const packet_layout& row = layout_of(packet.op);
    json_members members{{"type", "\"packet"}};
    add_place(members, record, stream);
    members.emplace_back("length", std::to_string(record.bytes.size()));
    members.emplace_back("packet", quoted(row.name));
    for (const part which : row.parts()) {
        switch (which) {
        case part::pseudo: members.emplace_back("pseudo", quoted(packet.pseudo)); break;
        case part::message: members.emplace_back("message", quoted(packet.message)); break;
        case part::error_code:
            members.emplace_back("code", std::to_string(static_cast<unsigned>(packet.code)));
            members.emplace_back("code_name", quoted(error_code_name(packet.code)));
            break;
        }
    }
    const bool is_from_client = stream.direction == dump::stream_direction::client_to_server;
    if (!(is_from_client ? row.from_client : row.from_server)) {
        members.emplace_back("wrong_direction", "true");
    }
    return members;
}

/// Without the detail, whose words may change, and the field of an incomplete packet, which needs a reading of it.
json_members members_of_event(const expected_record& record, const dumped_stream& stream) {
    const bool is_malformed = record.result.status == decode_status::malformed;
    json_members members{{"type", "\"event"}, {"event", is_malformed ? "\"malformed" : "\"incomplete"}};
    add_place(members, record, stream);
    members.emplace_back("bytes", std::to_string(stream.bytes.size() - record.offset));
    if (is_malformed) {
        const decode_error& error = record.result.error;
        members.emplace_back("rule", quoted(rule_of(error.what)));
        members.emplace_back("violation", quoted(violation_name(error.what)));
        members.emplace_back("field", quoted(field_name(error.where)));
        members.emplace_back("error_offset", std::to_string(error.offset));
    } else {
        members.emplace_back("need", std::to_string(record.result.need));
    }
    return members;
}

json_members members_of_summary(const dump::totals& account) {
    return {{"type", "\"summary"},
            {"frames", "0"},
            {"decoded", "0"},
            {"packets", std::to_string(account.packets)},
            {"streams", "1"},
            {"skipped", "{}"},
            {"bytes.input", std::to_string(account.input_bytes)},
            {"bytes.packets", std::to_string(account.packet_bytes)},
            {"bytes.malformed", std::to_string(account.malformed_bytes)},
            {"bytes.incomplete", std::to_string(account.incomplete_bytes)}};
}

/// Takes what people read out of an event's members: it must be there, and say something.
bool remove_words(json_members& members, const char* name) {
    return std::erase_if(members, [&](const auto& m) { return m.first == name && m.second.size() > 1; }) == 1;
}

class line_walk {
public:
    line_walk(std::string_view output, const dumped_stream& stream) : remaining_{output}, stream_{stream} {}

    verdict run() {
        expected_records walk{stream_};
        for (expected_record record; !broken_ && walk.next(record);) {
            const bool is_packet = record.result.status == decode_status::complete;
            check_line(is_packet ? members_of_packet(record, stream_) : members_of_event(record, stream_),
                       record.result.status);
        }
        check_line(members_of_summary(walk.account()), decode_status::complete);
        if (!broken_ && !remaining_.empty()) {
            broken_ = failure{"one line", "there are more lines than records"};
        }
        return broken_;
    }

private:
    void check_line(const json_members& wanted, decode_status status) {
        const std::size_t end = remaining_.find('\n');
        if (broken_) {
            return;
        }
        if (end == std::string_view::npos) {
            broken_ = failure{"one line", "there are fewer lines than records"};
            return;
        }
        const std::string_view line = remaining_.substr(0, end);
        remaining_.remove_prefix(end + 1);
        std::optional<json_members> members = read_json_line(line);
        const bool has_words = members && (status == decode_status::complete || remove_words(*members, "detail")) &&
                               (status != decode_status::incomplete || remove_words(*members, "field"));
        if (!has_words || *members != wanted) {
            broken_ = failure{"json", (members ? "another record: " : "no JSON: ") + std::string{line}};
        }
    }

    std::string_view remaining_;
    dumped_stream stream_;
    verdict broken_;
};

}  // namespace

verdict check_json_output(std::string_view output, const dumped_stream& stream) {
    return line_walk{output, stream}.run();
}

}  // namespace chatos::fuzz
