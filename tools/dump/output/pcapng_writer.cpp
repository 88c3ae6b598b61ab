#include "dump/output/pcapng_writer.hpp"

#include "base/utf8_text.hpp"

#include <algorithm>
#include <span>

namespace chatos::dump {

namespace {

using base::wire::byte_string;

constexpr std::uint16_t comment_code = 1;
constexpr std::uint16_t resolution_code = 9;
constexpr std::uint16_t offset_code = 14;

/// So many seconds fit into 64 bits as nanoseconds; other times are counted from a multiple of them.
constexpr std::int64_t countable_seconds = std::int64_t{1} << 33U;

constexpr std::int64_t offset_of(std::int64_t seconds) noexcept {
    return seconds & ~(countable_seconds - 1);
}

}  // namespace

pcapng_writer::pcapng_writer(output& out) : out_{out} {
    write();
}

void pcapng_writer::write() {
    const byte_string blocks = blocks_.take();
    out_.add(base::as_text(blocks));
}

std::uint32_t pcapng_writer::interface_for(const clock_link& wanted) {
    const auto known = std::ranges::find(interfaces_, wanted);
    if (known != interfaces_.end()) {
        return static_cast<std::uint32_t>(known - interfaces_.begin());
    }
    if (interfaces_.size() == interfaces_max) {
        interfaces_.clear();
        blocks_.section(std::endian::little);
    }
    byte_string options = blocks_.option(resolution_code, base::wire::little(wanted.digits, 1));
    if (wanted.offset_seconds != 0) {
        options = base::wire::joined(
            {options,
             blocks_.option(offset_code, base::wire::little(static_cast<std::uint64_t>(wanted.offset_seconds), 8))});
    }
    blocks_.interface(wanted.link_type, 0, base::wire::joined({options, blocks_.option(0, {})}));
    interfaces_.push_back(wanted);
    return static_cast<std::uint32_t>(interfaces_.size() - 1);
}

void pcapng_writer::add(const captured_frame& frame, std::string_view comment) {
    const bool has_time = frame.time.digits != 0;
    const capture_time time = has_time ? frame.time : capture_time{.digits = 6};
    const std::int64_t offset_seconds = offset_of(time.seconds);
    std::uint64_t units_per_second = 1;
    std::uint32_t nanoseconds_per_unit = 1'000'000'000;
    for (std::uint8_t digit = 0; digit < time.digits; ++digit) {
        units_per_second *= 10;
        nanoseconds_per_unit /= 10;
    }
    base::wire::frame_claims claims{.original = frame.original_bytes};
    claims.interface_number = interface_for({frame.link_type, time.digits, offset_seconds});
    if (!comment.empty()) {
        const std::string_view text = comment.substr(0, base::whole_characters(comment, comment_bytes_max));
        claims.options =
            base::wire::joined({blocks_.option(comment_code, base::wire::raw(text)), blocks_.option(0, {})});
    }
    const auto seconds = static_cast<std::uint64_t>(time.seconds) - static_cast<std::uint64_t>(offset_seconds);
    blocks_.packet({frame.bytes.begin(), frame.bytes.end()},
                   seconds * units_per_second + time.nanoseconds / nanoseconds_per_unit, claims);
    write();
}

}  // namespace chatos::dump
