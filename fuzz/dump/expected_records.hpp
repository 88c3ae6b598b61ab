// What a dump must say about a stream, from decode() alone: packet by packet, then how the stream ends. Knows nothing
// of fragments, files or forms of output.
#pragma once

#include "dump/record/record.hpp"

#include <chatos/decode.hpp>
#include <chatos/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// A stream, and how to read it.
struct dumped_stream {
    std::span<const std::byte> bytes{};
    limits bounds{};
    dump::stream_direction direction{dump::stream_direction::client_to_server};
};

struct expected_record {
    decode_result result{};  ///< its status says which kind of record it is
    std::uint64_t offset{0};
    /// The packet, or what there is of it; of a malformed one up to the end of the context of its error.
    std::span<const std::byte> bytes{};
};

/// Walks over the records of a stream.
class expected_records {
public:
    explicit expected_records(const dumped_stream& stream) : stream_{stream} {}

    /// False when the stream has no more; the account is complete then.
    [[nodiscard]] bool next(expected_record& record);
    /// Of the records so far, and of the whole stream after a malformed one.
    [[nodiscard]] const dump::totals& account() const noexcept { return account_; }

private:
    dumped_stream stream_;
    std::size_t start_{0};
    dump::totals account_{.streams = 1};
};

}  // namespace chatos::fuzz
