#include "streams.hpp"

#include <chatos/encode.hpp>

#include <cstdlib>
#include <random>

namespace chatos::bench {
namespace {

constexpr std::size_t stream_bytes = std::size_t{1} << 20U;

/// One sequence of numbers for all platforms and runs.
using random_source = std::minstd_rand;

std::size_t pick(random_source& random, std::size_t first, std::size_t last) {
    return first + random() % (last - first + 1);
}

/// Well-formed text of exactly `size` bytes.
std::string text_of(random_source& random, text_kind kind, std::size_t size) {
    constexpr std::string_view characters[4][4] = {
        {"a", "e", " ", "t"},
        {"\u00e9", "\u00fc", "\u0416", "\u05d0"},
        {"\u20ac", "\u4e2d", "\u3042", "\u0939"},
        {"\U0001F600", "\U0001F680", "\U00010348", "\U0002070E"},
    };
    std::string text;
    while (text.size() < size) {
        const std::size_t left = size - text.size();
        const std::size_t length = kind == text_kind::ascii ? 1 : pick(random, 1, left < 4 ? left : 4);
        text += characters[length - 1][pick(random, 0, 3)];
    }
    return text;
}

void append(stream& result, packet_value packet) {
    const std::size_t start = result.bytes.size();
    result.bytes.resize(start + encoded_size(packet.view()));
    if (encode(packet.view(), std::span{result.bytes}.subspan(start)).status != encode_status::ok) {
        std::abort();  // the generator is wrong, and so would be every figure
    }
    result.packets.push_back(std::move(packet));
}

void find_messages(stream& built) {
    std::span<const std::byte> remaining{built.bytes};
    while (!remaining.empty()) {
        const decode_result result = decode(remaining);
        if (result.status != decode_status::complete) {
            std::abort();
        }
        built.messages.push_back(result.packet.message);
        remaining = remaining.subspan(result.consumed);
    }
}

}  // namespace

stream spm_stream(text_kind kind, std::size_t message_bytes) {
    random_source random{42};
    stream result;
    while (result.bytes.size() < stream_bytes) {
        std::string pseudo = text_of(random, kind, pick(random, 4, 12));
        append(result, {opcode::spm, error_code::ok, std::move(pseudo), text_of(random, kind, message_bytes)});
    }
    find_messages(result);
    return result;
}

stream traffic_stream() {
    random_source random{43};
    stream result;
    while (result.bytes.size() < stream_bytes) {
        const text_kind kind = pick(random, 1, 4) == 1 ? text_kind::mixed : text_kind::ascii;
        std::string pseudo = text_of(random, kind, pick(random, 3, 12));
        // Short messages are common, long ones rare.
        std::string message = text_of(random, kind, pick(random, 1, pick(random, 8, 400)));
        const std::size_t lot = pick(random, 1, 100);
        const opcode op = lot <= 45   ? opcode::error
                          : lot <= 80 ? opcode::spm
                          : lot <= 90 ? opcode::sma
                          : lot <= 96 ? opcode::rpm
                          : lot <= 98 ? opcode::cr
                                      : opcode::pc;
        append(result,
               {op, lot % 8 == 0 ? error_code::unreachable : error_code::ok, std::move(pseudo), std::move(message)});
    }
    find_messages(result);
    return result;
}

}  // namespace chatos::bench
