// Inputs that are no plan with packets: a text, a value for the encoder, a script of a session, a scenario.
#include "base/utf8_text.hpp"
#include "comparison/comparison.hpp"
#include "describe/input_words.hpp"
#include "dump/text/text_format.hpp"
#include "properties/encode_properties.hpp"
#include "session/session_properties.hpp"

#include <chatos/layout.hpp>
#include <chatos/utf8.hpp>

#include <algorithm>

namespace chatos::fuzz {

std::string count_of_bytes(std::size_t bytes) {
    return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

void add_limits(dump::output& out, const limits& bounds) {
    out.add("limits: pseudo ");
    out.add_number(bounds.pseudo_bytes_max);
    out.add(", message ");
    out.add(count_of_bytes(bounds.message_bytes_max));
}

void add_rows(dump::output& out, input_bytes bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += dump::row_bytes) {
        const input_bytes row = bytes.subspan(at, std::min(dump::row_bytes, bytes.size() - at));
        out.add_number(at, dump::offset_columns);
        out.add_spaces(2);
        dump::add_hex_row(out, row);
        out.add_spaces(2);
        dump::add_quoted(out, base::as_text(row));
        out.add('\n');
    }
}

void add_utf8_input(dump::output& out, input_bytes input) {
    if (input.empty()) {
        out.add("no text: the input is empty\n");
        return;
    }
    const std::string_view text = base::as_text(input.subspan(1));
    const std::size_t margin = std::to_integer<std::size_t>(input[0]) % 64;
    const std::size_t wrong = find_ill_formed_utf8(text);
    out.add("text    ");
    out.add(count_of_bytes(text.size()));
    out.add(margin == 0 ? std::string{" at the end"} : ", " + count_of_bytes(margin) + " before the end");
    out.add(" of its memory\n        ");
    dump::add_quoted_start(out, text);
    out.add("\nUTF-8   ");
    if (wrong == std::string_view::npos) {
        out.add("well-formed\n");
    } else {
        out.add("ill-formed at byte ");
        out.add_number(wrong);
        out.add('\n');
    }
    add_rows(out, input.subspan(1));
}

namespace {

void add_text_field(dump::output& out, std::string_view name, std::string_view text) {
    out.add_padded(name, 8);
    dump::add_quoted(out, text);
    out.add(", ");
    out.add(count_of_bytes(text.size()));
    out.add('\n');
}

}  // namespace

void add_encode_input(dump::output& out, input_bytes input) {
    const encode_plan plan = encode_plan_of(input);
    const packet_layout* const row = find_layout(static_cast<std::uint8_t>(plan.packet.op));
    out.add("plan    ");
    add_limits(out, plan.bounds);
    out.add("; the buffer ");
    if (plan.spare_bytes == 0) {
        out.add("is as large as the packet\n");
    } else {
        const bool is_short = plan.spare_bytes < 0;
        out.add(is_short ? "lacks " : "has ");
        out.add(count_of_bytes(static_cast<std::size_t>(is_short ? -plan.spare_bytes : plan.spare_bytes)));
        out.add(is_short ? "\n" : " to spare\n");
    }
    out.add("opcode  ");
    out.add_number(static_cast<std::uint64_t>(plan.packet.op));
    out.add(' ');
    out.add(row == nullptr ? "no packet" : row->name);
    out.add("\ncode    ");
    out.add_number(static_cast<std::uint64_t>(plan.packet.code));
    out.add(' ');
    out.add(error_code_name(plan.packet.code));
    out.add('\n');
    add_text_field(out, "pseudo", plan.packet.pseudo);
    add_text_field(out, "message", plan.packet.message);
}

void add_session_input(dump::output& out, input_bytes input) {
    const std::string words = describe_session(input);
    out.add(words);
    if (!words.ends_with('\n')) {
        out.add('\n');
    }
}

void add_history_input(dump::output& out, input_bytes input) {
    out.add(describe_two_readings(input));
}

void add_scenario_input(dump::output& out, input_bytes input) {
    const auto end = std::ranges::find(input, std::byte{0});
    const auto text_bytes = static_cast<std::size_t>(end - input.begin());
    std::string_view text = base::as_text(input.first(text_bytes));
    out.add("scenario  ");
    out.add(count_of_bytes(text_bytes));
    out.add('\n');
    // Line by line, so that it can be read as what it is.
    while (!text.empty()) {
        const std::size_t line_bytes = std::min(text.find('\n'), text.size());
        out.add("    ");
        // Nothing here is quoted, so quotes need no escape.
        escape(text.substr(0, line_bytes),
               [&out](std::string_view piece) { out.add(piece == "\\\"" ? piece.substr(1) : piece); });
        out.add('\n');
        text.remove_prefix(std::min(line_bytes + 1, text.size()));
    }
    if (end == input.end()) {
        out.add("peer      the one that does what the scenario wants, alone\n");
        return;
    }
    const input_bytes peer = input.subspan(std::min(text_bytes + 1, input.size()));
    out.add("peer      ");
    out.add(count_of_bytes(peer.size()));
    out.add('\n');
    add_rows(out, peer);
}

}  // namespace chatos::fuzz
