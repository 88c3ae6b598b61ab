// Times of captures as text, in the formats of --time.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/output/output.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace chatos::dump {

enum class time_format : std::uint8_t {
    absolute,  ///< 2023-11-14T22:13:20.003000Z
    relative,  ///< seconds since the first frame of the capture
    delta,     ///< seconds since the line before
    epoch,     ///< seconds since 1970
};

/// Adds seconds since 1970 with the digits that the capture has: 1700000000.003000.
void add_epoch(output& out, const capture_time& time);
/// Adds the calendar time, UTC; seconds since 1970 if it is out of the calendar's range.
void add_calendar(output& out, const capture_time& time);

/// Room that time_column::write() needs.
inline constexpr std::size_t time_room = 128;

/// The first column of a capture's lines.
class time_column {
public:
    explicit time_column(time_format format) noexcept : format_{format} {}

    /// Another capture begins; this is when its first frame came.
    void start(const capture_time& first) noexcept;
    /// Adds the time in the chosen form, "-" for a frame without one, with spaces after what has fewer digits than
    /// times before it.
    void add(output& out, const capture_time& time) { out.wrote_to(write(out.room(time_room), time)); }
    /// Writes the same and returns where it ends; up to time_room bytes from `at` on are overwritten.
    [[nodiscard]] char* write(char* at, const capture_time& time);

private:
    char* write_unknown(char* at) const;
    char* write_known(char* at, const capture_time& time);

    time_format format_;
    std::uint8_t digits_max_{0};
    std::optional<capture_time> base_;  // of relative and delta
};

}  // namespace chatos::dump
