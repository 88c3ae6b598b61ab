#include "agreement.hpp"

#include "base/hex.hpp"
#include "decode_batch_with.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <cassert>

namespace chatos::testing {
namespace {

/// Where the streams start, so that a decoder that forgets to add it is found out.
constexpr std::uint64_t stream_position = 5'000'000'000;

}  // namespace

void naive_readings::look_at(byte_view stream, std::uint64_t position) {
    assert(stream.size() <= stream_bytes_max);
    stream_ = stream;
    position_ = position;
    ++stream_number_;
}

const naive::reading& naive_readings::at(std::size_t start, std::size_t end) {
    remembered& reading = readings_[start * (stream_bytes_max + 1) + end];
    if (reading.stream_number != stream_number_) {
        reading = {stream_number_, naive_read(stream_.first(end).subspan(start), limits_, position_ + start)};
    }
    return reading.reading;
}

agreement::agreement(const limits& bounds)
    : bounds_{bounds}, naive_limits_{naive_limits(bounds)}, readings_{naive_limits_},
      storage_(packet_bytes_max(bounds)) {}

void agreement::check_whole(byte_view input) {
    if (disagreement_.empty()) {
        expect_from(input);
        check_decode(input);
        for (const detail::kernel& fast : detail::usable_kernels()) {
            check_batch(input, fast);
        }
    }
}

void agreement::check_truncations(byte_view input) {
    for (std::size_t size = 0; size <= input.size() && disagreement_.empty(); ++size) {
        check_whole(input.first(size));
    }
}

void agreement::check_splits(byte_view input) {
    readings_.look_at(input, 0);
    for (std::size_t size = 0; size <= input.size(); ++size) {
        for (std::size_t cut = 0; cut <= size && disagreement_.empty(); ++cut) {
            check_fragments(input, std::array{cut, size});
        }
    }
}

void agreement::check_byte_by_byte(byte_view input) {
    readings_.look_at(input, 0);
    std::vector<std::size_t> ends;
    for (std::size_t end = 1; end <= input.size(); ++end) {
        ends.push_back(end);
    }
    check_fragments(input, ends);
}

void agreement::check_decode(byte_view input) {
    const naive::reading& expected = expected_packets_.empty() ? expected_ending_ : expected_packets_.front();
    const decode_result result = decode(input, bounds_, stream_position);
    const bool views_lie_there = lies_there(result.packet.pseudo, expected.pseudo, input) &&
                                 lies_there(result.packet.message, expected.message, input);
    if (compare(result, expected, input, "decode()") && !views_lie_there) {
        disagreement_ = "decode(): a view lies elsewhere: " + base::to_hex(input);
    }
}

void agreement::expect_from(byte_view input) {
    expected_packets_.clear();
    expected_bytes_ = 0;
    while (expected_packets_.size() < batch_packets_max) {
        expected_ending_ = naive_read(input.subspan(expected_bytes_), naive_limits_, stream_position + expected_bytes_);
        if (expected_ending_.kind != naive::outcome::whole) {
            break;
        }
        expected_packets_.push_back(expected_ending_);
        expected_bytes_ += expected_ending_.bytes;
    }
}

void agreement::check_batch(byte_view input, const detail::kernel& fast) {
    // What is there from before must not pass for a result.
    const std::size_t soiled = std::min(expected_packets_.size() + 1, batch_packets_max);
    std::fill_n(batch_.begin(), soiled, packet_view{.op = opcode{0xEE}, .code = error_code{0xEE}});
    const batch_result result = detail::decode_batch_with(fast, input, batch_, bounds_, stream_position);
    if (result.count != expected_packets_.size() || result.consumed != expected_bytes_) {
        disagreement_ = std::string{fast.name} + " takes " + std::to_string(result.count) +
                        " packets, the naive decoder " + std::to_string(expected_packets_.size()) + ": " +
                        base::to_hex(input);
        return;
    }
    byte_view remaining = input;
    for (std::size_t index = 0; index < result.count; ++index) {
        const naive::reading& expected = expected_packets_[index];
        const packet_view& packet = batch_[index];
        compare({.status = decode_status::complete, .packet = packet, .consumed = expected.bytes}, expected, remaining,
                fast.name);
        if (!lies_there(packet.pseudo, expected.pseudo, remaining) ||
            !lies_there(packet.message, expected.message, remaining)) {
            disagreement_ = std::string{fast.name} + ": a view lies elsewhere: " + base::to_hex(input);
        }
        remaining = remaining.subspan(expected.bytes);
    }
    if (result.count < batch_.size()) {
        compare({.status = result.status, .need = result.need, .error = result.error}, expected_ending_, remaining,
                fast.name);
    } else if (result.status != decode_status::complete) {
        disagreement_ = std::string{fast.name} + ": looked beyond a full array";
    }
}

void agreement::check_fragments(byte_view input, std::span<const std::size_t> ends) {
    stream_decoder decoder{storage_, bounds_};
    std::size_t packet_start = 0;
    std::size_t fragment_start = 0;
    for (const std::size_t fragment_end : ends) {
        byte_view fragment = input.first(fragment_end).subspan(fragment_start);
        fragment_start = fragment_end;
        for (bool more = true; more;) {
            const naive::reading& expected = readings_.at(packet_start, fragment_end);
            const decode_result result = decoder.next(fragment);
            if (!compare(result, expected, input.subspan(packet_start), "stream_decoder")) {
                return;
            }
            if (expected.kind == naive::outcome::wrong) {
                compare(decoder.next(fragment), expected, input.subspan(packet_start), "stream_decoder, asked again");
                return;
            }
            more = expected.kind == naive::outcome::whole;
            packet_start += expected.bytes;
            const std::size_t held = more ? 0 : fragment_end - packet_start;
            const std::size_t left = more ? fragment_end - packet_start : 0;
            if (decoder.offset() != packet_start || decoder.buffered() != held || fragment.size() != left) {
                disagreement_ =
                    "stream_decoder: took too much or too little: " + base::to_hex(input.first(fragment_end));
                return;
            }
        }
    }
}

bool agreement::compare(const decode_result& result, const naive::reading& expected, byte_view packet,
                        const char* decoder) {
    ++cases_;
    if (agree(result, expected, packet)) {
        return true;
    }
    disagreement_ = std::string{decoder} + " says " + in_words(result) + ", the naive decoder " + in_words(expected) +
                    ", of " + base::to_hex(packet.first(std::min<std::size_t>(packet.size(), 300)));
    return false;
}

}  // namespace chatos::testing
