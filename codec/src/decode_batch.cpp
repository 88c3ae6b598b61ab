// Two ways through a buffer: the kernel takes packets as long as all goes well, decode() judges every packet that the
// kernel left, and so has the only word on what is wrong.
#include "decode_batch_with.hpp"

#include <algorithm>

namespace chatos {

batch_result detail::decode_batch_with(const kernel& fast, std::span<const std::byte> input,
                                       std::span<packet_view> packets, const limits& bounds,
                                       std::uint64_t base_offset) noexcept {
    const size_limits sizes{std::min(bounds.pseudo_bytes_max, 0x7FFFU),
                            std::min(bounds.message_bytes_max, 0x7FFF'FFFFU)};
    batch_result result{.status = decode_status::complete};
    while (result.count < packets.size()) {
        const taken taken = fast.take_packets(input.subspan(result.consumed), packets.subspan(result.count), sizes);
        result.count += taken.count;
        result.consumed += taken.consumed;
        if (result.count == packets.size()) {
            break;
        }
        const decode_result next = decode(input.subspan(result.consumed), bounds, base_offset + result.consumed);
        if (next.status != decode_status::complete) {
            result.status = next.status;
            result.need = next.need;
            result.error = next.error;
            break;
        }
        packets[result.count++] = next.packet;
        result.consumed += next.consumed;
    }
    return result;
}

batch_result decode_batch(std::span<const std::byte> input, std::span<packet_view> packets, const limits& bounds,
                          std::uint64_t base_offset) noexcept {
    return detail::decode_batch_with(detail::best_kernel(), input, packets, bounds, base_offset);
}

}  // namespace chatos
