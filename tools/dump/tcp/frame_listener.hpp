// For what needs whole frames, or the bytes of streams: the way of each frame through the dump.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

/// Told of each frame in this order: it was read, bytes of its stream are given out (its own, or those of frames that
/// waited for it), it was taken by a stream, it is done. Records of packets and events come in between, to the sinks.
/// Skipped frames are read and done, and nothing else.
class frame_listener {
public:
    frame_listener() = default;
    frame_listener(const frame_listener&) = delete;
    frame_listener& operator=(const frame_listener&) = delete;
    virtual ~frame_listener() = default;

    /// A frame was read; its number in its capture is one more than the last one's. Views live until the call returns.
    virtual void frame_read(std::uint64_t number, const captured_frame& frame) = 0;
    /// The next bytes of a direction; they came in the frame of at.capture->mark. Never empty.
    virtual void bytes_given(const stream_position& at, std::span<const std::byte> bytes) = 0;
    /// The frame that was read last is of this stream. `is_waiting`: bytes of this direction, perhaps its own, are held
    /// until missing ones come.
    virtual void segment_taken(std::uint32_t stream, stream_direction direction, bool is_waiting) = 0;
    /// Nothing more is known of the frame that was read last.
    virtual void frame_done() = 0;
    /// The capture has ended, and everything that was held has been given out.
    virtual void capture_done() = 0;
};

}  // namespace chatos::dump
