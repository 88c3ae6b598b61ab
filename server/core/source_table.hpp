// What the connections of each address hold together, for the bounds per address. One record for each address that has
// connections.
#pragma once

#include "core/origin.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace chatos::core {

/// The connections of one address (connection_source::network).
struct source_record {
    origin network{};
    std::uint32_t connections{0};
    std::uint32_t users{0};
    std::size_t input_bytes{0};  ///< of a search for who holds most; meaningless outside of it
};

class source_table {
public:
    /// Counts one more connection of `network`. The record is valid until its last connection leaves.
    [[nodiscard]] source_record& join(const origin& network) {
        source_record& record = records_.try_emplace(network, source_record{.network = network}).first->second;
        ++record.connections;
        return record;
    }
    void leave(source_record& record) {
        if (--record.connections == 0) {
            records_.erase(records_.find(record.network));
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

private:
    std::map<origin, source_record> records_;  // a tree: no choice of addresses can make it slow
};

}  // namespace chatos::core
