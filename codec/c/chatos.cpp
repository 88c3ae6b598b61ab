// The C interface over the codec. It translates types and decides nothing.
#include <chatos/decode.hpp>
#include <chatos/display.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>
#include <chatos/utf8.hpp>

#include <chatos.h>
#include <cstring>

namespace {

std::string_view view_of(const char* data, std::size_t size) noexcept {
    return size == 0 ? std::string_view{} : std::string_view{data, size};
}

chatos_text text_of(std::string_view view) noexcept {
    return {view.data(), view.size()};
}

chatos::limits limits_of(const chatos_limits* limits) noexcept {
    return limits == nullptr ? chatos::limits{} : chatos::limits{limits->pseudo_bytes_max, limits->message_bytes_max};
}

chatos_limits c_limits(const chatos::limits& limits) noexcept {
    return {limits.pseudo_bytes_max, limits.message_bytes_max};
}

chatos::packet_view packet_of(const chatos_packet& packet) noexcept {
    return {.op = static_cast<chatos::opcode>(packet.opcode),
            .code = static_cast<chatos::error_code>(packet.error_code),
            .pseudo = view_of(packet.pseudo.data, packet.pseudo.size),
            .message = view_of(packet.message.data, packet.message.size)};
}

const chatos::packet_layout* row_of(unsigned opcode) noexcept {
    return opcode > 255 ? nullptr : chatos::find_layout(static_cast<std::uint8_t>(opcode));
}

/// The codec's names are literals, which end with NUL.
const char* violation_word(int violation, std::string_view (*word)(chatos::violation) noexcept) noexcept {
    constexpr int last = static_cast<int>(chatos::violation::unassigned_error_code);
    return violation < 0 || violation > last ? nullptr : word(static_cast<chatos::violation>(violation)).data();
}

}  // namespace

const char* chatos_version(void) {
    return CHATOS_VERSION;
}

chatos_limits chatos_default_limits(void) {
    return c_limits(chatos::limits{});
}

chatos_limits chatos_smallest_legal_limits(void) {
    return c_limits(chatos::smallest_legal_limits);
}

size_t chatos_packet_bytes_max(const chatos_limits* limits) {
    return chatos::packet_bytes_max(limits_of(limits));
}

int chatos_decode(const void* input, size_t input_bytes, const chatos_limits* limits, chatos_decoded* decoded) {
    const std::span<const std::byte> bytes{static_cast<const std::byte*>(input), input_bytes};
    const chatos::decode_result result = chatos::decode(bytes, limits_of(limits));
    *decoded = {};
    switch (result.status) {
    case chatos::decode_status::complete:
        decoded->packet = {static_cast<std::uint8_t>(result.packet.op), static_cast<std::uint8_t>(result.packet.code),
                           text_of(result.packet.pseudo), text_of(result.packet.message)};
        decoded->consumed = result.consumed;
        break;
    case chatos::decode_status::incomplete: decoded->need = result.need; break;
    case chatos::decode_status::malformed:
        decoded->violation = static_cast<int>(result.error.what);
        decoded->field = static_cast<int>(result.error.where);
        decoded->error_offset = static_cast<std::size_t>(result.error.offset);
        break;
    }
    return static_cast<int>(result.status);
}

int chatos_encode(const chatos_packet* packet, void* output, size_t output_bytes, const chatos_limits* limits,
                  chatos_encoded* result) {
    const std::span<std::byte> room{static_cast<std::byte*>(output), output_bytes};
    const chatos::encode_result done = chatos::encode(packet_of(*packet), room, limits_of(limits));
    *result = {};
    if (done.status == chatos::encode_status::refused) {
        result->violation = static_cast<int>(done.why);
        result->field = static_cast<int>(done.where);
    } else {
        result->size = done.size;
    }
    return static_cast<int>(done.status);
}

size_t chatos_encoded_size(const chatos_packet* packet) {
    return chatos::encoded_size(packet_of(*packet));
}

const char* chatos_packet_name(unsigned opcode) {
    const chatos::packet_layout* row = row_of(opcode);
    return row == nullptr ? nullptr : row->name.data();
}

const char* chatos_packet_title(unsigned opcode) {
    const chatos::packet_layout* row = row_of(opcode);
    return row == nullptr ? nullptr : row->title.data();
}

int chatos_client_may_send(unsigned opcode) {
    const chatos::packet_layout* row = row_of(opcode);
    return row != nullptr && row->from_client ? 1 : 0;
}

int chatos_server_may_send(unsigned opcode) {
    const chatos::packet_layout* row = row_of(opcode);
    return row != nullptr && row->from_server ? 1 : 0;
}

const char* chatos_error_code_name(unsigned code) {
    if (code > 255 || !chatos::is_assigned_error_code(static_cast<std::uint8_t>(code))) {
        return nullptr;
    }
    return chatos::error_code_name(static_cast<chatos::error_code>(code)).data();
}

const char* chatos_violation_name(int violation) {
    return violation_word(violation, chatos::violation_name);
}

const char* chatos_violation_text(int violation) {
    return violation_word(violation, chatos::describe);
}

const char* chatos_violation_rule(int violation) {
    return violation_word(violation, chatos::rule_of);
}

const char* chatos_field_name(int field) {
    constexpr int last = static_cast<int>(chatos::field::error_code);
    return field < 0 || field > last ? nullptr : chatos::field_name(static_cast<chatos::field>(field)).data();
}

size_t chatos_find_ill_formed_utf8(const char* text, size_t text_bytes) {
    return chatos::find_ill_formed_utf8(view_of(text, text_bytes));
}

size_t chatos_escape(const char* text, size_t text_bytes, char* output, size_t output_bytes) {
    std::size_t size = 0;
    std::size_t written = 0;
    chatos::escape(view_of(text, text_bytes), [&](std::string_view piece) {
        // A run of printable ASCII may be cut anywhere, another piece nowhere.
        const bool fits = written == size && written + piece.size() < output_bytes;
        const bool is_run = piece.size() > 1 && static_cast<unsigned char>(piece[0]) < 0x80 && piece[0] != '\\';
        std::size_t count = fits ? piece.size() : 0;
        if (!fits && is_run && written == size && written + 1 < output_bytes) {
            count = output_bytes - 1 - written;
        }
        if (count != 0) {
            std::memcpy(output + written, piece.data(), count);
        }
        written += count;
        size += piece.size();
    });
    if (output_bytes != 0) {
        output[written] = '\0';
    }
    return size;
}
