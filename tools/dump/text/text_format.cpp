#include "dump/text/text_format.hpp"

#include "base/text_columns.hpp"

namespace chatos::dump {

namespace {

/// So much of a string is shown on one line: every pseudo of the default limits is shown whole.
constexpr std::size_t line_text_bytes_max = 256;

bool is_shown_unchanged(std::string_view text) noexcept {
    return text.size() <= line_text_bytes_max && plain_bytes(text) == text.size();
}

}  // namespace

void add_quoted(output& out, std::string_view text) {
    out.add('"');
    escape(text, [&out](std::string_view piece) { out.add(piece); });
    out.add('"');
}

void add_quoted_start(output& out, std::string_view text) {
    if (is_shown_unchanged(text)) {
        char* const at = write_text(out.room(line_text_bytes_max + 2), "\"");
        out.wrote_to(write_text(write_text(at, text), "\""));
        return;
    }
    std::size_t shown = text.size();
    if (shown > line_text_bytes_max) {
        shown = 0;
        for (std::size_t next = 0; next <= line_text_bytes_max;) {
            shown = next;
            next += next_display_character(text.substr(shown)).consumed;
        }
    }
    add_quoted(out, text.substr(0, shown));
    if (shown != text.size()) {
        out.add("... (+", text.size() - shown, " bytes)");
    }
}

std::size_t quoted_start_columns(std::string_view text) {
    if (is_shown_unchanged(text)) {
        return text.size() + 2;
    }
    output shown;
    add_quoted_start(shown, text);
    return base::columns_of(shown.text());
}

std::string shown_path(const std::string& path) {
    if (path == "-") {
        return "standard input";
    }
    output shown;
    add_quoted(shown, path);
    return shown.text();
}

void add_byte_count(output& out, std::uint64_t bytes) {
    out.add(bytes, bytes == 1 ? " byte" : " bytes");
}

void add_packet_count(output& out, std::uint64_t packets, std::uint64_t streams) {
    out.add(packets, packets == 1 ? " packet in " : " packets in ", streams, streams == 1 ? " stream" : " streams");
}

void add_hex_bytes(output& out, std::span<const std::byte> bytes) {
    for (std::size_t index = 0; index < bytes.size(); ++index) {
        if (index != 0) {
            out.add(' ');
        }
        out.add_hex(std::to_integer<std::uint8_t>(bytes[index]));
    }
}

void add_hex_row(output& out, std::span<const std::byte> bytes) {
    add_hex_bytes(out, bytes);
    const std::size_t used = bytes.empty() ? 0 : bytes.size() * 3 - 1;
    out.add_spaces(hex_columns - used);
}

}  // namespace chatos::dump
