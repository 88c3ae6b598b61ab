// Whether the codec and the naive decoder say the same of the same bytes: status, consumed bytes, fields, need, error,
// field and offset. Counts what was compared and keeps the first disagreement in words.
#pragma once

#include "comparison.hpp"

#include <chatos/decode.hpp>
#include <chatos/stream_decoder.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace chatos::detail {
struct kernel;
}

namespace chatos::testing {

/// What the naive decoder reads at each place of a short stream, remembered as long as the stream is the same.
class naive_readings {
public:
    static constexpr std::size_t stream_bytes_max = 128;

    explicit naive_readings(const naive::size_limits& limits) : limits_{limits} {}

    /// From now on `stream`, the first byte of which is at `position`; it is not copied.
    void look_at(byte_view stream, std::uint64_t position);
    /// The packet that starts at `start`, of which the bytes up to `end` are there.
    [[nodiscard]] const naive::reading& at(std::size_t start, std::size_t end);

private:
    struct remembered {
        std::uint64_t stream_number{0};
        naive::reading reading{};
    };

    naive::size_limits limits_;
    byte_view stream_{};
    std::uint64_t position_{0};
    std::uint64_t stream_number_{0};
    std::vector<remembered> readings_{(stream_bytes_max + 1) * (stream_bytes_max + 1)};
};

class agreement {
public:
    explicit agreement(const limits& bounds);

    /// decode() and decode_batch(), with each kernel, on the bytes as they are, however many packets they hold.
    void check_whole(byte_view input);
    /// The same on every truncation of the bytes, the whole included.
    void check_truncations(byte_view input);
    /// A stream decoder on every truncation of the bytes, each cut in two at every place. At most
    /// naive_readings::stream_bytes_max bytes.
    void check_splits(byte_view input);
    /// A stream decoder on the bytes, one at a time.
    void check_byte_by_byte(byte_view input);

    /// Comparisons so far: results of the codec that were held against one of the naive decoder.
    [[nodiscard]] std::uint64_t cases() const { return cases_; }
    /// Empty as long as all agree.
    [[nodiscard]] const std::string& disagreement() const { return disagreement_; }

private:
    /// Batches hold this many packets at most; inputs may hold more.
    static constexpr std::size_t batch_packets_max = 64;

    void expect_from(byte_view input);
    void check_decode(byte_view input);
    void check_batch(byte_view input, const detail::kernel& fast);
    void check_fragments(byte_view input, std::span<const std::size_t> ends);
    bool compare(const decode_result& result, const naive::reading& expected, byte_view packet, const char* decoder);

    limits bounds_;
    naive::size_limits naive_limits_;
    naive_readings readings_;
    std::vector<std::byte> storage_;
    std::array<packet_view, batch_packets_max> batch_{};
    // What the naive decoder reads from the input that check_whole() looks at.
    std::vector<naive::reading> expected_packets_{};
    naive::reading expected_ending_{};
    std::size_t expected_bytes_{0};
    std::uint64_t cases_{0};
    std::string disagreement_{};
};

/// What ends a test: prints how many cases of a space it ran, and expects agreement. There must have been some
/// number of them: a space that has lost its cases must not pass.
void expect_agreement(const agreement& compared, std::uint64_t cases_min, const char* space);

}  // namespace chatos::testing
