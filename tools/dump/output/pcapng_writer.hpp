// Writes captured frames as a pcapng file: each with its link type, its time and a comment.
#pragma once

#include "base/capture_builder.hpp"
#include "dump/capture/captured_frame.hpp"
#include "dump/output/output.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace chatos::dump {

/// Frames of any link types and clocks may follow each other: an interface is described for each, and a section that
/// has interfaces_max of them is followed by another. Holds no frame.
class pcapng_writer {
public:
    static constexpr std::size_t interfaces_max = 64;
    /// Longer comments are cut between characters.
    static constexpr std::size_t comment_bytes_max = 8'192;

    /// Adds to `out`, which must outlive the writer: the header of the file at once, so that a file without frames is
    /// one as well.
    explicit pcapng_writer(output& out);

    /// Adds a frame of at most frame_bytes_max bytes. Its time keeps its digits; a frame without a time gets
    /// that of 1970, because a packet without one can have no comment. `comment` is UTF-8; empty: none.
    void add(const captured_frame& frame, std::string_view comment = {});
    void flush() { out_.flush(); }

private:
    /// Frames of an interface share their link type and their clock.
    struct clock_link {
        std::uint16_t link_type{0};
        std::uint8_t digits{6};
        std::int64_t offset_seconds{0};  ///< where 64 bits cannot count from 1970

        friend bool operator==(const clock_link&, const clock_link&) = default;
    };

    std::uint32_t interface_for(const clock_link& wanted);
    void write();

    output& out_;
    base::wire::pcapng_builder blocks_;
    std::vector<clock_link> interfaces_;
};

}  // namespace chatos::dump
