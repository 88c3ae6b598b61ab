// A program of somebody else: every public header, a packet to bytes and back.
#include <chatos/decode.hpp>
#include <chatos/decode_batch.hpp>
#include <chatos/display.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>
#include <chatos/lifetime.hpp>
#include <chatos/limits.hpp>
#include <chatos/packet.hpp>
#include <chatos/stream_decoder.hpp>
#include <chatos/utf8.hpp>

#include <array>
#include <cstdio>
#include <string_view>

namespace {

void print(std::string_view text) {
    chatos::escape(text, [](std::string_view piece) { std::fwrite(piece.data(), 1, piece.size(), stdout); });
}

}  // namespace

int main() {
    std::array<std::byte, 64> buffer{};
    const chatos::encode_result sent = chatos::encode(chatos::make_spm("bob", "hi"), buffer);
    if (sent.status != chatos::encode_status::ok) {
        return 1;
    }
    std::array<std::byte, chatos::packet_bytes_max(chatos::smallest_legal_limits)> storage{};
    chatos::stream_decoder decoder{storage, chatos::smallest_legal_limits};
    std::span<const std::byte> received = std::span{buffer}.first(sent.size);
    const chatos::decode_result result = decoder.next(received);
    if (result.status != chatos::decode_status::complete || !chatos::is_utf8(result.packet.message)) {
        return 2;
    }
    print(result.packet.pseudo);
    print(" says ");
    print(result.packet.message);
    std::printf("\n%zu bytes and back\n", result.consumed);
    return 0;
}
