#include "properties/workspace.hpp"

#include <algorithm>

namespace chatos::fuzz {

std::span<std::byte> end_aligned_block::lend(std::size_t bytes) {
    if (memory_.size() < bytes) {
        // A fresh allocation of exactly this size; resize() could leave room after it.
        std::vector<std::byte>(bytes).swap(memory_);
    }
    return std::span{memory_}.last(bytes);
}

std::span<std::byte> end_aligned_block::lend_copy(std::span<const std::byte> content) {
    std::ranges::fill(lend(copied_), std::byte{0xEE});
    copied_ = content.size();
    const std::span<std::byte> lent = lend(copied_);
    std::copy(content.begin(), content.end(), lent.begin());
    return lent;
}

std::span<std::byte> workspace::storage(const limits& bounds) {
    for (storage_of_limits& storage : storages_) {
        if (storage.bounds.pseudo_bytes_max == bounds.pseudo_bytes_max &&
            storage.bounds.message_bytes_max == bounds.message_bytes_max) {
            return storage.memory;
        }
    }
    storages_.push_back({bounds, std::vector<std::byte>(packet_bytes_max(bounds))});
    return storages_.back().memory;
}

void workspace::consume(const packet_view& packet) noexcept {
    std::uint64_t sum = static_cast<std::uint64_t>(packet.op) + static_cast<std::uint64_t>(packet.code);
    for (const std::string_view text : {packet.pseudo, packet.message}) {
        for (const char letter : text) {
            sum += static_cast<unsigned char>(letter);
        }
    }
    consumed_ += sum;
}

}  // namespace chatos::fuzz
