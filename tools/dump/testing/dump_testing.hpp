// For the dump's tests: packets as bytes, and bytes as the text that the dump makes of them.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"
#include "dump/stream/stream_reader.hpp"

#include <chatos/encode.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump::testing {

using namespace std::string_view_literals;

/// A literal's bytes, NULs included: bytes_of("\x06\x00"sv).
inline std::vector<std::byte> bytes_of(std::string_view text) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span{text.data(), text.size()});
    return {bytes.begin(), bytes.end()};
}

/// The packet's bytes.
inline std::vector<std::byte> wire_of(const packet_view& packet) {
    std::vector<std::byte> bytes(encoded_size(packet));
    EXPECT_EQ(encode(packet, bytes).status, encode_status::ok);
    return bytes;
}

inline std::vector<std::byte> wire_of(std::initializer_list<packet_view> packets) {
    std::vector<std::byte> bytes;
    for (const packet_view& packet : packets) {
        const std::vector<std::byte> encoded = wire_of(packet);
        bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    }
    return bytes;
}

/// Every packet in every form that the protocol has.
inline std::vector<packet_view> every_packet() {
    return {make_cr("bob"),
            make_rpm("alice"),
            make_spm("bob", "hi"),
            make_spm("bob", ""),
            make_sma("good morning"),
            make_sma(""),
            make_pc("eve"),
            make_error(error_code::ok),
            make_error(error_code::pseudo_taken),
            make_error(error_code::out_of_capacity),
            make_error(error_code::unreachable),
            make_error(error_code::refused)};
}

/// How a test feeds a stream to a reader.
struct feeding {
    stream_direction direction{stream_direction::client_to_server};
    limits bounds{};
    std::size_t fragment_bytes{1'000'000};
};

/// Gives `bytes` in fragments, then the end, then the summary.
inline totals feed(record_sink& sink, std::span<const std::byte> bytes, const feeding& how = {}) {
    totals account;
    stream_reader reader{0, how.direction, how.bounds, sink, account};
    while (!bytes.empty()) {
        const std::size_t count = std::min(how.fragment_bytes, bytes.size());
        // A copy with an end of its own: reading past the fragment, or keeping it, would show.
        const std::vector<std::byte> fragment(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
        reader.take(fragment);
        bytes = bytes.subspan(count);
    }
    reader.end();
    sink.take(account);
    return account;
}

}  // namespace chatos::dump::testing
