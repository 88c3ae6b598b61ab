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
/// Skipped frames are read and done, and nothing else. A segment that was held may be taken while another frame is.
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
    /// The frame of at.capture->mark is of this direction; the offset says nothing. `is_waiting`: something of the
    /// direction, perhaps of this frame, is held until more is known.
    virtual void segment_taken(const stream_position& at, bool is_waiting) = 0;
    /// The segment of the frame that was read last is held until it is known of which stream it is, if of any.
    virtual void segment_held() = 0;
    /// The segment of the frame that was read last came in these frames, of which it is the last.
    virtual void fragments_joined(std::span<const std::uint64_t> numbers) = 0;
    /// Nothing more is known of the frame that was read last. `is_held`: it is a fragment that waits for others.
    virtual void frame_done(bool is_held) = 0;
    /// Whether everything of a direction that is known to exist has been given out: nothing is held, and the other side
    /// has acknowledged nothing else. True until it is told.
    virtual void completeness_changed(std::uint32_t /*stream*/, stream_direction /*direction*/, bool /*is_complete*/) {}
    /// The capture has ended, and everything that was held has been given out.
    virtual void capture_done() = 0;
};

}  // namespace chatos::dump
