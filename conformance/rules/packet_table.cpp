#include "rules/packet_table.hpp"

#include "base/json_text.hpp"
#include "base/text_columns.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <array>

namespace chatos::conformance {
namespace {

/// What the layout does not say. In the order of the opcodes.
struct packet_meaning {
    std::string_view from_client;
    std::string_view from_server;
};
constexpr std::array<packet_meaning, packet_table.size()> meanings{{
    {"register me as `pseudo`", ""},
    {"may I write to `pseudo`?", ""},
    {"the message is for `pseudo`", "the message is from `pseudo`"},
    {"the message is for all other users", ""},
    {"I want a private connection with `pseudo`", "`pseudo` wants a private connection with you"},
    {"the answer to an SPM or PC that the server delivered", "the answer to a request"},
}};

constexpr std::string_view meaning_of(error_code code) noexcept {
    switch (code) {
    case error_code::ok: return "done, or accepted";
    case error_code::pseudo_taken: return "a user has this pseudo";
    case error_code::out_of_capacity: return "the server has no room for another user";
    case error_code::unreachable: return "nobody has this pseudo, or the recipient left or did not answer in time";
    case error_code::refused: return "refused, not allowed, or malformed";
    }
    return "";
}

constexpr std::string_view sizes_text =
    "A size is a big-endian integer (WIRE-6) and counts the bytes of the UTF-8 text that follows it (WIRE-7).";
constexpr std::string_view words_text =
    "A request is a CR, RPM, SPM, SMA or PC from a client; a delivery is an SPM or PC from the server; an answer is an "
    "ERROR.";

std::string spaced(std::string_view name) {
    std::string text{name};
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

/// The text without the marks of Markdown.
std::string plain(std::string_view text) {
    std::string result{text};
    std::erase(result, '`');
    return result;
}

std::string_view or_never(std::string_view meaning) noexcept {
    return meaning.empty() ? std::string_view{"never"} : meaning;
}

/// "3, 6 to 255": the codes that are not assigned.
std::string unassigned_codes() {
    std::string text;
    for (unsigned first = 0; first <= 255; ++first) {
        if (is_assigned_error_code(static_cast<std::uint8_t>(first))) {
            continue;
        }
        unsigned last = first;
        while (last < 255 && !is_assigned_error_code(static_cast<std::uint8_t>(last + 1))) {
            ++last;
        }
        text +=
            (text.empty() ? "" : ", ") + std::to_string(first) + (last == first ? "" : " to " + std::to_string(last));
        first = last;
    }
    return text;
}

std::string unassigned_text() {
    return "Codes " + unassigned_codes() + " are not assigned (WIRE-12).";
}

std::string json_meaning(std::string_view meaning) {
    return meaning.empty() ? "null" : base::json_string(plain(meaning));
}

}  // namespace

std::vector<described_packet> described_packets() {
    std::vector<described_packet> packets;
    for (const packet_layout& row : packet_table) {
        described_packet packet{&row, {{field_name(field::opcode), 1}}, {}, {}};
        for (const part which : row.parts()) {
            const part_layout& layout = layout_of(which);
            if (layout.size_bytes == 0) {
                packet.fields.push_back({field_name(layout.body_field), 1});
                continue;
            }
            packet.fields.push_back({field_name(layout.size_field), layout.size_bytes});
            packet.fields.push_back({field_name(layout.body_field), std::nullopt});
        }
        const packet_meaning& meaning = meanings[static_cast<std::size_t>(row.op) - 1];
        packet.from_client = row.from_client ? meaning.from_client : std::string_view{};
        packet.from_server = row.from_server ? meaning.from_server : std::string_view{};
        packets.push_back(std::move(packet));
    }
    return packets;
}

std::vector<described_code> described_codes() {
    std::vector<described_code> codes;
    for (unsigned value = 0; value <= 255; ++value) {
        if (is_assigned_error_code(static_cast<std::uint8_t>(value))) {
            const auto code = static_cast<error_code>(value);
            codes.push_back({code, error_code_name(code), meaning_of(code)});
        }
    }
    return codes;
}

std::string layout_text(const described_packet& packet) {
    std::string text;
    for (std::size_t index = 1; index < packet.fields.size(); ++index) {
        const described_field& field = packet.fields[index];
        text += (text.empty() ? "" : "; ") + spaced(field.name);
        if (field.bytes) {
            text += ": " + std::to_string(*field.bytes) + (*field.bytes == 1 ? " byte" : " bytes");
        }
    }
    return text;
}

std::string packet_table_markdown() {
    std::string text = "| opcode | name | after the opcode (1 byte) | from a client | from a server |\n"
                       "|---|---|---|---|---|\n";
    for (const described_packet& packet : described_packets()) {
        const packet_layout& layout = *packet.layout;
        text += "| " + std::to_string(static_cast<unsigned>(layout.op)) + " | " + std::string{layout.name} + ", " +
                std::string{layout.title} + " | " + layout_text(packet) + " | " +
                std::string{or_never(packet.from_client)} + " | " + std::string{or_never(packet.from_server)} + " |\n";
    }
    text += '\n' + std::string{sizes_text} + ' ' + std::string{words_text} +
            "\n\n| code | name | meaning |\n|---|---|---|\n";
    for (const described_code& code : described_codes()) {
        text += "| " + std::to_string(static_cast<unsigned>(code.code)) + " | " + std::string{code.name} + " | " +
                std::string{code.meaning} + " |\n";
    }
    return text + '\n' + unassigned_text() + '\n';
}

std::string rules_markdown() {
    std::string text =
        "# ChatOS 1.0: the rules\n\n## Packets and error codes\n\n" + packet_table_markdown() +
        "\nMUST: a violation is a failure. SHOULD: a violation is a warning, and a failure under "
        "`--strict`. CHOICE: several behaviors are\nlegal, and which one was seen is recorded. The origin "
        "of a rule is the text of the RFC, its figures, or a decision where both are silent.\n"
        "\"Favorable\" means answered with ERROR 0.\n";
    for (const rule_area& area : all_areas()) {
        text += "\n## " + std::string{area.id} + ": " + std::string{area.title} +
                "\n\n| id | level | origin | rule |\n|---|---|---|---|\n";
        for (const rule& rule : all_rules()) {
            if (area_of(rule.id).id == area.id) {
                text += "| " + std::string{rule.id} + " | " + std::string{level_name(rule.level)} + " | " +
                        std::string{origin_name(rule.origin)} + " | " + std::string{rule.text} + " |\n";
            }
        }
    }
    return text;
}

std::string packet_table_text() {
    constexpr std::size_t indent = 12;
    constexpr std::size_t width = 100;
    std::string text = "Packets: an opcode of 1 byte, then\n";
    for (const described_packet& packet : described_packets()) {
        const packet_layout& layout = *packet.layout;
        text += "  " + std::to_string(static_cast<unsigned>(layout.op)) + "  " +
                base::padded(std::string{layout.name}, 7) + layout_text(packet) + '\n';
        std::string remark{layout.title};
        remark += packet.from_client.empty() ? "" : "; from a client: " + plain(packet.from_client);
        remark += packet.from_server.empty() ? "" : "; from a server: " + plain(packet.from_server);
        text += std::string(indent, ' ') + base::wrapped(remark, indent, width) + '\n';
    }
    text +=
        "  " + base::wrapped(sizes_text, 2, width) + "\n  " + base::wrapped(words_text, 2, width) + "\n\nError codes\n";
    for (const described_code& code : described_codes()) {
        text += "  " + std::to_string(static_cast<unsigned>(code.code)) + "  " +
                base::padded(std::string{code.name}, 17) + std::string{code.meaning} + '\n';
    }
    return text + "  " + unassigned_text() + "\n\n";
}

std::string packet_table_json() {
    std::string text = "\"packets\": [";
    for (const described_packet& packet : described_packets()) {
        const packet_layout& layout = *packet.layout;
        text += std::string{text.back() == '[' ? "" : ", "} +
                "{\"opcode\": " + std::to_string(static_cast<unsigned>(layout.op)) +
                ", \"name\": " + base::json_string(layout.name) + ", \"title\": " + base::json_string(layout.title) +
                ", \"fields\": [";
        for (const described_field& field : packet.fields) {
            text += std::string{text.back() == '[' ? "" : ", "} + "{\"name\": " + base::json_string(field.name) +
                    ", \"bytes\": " + (field.bytes ? std::to_string(*field.bytes) : "null") + '}';
        }
        text += "], \"from_client\": " + json_meaning(packet.from_client) +
                ", \"from_server\": " + json_meaning(packet.from_server) + '}';
    }
    text += "], \"error_codes\": [";
    for (const described_code& code : described_codes()) {
        text += std::string{text.back() == '[' ? "" : ", "} +
                "{\"code\": " + std::to_string(static_cast<unsigned>(code.code)) +
                ", \"name\": " + base::json_string(code.name) + ", \"meaning\": " + base::json_string(code.meaning) +
                '}';
    }
    return text + ']';
}

}  // namespace chatos::conformance
