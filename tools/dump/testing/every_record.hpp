// For tests of sinks: a record of each kind, and a sink that notes which kinds reach it.
#pragma once

#include "dump/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::dump::testing {

/// One record of each kind, about `stream` if it is about a stream.
inline std::vector<any_record> every_record(std::uint32_t stream) {
    const stream_position at{.stream = stream};
    const packet_record packet{.at = at, .bytes = {}, .packet = make_cr("bob")};
    const malformed_record malformed{.at = at, .bytes = {}, .error = {}};
    return {capture_start{},
            capture_event{},
            stream_start{.at = at, .name = {}},
            packet,
            hidden_packet{packet},
            hidden_loss{at},
            malformed,
            undecoded_record{.at = at, .bytes = {}},
            malformed_end{malformed},
            incomplete_record{.at = at, .bytes = {}},
            event_record{.at = at},
            direction_closed{.at = at},
            input_pause{},
            totals{}};
}

/// The kinds of records, as places in any_record.
inline std::vector<std::size_t> kinds_of(const std::vector<any_record>& records) {
    std::vector<std::size_t> kinds;
    for (const any_record& record : records) {
        kinds.push_back(record.index());
    }
    return kinds;
}

struct kind_list final : record_sink {
    void take(const any_record& record) override { kinds.push_back(record.index()); }

    std::vector<std::size_t> kinds;
};

}  // namespace chatos::dump::testing
