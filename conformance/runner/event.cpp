#include "runner/event.hpp"

#include "base/hex.hpp"
#include "base/shown_text.hpp"
#include "base/utf8_text.hpp"

#include <chatos/display.hpp>
#include <chatos/layout.hpp>

#include <algorithm>

namespace chatos::conformance {

std::string quoted_excerpt(std::string_view text) {
    constexpr std::size_t excerpt_max = 60;
    const std::size_t cut = base::whole_characters(text, excerpt_max);
    std::string shown = base::quoted(text.substr(0, cut));
    if (cut != text.size()) {
        shown += "... (" + std::to_string(text.size()) + " bytes)";
    }
    return shown;
}

std::string hex_excerpt(std::span<const std::byte> bytes, std::size_t bytes_max) {
    std::string shown = base::to_hex(bytes.first(std::min(bytes.size(), bytes_max)), " ");
    if (bytes.size() > bytes_max) {
        shown += " ... (" + std::to_string(bytes.size()) + " bytes)";
    }
    return shown;
}

std::string describe(const received_packet& packet) {
    std::string shown{packet_name(packet.op)};
    for (const part which : layout_of(packet.op).parts()) {
        switch (which) {
        case part::pseudo: shown += " pseudo=" + quoted_excerpt(packet.pseudo); break;
        case part::message: shown += " message=" + quoted_excerpt(packet.message); break;
        case part::error_code:
            shown += ' ' + std::to_string(static_cast<unsigned>(packet.code)) + ' ';
            shown += error_code_name(packet.code);
            break;
        }
    }
    return shown;
}

std::string describe(const received_event& event) {
    using kind = received_event::kind;
    switch (event.type) {
    case kind::packet: return describe(event.packet);
    case kind::malformed:
        return "malformed bytes (" + std::string{rule_of(event.error.what)} + ", " +
               std::string{field_name(event.error.where)} + " at offset " + std::to_string(event.error.offset) +
               " of the stream: " + std::string{describe(event.error.what)} + ")";
    case kind::bytes:
        return std::to_string(event.bytes.size()) + (event.bytes.size() == 1 ? " byte " : " bytes ") +
               quoted_excerpt({reinterpret_cast<const char*>(event.bytes.data()), event.bytes.size()});
    case kind::fin:
        return std::string{"the end of the connection (FIN)"} + (event.bytes.empty() ? "" : " inside a packet");
    case kind::reset:
        return std::string{"a reset of the connection (RST)"} + (event.bytes.empty() ? "" : " inside a packet");
    }
    return "";
}

bool is_whole_end(const received_event& event) noexcept {
    return (event.type == received_event::kind::fin && event.bytes.empty()) ||
           event.type == received_event::kind::reset;
}

received_packet owned(const packet_view& packet) {
    return {packet.op, packet.code, std::string{packet.pseudo}, std::string{packet.message}};
}

}  // namespace chatos::conformance
