#include "dump/expected_records.hpp"

#include "dump/stream/stream_reader.hpp"

#include <algorithm>

namespace chatos::fuzz {

bool expected_records::next(expected_record& record) {
    const std::span<const std::byte> remaining = stream_.bytes.subspan(start_);
    if (remaining.empty()) {
        return false;
    }
    record.result = decode(remaining, stream_.bounds, start_);
    record.offset = start_;
    account_.input_bytes += remaining.size();
    switch (record.result.status) {
    case decode_status::complete:
        record.bytes = remaining.first(record.result.consumed);
        start_ += record.result.consumed;
        account_.packets += 1;
        account_.packet_bytes += record.result.consumed;
        account_.input_bytes -= remaining.size() - record.result.consumed;
        break;
    case decode_status::incomplete:
        record.bytes = remaining;
        start_ = stream_.bytes.size();
        account_.incomplete_bytes = remaining.size();
        break;
    case decode_status::malformed: {
        const std::uint64_t end = record.result.error.offset + dump::stream_reader::context_bytes;
        record.bytes = remaining.first(std::min<std::uint64_t>(end - start_, remaining.size()));
        start_ = stream_.bytes.size();
        account_.malformed_bytes = remaining.size();
        break;
    }
    }
    return true;
}

}  // namespace chatos::fuzz
