#include "net/write_buffer.hpp"

#include <algorithm>

namespace chatos::net {

std::span<const std::byte> write_buffer::collect(std::size_t count) {
    if (pieces_[0].size() > run_bytes_max) {
        return pieces_[0];
    }
    const std::span<std::byte> place = std::span{copies_}.subspan(used_, run_bytes_max);
    std::size_t size = 0;
    for (std::size_t index = 0; index < count && pieces_[index].size() <= place.size() - size; ++index) {
        std::copy(pieces_[index].begin(), pieces_[index].end(), place.begin() + static_cast<std::ptrdiff_t>(size));
        size += pieces_[index].size();
    }
    used_ += size;
    return place.first(size);
}

}  // namespace chatos::net
