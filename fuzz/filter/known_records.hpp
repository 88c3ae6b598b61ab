// Records on which filters are tried: every packet and event, each once as the dump has it and once as plain text.
#pragma once

#include "dump/filter/filter.hpp"
#include "dump/record/capture_position.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace chatos::fuzz {

/// A field's values as text: numbers in decimal, times in nanoseconds, addresses without ports (their ports are
/// `src port` and `dst port`). A field that the record lacks is not there.
using plain_fields = std::map<std::string, std::string, std::less<>>;

struct known_record {
    dump::stream_endpoints endpoints{};
    dump::capture_position place{};
    packet_view packet{};
    dump::filter_subject subject{};  // points into the members above
    plain_fields fields{};
};

/// Never moved: the records point into themselves.
[[nodiscard]] const std::deque<known_record>& known_records();

/// A message between users of which pseudo and message are those, so that filters can hit.
void fill_message(known_record& record, std::string_view pseudo, std::string_view message);

}  // namespace chatos::fuzz
