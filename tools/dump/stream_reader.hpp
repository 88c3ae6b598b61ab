// One direction of one stream: bytes in fragments of any size go in, records come out. It holds no more than the
// packet that is unfinished, whatever the length of the stream.
#pragma once

#include "dump/record.hpp"

#include <chatos/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace chatos::dump {

/// Differs from chatos::stream_decoder in what a dump needs: the bytes of each packet beside its fields, the bytes
/// around an error, and storage that grows only with the packets that are really there, so that a user may raise the
/// limits to the largest sizes of the wire.
class stream_reader {
public:
    /// The record that is shown of a malformed packet reaches so many bytes behind the place of the error.
    static constexpr std::size_t context_bytes = 16;

    stream_reader(std::uint32_t stream, direction way, const limits& bounds, record_sink& sink, totals& account);

    /// Takes the next bytes of the stream. What they complete is given to the sink before the call returns.
    void take(std::span<const std::byte> fragment);
    /// The stream has ended; called once, after the last take().
    void end();

    /// Bytes that are kept between calls: at most one packet and the context of an error.
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_.size(); }

private:
    [[nodiscard]] record_place here() const noexcept { return {stream_, way_, offset_}; }
    [[nodiscard]] malformed_record broken_record() const noexcept;
    void take_held(std::span<const std::byte>& fragment);
    void take_whole(std::span<const std::byte>& fragment);
    void give(std::span<const std::byte> bytes, const decode_result& result);
    void lose(std::span<const std::byte> fragment);

    std::uint32_t stream_;
    direction way_;
    limits bounds_;
    record_sink* sink_;
    totals* account_;
    std::vector<std::byte> held_;  // start of the unfinished or the malformed packet
    std::size_t need_{1};
    std::uint64_t offset_{0};  // of the first byte that belongs to no packet given out
    std::optional<decode_error> error_;
    std::uint64_t lost_bytes_{0};
    bool malformed_shown_{false};
};

}  // namespace chatos::dump
