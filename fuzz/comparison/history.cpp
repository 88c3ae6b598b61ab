#include "comparison/history.hpp"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>

#include <array>
#include <string_view>

namespace chatos::fuzz {

namespace {

constexpr std::size_t steps_max = 300;

std::string wire_of(const packet_view& packet) {
    std::string bytes(encoded_size(packet), '\0');
    const encode_result encoded = encode(packet, std::as_writable_bytes(std::span{bytes}));
    bytes.resize(encoded.size);
    return bytes;
}

/// Mostly pseudos that are taken, and some that look like one.
std::string_view pseudo_of(unsigned value) {
    constexpr std::array<std::string_view, 8> pseudos{"ann", "bob", "eve", "dan", "ann", "bob", "Ann", "nobody"};
    return pseudos[value % pseudos.size()];
}

std::string_view message_of(unsigned value) {
    constexpr std::array<std::string_view, 4> messages{"hi", "", "\xC3\xA9", "longer than the others"};
    return messages[(value >> 3U) % messages.size()];
}

error_code code_of(unsigned value) {
    constexpr std::array<error_code, 4> codes{error_code::ok, error_code::refused, error_code::pseudo_taken,
                                              error_code::unreachable};
    return codes[value % codes.size()];
}

/// Not a packet, now or once the rest has come.
std::string broken(unsigned value) {
    using namespace std::string_view_literals;
    constexpr std::array<std::string_view, 8> pieces{"\x09"sv,
                                                     "\x02\x00\x00"sv,
                                                     "\x05\xff\xff"sv,
                                                     "\x06\x03"sv,
                                                     "\x04\x00\x00\x00\x02\xC0\xAF\x04\x00\x00\x00\x02hi"sv,
                                                     "\x04\x00\x00\x00\x04hi"sv,
                                                     "\x03\x00\x03"
                                                     "ann"sv,
                                                     "\x02"sv};
    return std::string{pieces[value % pieces.size()]};
}

std::string packets_of(unsigned kind, unsigned value) {
    const std::string_view pseudo = pseudo_of(value);
    const std::string_view message = message_of(value);
    switch (kind) {
    case 1: return wire_of(make_cr(pseudo));
    case 2: return wire_of(make_rpm(pseudo));
    case 3: return wire_of(make_spm(pseudo, message));
    case 4:
    case 5: return wire_of(make_sma(message));
    case 6: return wire_of(make_pc(pseudo));
    case 7: return wire_of(make_pc(pseudo)) + wire_of(make_rpm(pseudo));
    case 8:
    case 9: return wire_of(make_error(code_of(value)));
    case 10: return wire_of(make_error(code_of(value))) + wire_of(make_error(code_of(value >> 2U)));
    default: return wire_of(make_rpm(pseudo)) + wire_of(make_spm(pseudo, message));
    }
}

history_step step_of(unsigned kind, unsigned value) {
    constexpr std::array<int, 8> times_ms{1, 20, 99, 100, 101, 250, 300, 800};
    history_step step;
    step.kind = event_kind::bytes;
    if (kind == 13) {
        step.bytes = broken(value);
        step.kind = value < 160 ? event_kind::bytes : value < 208 ? event_kind::end : event_kind::lost;
    } else if (kind == 14 || kind == 15) {
        step.kind = event_kind::wait;
        step.time = std::chrono::milliseconds{times_ms[value % times_ms.size()]};
    } else {
        step.bytes = packets_of(kind, value);
    }
    return step;
}

}  // namespace

std::vector<history_step> history_of(std::span<const std::byte> input) {
    std::vector<history_step> steps;
    std::array<bool, history_places> taken{};
    for (std::size_t at = 0; at + 1 < input.size() && steps.size() < steps_max; at += 2) {
        const auto first = static_cast<unsigned>(input[at]);
        const auto value = static_cast<unsigned>(input[at + 1]);
        const unsigned place = (first & 0xFU) % history_places;
        history_step step = step_of(first >> 4U, value);
        if (step.kind != event_kind::wait && !taken[place]) {
            taken[place] = true;
            steps.push_back({event_kind::connect, place, {}, {}});
            step.kind = event_kind::bytes;
            step.bytes = wire_of(make_cr(value < 224 ? pseudo_of(place) : pseudo_of(value)));
        } else if (step.kind == event_kind::end || step.kind == event_kind::lost) {
            step.bytes.clear();
            taken[place] = step.kind == event_kind::end && taken[place];
        }
        step.place = place;
        steps.push_back(std::move(step));
    }
    return steps;
}

std::string in_words(const history_step& step) {
    const std::string name = std::to_string(step.place);
    switch (step.kind) {
    case event_kind::connect: return name + " connects";
    case event_kind::end: return name + " half-closes";
    case event_kind::lost: return name + " is reset";
    case event_kind::wait: return std::to_string(step.time.count()) + " ms pass";
    case event_kind::bytes: break;
    }
    std::string text = name + " sends";
    std::span<const std::byte> remaining = std::as_bytes(std::span{step.bytes});
    while (!remaining.empty()) {
        const decode_result next = decode(remaining);
        if (next.status != decode_status::complete) {
            return text + ' ' + std::to_string(remaining.size()) + " bytes that are no packet, or not yet";
        }
        text += ' ' + std::string{packet_name(next.packet.op)};
        text += next.packet.op == opcode::error ? ' ' + std::to_string(static_cast<int>(next.packet.code)) : "";
        text += next.packet.pseudo.empty() ? "" : " \"" + std::string{next.packet.pseudo} + '"';
        remaining = remaining.subspan(next.consumed);
    }
    return text;
}

}  // namespace chatos::fuzz
