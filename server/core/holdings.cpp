// What is kept for each connection. For a driver that must free memory: who holds most goes first, so that clients that
// hold little notice nothing (ERR-3).
#include "core/server.hpp"

namespace chatos::core {

namespace {

// A frame that many recipients share counts for each: it is freed when the last of them is gone.
std::size_t bytes_kept(const connection& client) {
    return client.output.size_bytes() + client.pending_input.memory_bytes() + client.output.frames() * sizeof(frame) +
           client.deliveries.size() * sizeof(delivery) + client.requests.size() * sizeof(request);
}

}  // namespace

std::optional<connection_id> server::heaviest(std::size_t bytes_min) const {
    std::optional<connection_id> heaviest;
    std::size_t most = bytes_min;
    connections_.for_each([&](const connection& client) {
        const std::size_t bytes = bytes_kept(client);
        if (bytes >= most) {
            most = bytes;
            heaviest = client.id;
        }
    });
    return heaviest;
}

}  // namespace chatos::core
