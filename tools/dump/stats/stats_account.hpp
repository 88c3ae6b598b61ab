// What --stats counts.
#pragma once

#include "dump/record/client_names.hpp"
#include "dump/record/record.hpp"
#include "dump/stats/round_trips.hpp"

#include <chatos/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace chatos::dump {

struct traffic {
    std::uint64_t packets{0};
    std::uint64_t bytes{0};
};

/// By direction.
using traffic_pair = std::array<traffic, 2>;

struct stream_traffic {
    traffic_pair ways{};
    std::uint64_t events{0};
    std::string client{};  ///< address and port; empty for raw streams
    std::string server{};
};

struct stats_account {
    /// Of more streams than this no table is kept.
    static constexpr std::size_t streams_max = 20;

    std::array<traffic_pair, packet_table.size()> packets{};  ///< in the table's order
    std::array<std::array<std::uint64_t, 6>, 2> answers{};    ///< by direction and code
    std::map<std::string_view, traffic> events;               ///< by name: how many, and their bytes
    round_trips trips;
    std::map<std::uint32_t, stream_traffic> streams;  ///< at most streams_max
    bool has_more_streams{false};
    client_names names;
};

}  // namespace chatos::dump
