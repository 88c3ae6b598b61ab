#include "core/memory_ceiling.hpp"

#include "core/connection.hpp"
#include "core/memory_tally.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>

namespace chatos::core {

namespace {

// A vector that has grown to n elements has room for 2n, and while it grew held the n before as well.
constexpr std::uint64_t growth = 3;

constexpr std::uint64_t ring_minimum_places = ring<int>::shrinks_above;

// The record, its place in the table and in the list of free ones, its two entries of the timers, and its names in
// the lists of changed connections and of those with work.
std::uint64_t bytes_of_connection() {
    constexpr std::uint64_t table = growth * (sizeof(std::unique_ptr<connection>) + 2 * sizeof(std::uint32_t) + 4);
    constexpr std::uint64_t timers = growth * (sizeof(std::uint32_t) + 2 * sizeof(time_point));
    constexpr std::uint64_t lists = 2 * 4 * sizeof(connection_id);
    return allocated_bytes(sizeof(connection)) + table + timers + lists;
}

// One bound holds for requests without their answer and answers that are not written together, so the dearer of the
// two places counts for each; the blocks that short queues keep come on top.
std::uint64_t bytes_of_answers(const options& chosen) {
    constexpr std::uint64_t place = 4 * std::max(sizeof(request), sizeof(frame));
    constexpr std::uint64_t short_queues = ring_minimum_places * (sizeof(request) + sizeof(frame));
    return place * (std::uint64_t{chosen.answers_owed_max} + 1) + short_queues;
}

std::uint64_t bytes_of_deliveries(const options& chosen) {
    return allocated_bytes(std::bit_ceil(std::uint64_t{chosen.deliveries_unanswered_max}) * sizeof(delivery));
}

std::uint64_t bytes_of_favours(const options& chosen) {
    return allocated_bytes(std::bit_ceil(std::uint64_t{chosen.favours_max}) * sizeof(connection_id));
}

// A node of the tree (three pointers and a colour before the value), the pseudo's own bytes, the place in the list.
std::uint64_t bytes_of_name(const options& chosen) {
    constexpr std::uint64_t node = 4 * sizeof(void*) + sizeof(std::pair<const std::string, connection*>);
    return allocated_bytes(node) + allocated_bytes(chosen.packet_limits.pseudo_bytes_max + 1) +
           growth * sizeof(connection*);
}

}  // namespace

std::uint64_t connections_max(const options& chosen) noexcept {
    return std::uint64_t{chosen.users_max} + chosen.strangers_max;
}

std::vector<memory_item> memory_ceiling(const options& chosen) {
    const std::uint64_t connections = connections_max(chosen);
    const std::uint64_t packet = packet_bytes_max(chosen.packet_limits);
    const std::uint64_t rest = input_rest::memory_bytes_max(chosen.receive_bytes_max + packet);
    return {
        {"its record", "connection", connections, bytes_of_connection()},
        {"requests and answers", "connection", connections, bytes_of_answers(chosen)},
        {"its pseudo", "user", chosen.users_max, bytes_of_name(chosen)},
        {"deliveries it has not answered", "user", chosen.users_max, bytes_of_deliveries(chosen)},
        {"favours", "user", chosen.users_max, bytes_of_favours(chosen)},
        {"frames and places in output queues", "server", 1, chosen.total_output_bytes_max},
        {"the frame that meets that bound", "server", 1, frame::memory_bytes(packet)},
        {"unprocessed bytes", "server", 1, chosen.total_input_bytes_max},
        {"the bytes that meet that bound, moved once", "server", 2, rest},
    };
}

}  // namespace chatos::core
