#include "net/write_buffer.hpp"

#include <algorithm>
#include <sys/socket.h>

namespace chatos::net {

// What does not fit goes the next time; a piece that is larger than the buffer goes alone and is not copied.
write_buffer::outcome write_buffer::send(int socket, std::size_t count) {
    std::span<const std::byte> run = pieces_[0];
    if (count > 1 && run.size() + pieces_[1].size() <= copies_.size()) {
        std::size_t used = 0;
        for (std::size_t index = 0; index < count && pieces_[index].size() <= copies_.size() - used; ++index) {
            std::copy(pieces_[index].begin(), pieces_[index].end(),
                      copies_.begin() + static_cast<std::ptrdiff_t>(used));
            used += pieces_[index].size();
        }
        run = std::span<const std::byte>{copies_}.first(used);
    }
    return {.sent = ::send(socket, run.data(), run.size(), MSG_NOSIGNAL), .due = run.size()};
}

}  // namespace chatos::net
