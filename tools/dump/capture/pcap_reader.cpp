#include "dump/capture/pcap_reader.hpp"

#include <utility>

namespace chatos::dump {

namespace {

constexpr std::size_t header_bytes = 24;
constexpr std::uint32_t magic_microseconds = 0xA1B2'C3D4;
constexpr std::uint32_t magic_nanoseconds = 0xA1B2'3C4D;
/// A Linux variant of 1999 with eight more bytes in each record's header.
constexpr std::uint32_t magic_long_records = 0xA1B2'CD34;
constexpr std::size_t long_record_extra_bytes = 8;
/// Files of a lower minor version have the two lengths of a record in the other order, those of this one have either.
constexpr std::uint16_t swapping_version = 3;

constexpr bool is_magic(std::uint32_t number) noexcept {
    return number == magic_microseconds || number == magic_nanoseconds || number == magic_long_records;
}

}  // namespace

bool pcap_reader::matches(std::span<const std::byte, 4> start) noexcept {
    return is_magic(number_at<std::uint32_t>(start, 0, byte_order::big)) ||
           is_magic(number_at<std::uint32_t>(start, 0, byte_order::little));
}

capture_step pcap_reader::read_header(std::span<const std::byte> bytes) {
    if (bytes.size() < header_bytes) {
        return capture_step::needs(header_bytes);
    }
    order_ = is_magic(number_at<std::uint32_t>(bytes, 0, byte_order::big)) ? byte_order::big : byte_order::little;
    const auto magic = number_at<std::uint32_t>(bytes, 0, order_);
    const auto version = number_at<std::uint16_t>(bytes, 4, order_);
    if (!is_magic(magic) || version != 2) {
        problem_ = "the file's header has version " + std::to_string(version) + ", not 2";
        return capture_step::fails();
    }
    minor_version_ = number_at<std::uint16_t>(bytes, 6, order_);
    units_per_second_ = magic == magic_nanoseconds ? 1'000'000'000 : 1'000'000;
    record_header_bytes_ = magic == magic_long_records ? 16 + long_record_extra_bytes : 16;
    // The upper half holds the length of the frames' check sequence and its flags.
    link_type_ = static_cast<std::uint16_t>(number_at<std::uint32_t>(bytes, 20, order_) & 0xFFFFU);
    has_header_ = true;
    return capture_step::skips(header_bytes);
}

capture_step pcap_reader::next(std::span<const std::byte> bytes) {
    if (!has_header_) {
        return read_header(bytes);
    }
    if (bytes.size() < record_header_bytes_) {
        return capture_step::needs(record_header_bytes_);
    }
    const auto seconds = number_at<std::uint32_t>(bytes, 0, order_);
    const auto fraction = number_at<std::uint32_t>(bytes, 4, order_);
    auto captured = number_at<std::uint32_t>(bytes, 8, order_);
    auto original = number_at<std::uint32_t>(bytes, 12, order_);
    if (minor_version_ < swapping_version || (minor_version_ == swapping_version && captured > original)) {
        std::swap(captured, original);
    }
    if (captured > frame_bytes_max) {
        problem_ = "a packet's header says that " + std::to_string(captured) +
                   " bytes were captured, over the maximum of " + std::to_string(frame_bytes_max);
        return capture_step::fails();
    }
    const std::size_t record_bytes = record_header_bytes_ + captured;
    if (bytes.size() < record_bytes) {
        return capture_step::needs(record_bytes);
    }
    capture_step step{.status = step_status::frame,
                      .consumed = record_bytes,
                      .frame = {.time = make_time(seconds, fraction, units_per_second_),
                                .link_type = link_type_,
                                .bytes = bytes.subspan(record_header_bytes_, captured)}};
    set_original_bytes(step.frame, original);
    return step;
}

std::string pcap_reader::unfinished(std::span<const std::byte> remaining) const {
    if (!has_header_) {
        return "the file's header";
    }
    return remaining.size() < record_header_bytes_ ? "a packet's header" : "a packet";
}

}  // namespace chatos::dump
