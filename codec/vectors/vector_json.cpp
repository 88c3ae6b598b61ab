#include "vector_json.hpp"

#include "base/hex.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <algorithm>
#include <string_view>

namespace chatos::vectors {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

std::string quoted(std::string_view text) {
    std::string json = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            json += '\\';
            json += letter;
        } else if (byte < 0x20 || byte == 0x7F) {
            json += "\\u00";
            json += digits[byte >> 4U];
            json += digits[byte & 0xFU];
        } else {
            json += letter;
        }
    }
    return json + '"';
}

std::string member(std::string_view name, const std::string& value) {
    return quoted(name) + ": " + value;
}

std::string fields_of(const packet_view& packet) {
    std::string json;
    for (const part which : layout_of(packet.op).parts()) {
        json += json.empty() ? "{" : ", ";
        switch (which) {
        case part::pseudo: json += member("pseudo", quoted(packet.pseudo)); break;
        case part::message: json += member("message", quoted(packet.message)); break;
        case part::error_code: json += member("code", std::to_string(static_cast<unsigned>(packet.code))); break;
        }
    }
    return json + "}";
}

std::string verdict_of(const decode_result& result) {
    switch (result.status) {
    case decode_status::complete:
        return member("status", quoted("complete")) + ", " + member("packet", quoted(packet_name(result.packet.op))) +
               ", " + member("fields", fields_of(result.packet)) + ", " +
               member("consumed", std::to_string(result.consumed));
    case decode_status::incomplete:
        return member("status", quoted("incomplete")) + ", " + member("need", std::to_string(result.need));
    case decode_status::malformed: break;
    }
    return member("status", quoted("malformed")) + ", " +
           member("violation", quoted(violation_name(result.error.what))) + ", " +
           member("rule", quoted(rule_of(result.error.what))) + ", " +
           member("field", quoted(field_name(result.error.where))) + ", " +
           member("offset", std::to_string(result.error.offset));
}

std::string vector_of(const vector_case& tested) {
    std::string json =
        "{" + member("name", quoted(tested.name)) + ", " + member("bytes", quoted(base::to_hex(tested.bytes))) + ", ";
    constexpr limits usual{};
    if (tested.bounds.pseudo_bytes_max != usual.pseudo_bytes_max ||
        tested.bounds.message_bytes_max != usual.message_bytes_max) {
        json +=
            member("limits", "{" + member("pseudo_bytes_max", std::to_string(tested.bounds.pseudo_bytes_max)) + ", " +
                                 member("message_bytes_max", std::to_string(tested.bounds.message_bytes_max)) + "}, ");
    }
    return json + verdict_of(decode(tested.bytes, tested.bounds)) + "}";
}

}  // namespace

std::string to_json(const vector_file& file) {
    std::string json = "{\n  " + member("description", quoted(file.description)) + ",\n  \"vectors\": [\n";
    for (const vector_case& tested : file.cases) {
        json += "    " + vector_of(tested) + (&tested == &file.cases.back() ? "\n" : ",\n");
    }
    return json + "  ]\n}\n";
}

}  // namespace chatos::vectors
