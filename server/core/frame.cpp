#include "core/frame.hpp"

#include "core/ensure.hpp"

#include <chatos/encode.hpp>

#include <algorithm>
#include <new>

namespace chatos::core {

frame::block* frame::allocate(std::size_t size_bytes, bool is_answer, memory_tally* tally) {
    void* memory = ::operator new(sizeof(block) + size_bytes);
    if (tally != nullptr) {
        tally->frame_bytes += memory_bytes(size_bytes);
    }
    return new (memory) block{.counted_in = tally,
                              .references = 1,
                              .size_bytes = static_cast<std::uint32_t>(size_bytes),
                              .is_answer = is_answer};
}

frame frame::of(const packet_view& packet, const limits& bounds, memory_tally* tally) {
    const std::size_t size = encoded_size(packet);
    block* shared = allocate(size, packet.op == opcode::error, tally);
    frame frame{shared};
    const encode_result result = encode(packet, {reinterpret_cast<std::byte*>(shared + 1), size}, bounds);
    ensure(result.status == encode_status::ok && result.size == size);
    return frame;
}

frame frame::of_bytes(std::span<const std::byte> relayed) {
    block* shared = allocate(relayed.size(), false, nullptr);
    std::copy(relayed.begin(), relayed.end(), reinterpret_cast<std::byte*>(shared + 1));
    return frame{shared};
}

void frame::free_block() noexcept {
    if (shared_->counted_in != nullptr) {
        shared_->counted_in->frame_bytes -= memory_bytes(shared_->size_bytes);
    }
    ::operator delete(shared_);
}

}  // namespace chatos::core
