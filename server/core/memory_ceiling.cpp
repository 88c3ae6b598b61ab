#include "core/memory_ceiling.hpp"

#include "core/connection.hpp"
#include "core/memory_tally.hpp"
#include "core/tunnel_registry.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>

namespace chatos::core {

namespace {

// A vector that has grown to n elements has room for 2n, and held the previous n as well while it grew.
constexpr std::uint64_t growth = 3;

constexpr std::uint64_t ring_minimum_places = ring<int>::shrinks_above;

// The record, that of its address, its entries in the table and in the list of free slots, its two entries in the
// timers, and its ids in the two lists of changed connections and in that of connections with work.
std::uint64_t bytes_of_connection() {
    constexpr std::uint64_t table = growth * (sizeof(std::unique_ptr<connection>) + 2 * sizeof(std::uint32_t) + 4);
    constexpr std::uint64_t timers = growth * (sizeof(std::uint32_t) + 2 * sizeof(time_point));
    constexpr std::uint64_t lists = 3 * 4 * sizeof(connection_id);
    constexpr std::uint64_t source = allocated_bytes(4 * sizeof(void*) + sizeof(origin) + sizeof(source_record));
    return allocated_bytes(sizeof(connection)) + source + table + timers + lists;
}

// Unanswered requests and unwritten answers share one bound, so the larger of the two entries counts for each. The
// blocks that short queues keep come on top.
std::uint64_t bytes_of_answers(const options& bounds) {
    constexpr std::uint64_t place = 4 * std::max(sizeof(request), sizeof(frame));
    constexpr std::uint64_t short_queues = ring_minimum_places * (sizeof(request) + sizeof(frame));
    return place * (std::uint64_t{bounds.answers_owed_max} + 1) + short_queues;
}

std::uint64_t bytes_of_deliveries(const options& bounds) {
    return allocated_bytes(std::bit_ceil(std::uint64_t{bounds.deliveries_unanswered_max}) * sizeof(delivery));
}

// A node of the tree (three pointers and a color before the value), the bytes of the pseudo, the entry in the list.
std::uint64_t bytes_of_name(const options& bounds) {
    constexpr std::uint64_t node = 4 * sizeof(void*) + sizeof(std::pair<const std::string, connection*>);
    return allocated_bytes(node) + allocated_bytes(bounds.packet_limits.pseudo_bytes_max + 1) +
           growth * sizeof(connection*);
}

// Its two buffers. A read of n bytes counts n + tunnel_read_cost_bytes towards the bound, and takes a frame and an
// entry in a queue, so short reads take the most memory. The last read may exceed the bound.
std::uint64_t bytes_of_tunnel(const options& bounds) {
    constexpr std::uint64_t shortest_read = frame::memory_bytes(1) + memory_tally::queue_entry_bytes;
    constexpr std::uint64_t counted = 1 + options::tunnel_read_cost_bytes;
    const std::uint64_t last_read = frame::memory_bytes(bounds.receive_bytes_max) + memory_tally::queue_entry_bytes;
    const std::uint64_t buffer =
        bounds.tunnel_buffer_bytes_max / counted * std::max(shortest_read, counted) + last_read;
    return 2 * buffer;
}

// An offer, an agreement or a tunnel in the registry.
std::uint64_t bytes_of_entry(const options& bounds) {
    return tunnel_registry::tunnel_bytes_max(bounds.packet_limits.pseudo_bytes_max);
}

}  // namespace

std::uint64_t connections_max(const options& bounds) noexcept {
    const std::uint64_t ends = bounds.tunnels ? std::uint64_t{2} * bounds.tunnels_max : 0;
    return std::uint64_t{bounds.users_max} + bounds.unregistered_max + ends;
}

// The input that one client may have in hand, while it grows; the frame of one packet; blocks for the queues of the
// clients that a slice of work answers; the lists of all connections, should they grow. A generous estimate.
std::uint64_t call_bytes_max(const options& bounds) noexcept {
    constexpr std::uint64_t queues = std::uint64_t{4} << 20U;
    constexpr std::uint64_t lists = 64;
    const std::uint64_t packet = packet_bytes_max(bounds.packet_limits);
    return growth * input_buffer::memory_bytes_max(bounds.receive_bytes_max + packet) + frame::memory_bytes(packet) +
           queues + lists * connections_max(bounds);
}

std::vector<memory_item> memory_ceiling(const options& bounds) {
    const std::uint64_t connections = connections_max(bounds);
    const std::uint64_t packet = packet_bytes_max(bounds.packet_limits);
    const std::uint64_t remaining = input_buffer::memory_bytes_max(bounds.receive_bytes_max + packet);
    const std::uint64_t tunnels = bounds.tunnels ? bounds.tunnels_max : 0;
    const std::uint64_t offers = bounds.tunnels ? bounds.users_max : 0;  // PC-7: one to each user
    return {
        {"its record", "connection", connections, bytes_of_connection()},
        {"requests and answers", "connection", connections, bytes_of_answers(bounds)},
        {"its pseudo", "user", bounds.users_max, bytes_of_name(bounds)},
        {"its unanswered deliveries", "user", bounds.users_max, bytes_of_deliveries(bounds)},
        {"send permissions", "user", bounds.users_max, send_permissions::memory_bytes_max(bounds.send_permissions_max)},
        {"an offer made to it", "user", offers, bytes_of_entry(bounds)},
        {"buffers and entry of a tunnel", "tunnel", tunnels, bytes_of_tunnel(bounds) + bytes_of_entry(bounds)},
        {"users turned away beyond limits", "tunnel", tunnels,
         2 * tunnel_registry::turned_away_bytes_max(bounds.packet_limits.pseudo_bytes_max)},
        {"frames and entries of output queues", "server", 1, bounds.total_output_bytes_max},
        {"the frame that exceeds that bound", "server", 1, frame::memory_bytes(packet)},
        {"unprocessed bytes", "server", 1, bounds.total_input_bytes_max},
        {"bytes that exceed that bound, moved once", "server", 2, remaining},
    };
}

}  // namespace chatos::core
