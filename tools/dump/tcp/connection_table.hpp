// All connections of a capture: which one a segment belongs to, and which ones have to go when there are too many.
#pragma once

#include "dump/link/decapsulator.hpp"
#include "dump/tcp/connection_slot.hpp"

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace chatos::dump {

struct connection_key_hash {
    [[nodiscard]] std::size_t operator()(const connection_key& key) const noexcept;
};

class connection_table {
public:
    /// The connection that was silent for the longest time makes room for one more than this.
    static constexpr std::size_t connections_max = 8'192;
    /// A reset that nobody has contradicted for so long, in the time of the capture or in frames, has ended its
    /// connection.
    static constexpr std::int64_t reset_seconds_max = 10;
    static constexpr std::uint64_t reset_frames_max = 16'384;

    /// All must outlive the table. Streams are numbered from `first_stream`.
    connection_table(const server_ports& ports, capture_context& context, capture_totals& account,
                     std::uint64_t first_stream)
        : context_{context}, account_{account}, slots_{ports, context, account,
                                                       static_cast<std::uint32_t>(first_stream)} {}

    /// Takes the segment of a frame; context.now says which one.
    void take(const decapsulated_frame& frame);
    /// The capture has ended: everything that is held is given out, in the order of the streams.
    void finish();

private:
    struct entry {
        connection_slot slot;
        std::optional<std::uint64_t> other_vlan{};  ///< of the second direction, where tags differ by direction
    };
    using entry_list = std::list<entry>;  // the one that was silent for the longest time first
    using entry_position = entry_list::iterator;
    struct unsettled_reset {
        connection_key key;
        std::uint32_t stream;
        frame_mark mark;
    };

    entry& find(const connection_key& key, const tcp_segment& tcp, bool is_from_low);
    std::optional<entry_position> find_by_other_vlan(const connection_key& key, const tcp_segment& tcp,
                                                     bool is_from_low);
    void settle_old_resets();
    void make_room();
    void forget(entry_position oldest);
    void save_memory();

    capture_context& context_;
    capture_totals& account_;
    slot_context slots_;
    entry_list entries_;
    std::unordered_map<connection_key, entry_position, connection_key_hash> index_;
    std::deque<unsettled_reset> resets_;  // in the order of the frames
    std::optional<std::uint64_t> first_vlan_;
    bool has_vlans_{false};  // other tags than first_vlan_
    /// By their endpoints the last connections with other tags than first_vlan_, a few for each pair.
    std::unordered_map<connection_key, std::vector<entry_position>, connection_key_hash> by_ends_;
};

}  // namespace chatos::dump
