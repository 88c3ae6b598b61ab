// All connections of a capture: which one a segment belongs to, and which ones have to go when there are too many.
#pragma once

#include "dump/link/decapsulator.hpp"
#include "dump/tcp/connection.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

namespace chatos::dump {

/// Both directions of a connection have the same key: the lower end comes first.
struct connection_key {
    endpoint low;
    endpoint high;
    std::uint64_t vlan{0};
    std::uint8_t ip_version{4};

    friend bool operator==(const connection_key&, const connection_key&) = default;
};

struct connection_key_hash {
    [[nodiscard]] std::size_t operator()(const connection_key& key) const noexcept;
};

class connection_table {
public:
    /// The connection that was silent for the longest time makes room for one more than this.
    static constexpr std::size_t connections_max = 8'192;

    /// All must outlive the table. Streams are numbered from `first_stream`.
    connection_table(const server_ports& ports, capture_context& context, capture_totals& account,
                     std::uint64_t first_stream)
        : ports_{ports}, context_{context}, account_{account}, streams_{static_cast<std::uint32_t>(first_stream)} {}

    /// Takes the segment of a frame; context.now says which one.
    void take(const decapsulated_frame& frame);
    /// The capture has ended: everything that is held is given out, in the order of the streams.
    void finish();

private:
    struct entry {
        connection_key key;
        std::unique_ptr<connection> stream;
    };
    using entry_list = std::list<entry>;  // the one that was silent for the longest time first

    connection& open(entry& at, const decapsulated_frame& frame, bool is_from_low);
    connection& find(const connection_key& key, const decapsulated_frame& frame, bool is_from_low);
    void make_room();
    void save_memory();

    const server_ports& ports_;
    capture_context& context_;
    capture_totals& account_;
    entry_list entries_;
    std::unordered_map<connection_key, entry_list::iterator, connection_key_hash> index_;
    std::uint32_t streams_;
};

}  // namespace chatos::dump
