#include "mutator/stream_outline.hpp"

#include <algorithm>

namespace chatos::fuzz {

namespace {

/// Reads the string at `at`; gives the position after it.
std::size_t outline_text(std::span<const std::byte> stream, std::size_t at, std::size_t size_bytes, text_place& text) {
    text.size_start = at;
    text.size_bytes = std::min(size_bytes, stream.size() - at);
    text.body_start = at + text.size_bytes;
    if (text.size_bytes < size_bytes) {
        return stream.size();
    }
    std::uint64_t said = 0;
    for (const std::byte byte : stream.subspan(at, size_bytes)) {
        said = said * 256 + std::to_integer<std::uint64_t>(byte);
    }
    text.body_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(said, stream.size() - text.body_start));
    return text.body_start + text.body_bytes;
}

}  // namespace

stream_outline outline_of(std::span<const std::byte> stream) noexcept {
    stream_outline outline;
    std::size_t at = 0;
    while (at < stream.size() && outline.count < stream_outline::packets_max) {
        const packet_layout* row = find_layout(std::to_integer<std::uint8_t>(stream[at]));
        if (row == nullptr) {
            break;
        }
        packet_place& packet = outline.packets[outline.count++];
        packet.start = at++;
        for (const part which : row->parts()) {
            if (which == part::error_code) {
                at = std::min(at + 1, stream.size());
            } else if (at <= stream.size()) {
                at = outline_text(stream, at, layout_of(which).size_bytes, packet.texts[packet.text_count++]);
            }
        }
        packet.end = at;
    }
    return outline;
}

void write_size(std::span<std::byte> place, std::uint64_t number) noexcept {
    for (std::size_t index = place.size(); index-- > 0; number /= 256) {
        place[index] = static_cast<std::byte>(number % 256);
    }
}

}  // namespace chatos::fuzz
