#include "dump/text/packet_words.hpp"

#include "dump/text/text_format.hpp"

#include <chatos/layout.hpp>

namespace chatos::dump {

void add_packet_words(output& out, const packet_view& packet) {
    for (const part which : layout_of(packet.op).parts()) {
        switch (which) {
        case part::pseudo:
            out.add("  pseudo=");
            add_quoted_start(out, packet.pseudo);
            break;
        case part::message:
            out.add("  message=");
            add_quoted_start(out, packet.message);
            break;
        case part::error_code:
            out.add("  code=");
            out.add_number(static_cast<std::uint64_t>(packet.code));
            out.add(' ');
            out.add(error_code_name(packet.code));
            break;
        }
    }
}

std::string_view wrong_direction_words(const packet_record& record) noexcept {
    if (may_travel(record.packet.op, record.at.way)) {
        return {};
    }
    return record.at.way == direction::client_to_server ? "no client sends this" : "no server sends this";
}

}  // namespace chatos::dump
