#include "dump/capture/pcapng_reader.hpp"

#include <algorithm>
#include <utility>

namespace chatos::dump {

namespace {

constexpr std::uint32_t section_type = 0x0A0D'0D0A;  // the same in both byte orders
constexpr std::uint32_t interface_type = 1;
constexpr std::uint32_t packet_type = 2;  // obsolete
constexpr std::uint32_t simple_packet_type = 3;
constexpr std::uint32_t enhanced_packet_type = 6;
constexpr std::uint32_t order_magic = 0x1A2B'3C4D;
constexpr std::size_t head_bytes = 8;     // type and length
constexpr std::size_t trailer_bytes = 4;  // the length once more
constexpr std::size_t frame_bytes = head_bytes + trailer_bytes;

constexpr std::size_t padded(std::size_t bytes) noexcept {
    return (bytes + 3) & ~std::size_t{3};
}

/// The smallest length that a block of this type can have; 0 for a type whose content does not count here.
constexpr std::uint32_t least_block_bytes(std::uint32_t type) noexcept {
    switch (type) {
    case section_type: return frame_bytes + 16;
    case interface_type: return frame_bytes + 8;
    case packet_type:
    case enhanced_packet_type: return frame_bytes + 20;
    case simple_packet_type: return frame_bytes + 4;
    default: return 0;
    }
}

/// Units per second of an if_tsresol option, or 0 where no number of 64 bits can hold them.
constexpr std::uint64_t resolution_of(std::uint8_t option) noexcept {
    const unsigned exponent = option & 0x7FU;
    if ((option & 0x80U) != 0) {
        return exponent < 64 ? std::uint64_t{1} << exponent : 0;
    }
    std::uint64_t units = 1;
    for (unsigned count = 0; count < exponent; ++count) {
        if (units > UINT64_MAX / 10) {
            return 0;
        }
        units *= 10;
    }
    return units;
}

}  // namespace

bool pcapng_reader::matches(std::span<const std::byte, 4> start) noexcept {
    return number_at<std::uint32_t>(start, 0, byte_order::big) == section_type;
}

capture_step pcapng_reader::fail(std::string problem) {
    problem_ = std::move(problem);
    return capture_step::fails();
}

capture_step pcapng_reader::next(std::span<const std::byte> bytes) {
    if (skipped_block_bytes_ != 0) {
        if (bytes.size() < trailer_bytes) {
            return capture_step::needs(trailer_bytes);
        }
        const std::uint32_t expected = std::exchange(skipped_block_bytes_, 0);
        if (const std::uint32_t trailer = word(bytes, 0); trailer != expected) {
            return fail("a block of " + std::to_string(expected) + " bytes ends with the length " +
                        std::to_string(trailer));
        }
        return capture_step::skips(trailer_bytes);
    }
    return start_block(bytes);
}

capture_step pcapng_reader::start_block(std::span<const std::byte> bytes) {
    if (bytes.size() < head_bytes + 4) {
        return capture_step::needs(head_bytes + 4);  // the shortest block, or a section's byte-order magic
    }
    const std::uint32_t type = word(bytes, 0);
    if (type == section_type) {
        const auto magic = number_at<std::uint32_t>(bytes, head_bytes, byte_order::big);
        if (magic != order_magic && magic != swapped(order_magic)) {
            return fail("a section's byte-order magic is wrong");
        }
        order_ = magic == order_magic ? byte_order::big : byte_order::little;
    } else if (!has_section_) {
        return fail("the first block is not a section header");
    }
    const std::uint32_t length = word(bytes, 4);
    if (length % 4 != 0 || length < std::max<std::size_t>(frame_bytes, least_block_bytes(type))) {
        return fail("a block of type " + std::to_string(type) + " says that it has " + std::to_string(length) +
                    " bytes, which no such block can have");
    }
    if (least_block_bytes(type) == 0) {
        skipped_block_bytes_ = length;
        return capture_step::skips(length - trailer_bytes);
    }
    if (length > known_block_bytes_max) {
        return fail("a block says that it has " + std::to_string(length) + " bytes, over the maximum of " +
                    std::to_string(known_block_bytes_max));
    }
    if (bytes.size() < length) {
        return capture_step::needs(length);
    }
    if (const std::uint32_t trailer = word(bytes, length - trailer_bytes); trailer != length) {
        return fail("a block of " + std::to_string(length) + " bytes ends with the length " + std::to_string(trailer));
    }
    capture_step step = read_block(bytes.first(length));
    step.consumed = length;
    return step;
}

capture_step pcapng_reader::read_block(std::span<const std::byte> block) {
    switch (word(block, 0)) {
    case section_type: return read_section(block);
    case interface_type: return read_interface(block);
    case simple_packet_type: return read_simple_packet(block);
    case packet_type:
        return read_packet(block,
                           {.interface_number = number_at<std::uint16_t>(block, 8, order_),
                            .units = std::uint64_t{word(block, 12)} << 32U | word(block, 16),
                            .captured = word(block, 20),
                            .original = word(block, 24),
                            .data_position = 28},
                           true);
    default:
        return read_packet(block,
                           {.interface_number = word(block, 8),
                            .units = std::uint64_t{word(block, 12)} << 32U | word(block, 16),
                            .captured = word(block, 20),
                            .original = word(block, 24),
                            .data_position = 28},
                           true);
    }
}

capture_step pcapng_reader::read_section(std::span<const std::byte> block) {
    if (const auto version = number_at<std::uint16_t>(block, 12, order_); version != 1) {
        return fail("a section has version " + std::to_string(version) + ", not 1");
    }
    has_section_ = true;
    interfaces_.clear();
    return capture_step::skips(block.size());
}

capture_step pcapng_reader::read_interface(std::span<const std::byte> block) {
    if (interfaces_.size() == interfaces_max) {
        return fail("a section describes more than " + std::to_string(interfaces_max) + " interfaces");
    }
    capture_interface described{.link_type = number_at<std::uint16_t>(block, 8, order_), .snap_bytes = word(block, 12)};
    read_interface_options(block.subspan(16, block.size() - 16 - trailer_bytes), described);
    interfaces_.push_back(described);
    return capture_step::skips(block.size());
}

/// Options may end early, without an end mark: those that are whole count.
void pcapng_reader::read_interface_options(std::span<const std::byte> options, capture_interface& described) const {
    constexpr std::uint16_t end_code = 0;
    constexpr std::uint16_t resolution_code = 9;
    constexpr std::uint16_t offset_code = 14;
    while (options.size() >= 4) {
        const auto code = number_at<std::uint16_t>(options, 0, order_);
        const std::size_t length = number_at<std::uint16_t>(options, 2, order_);
        if (code == end_code || options.size() - 4 < length) {
            return;
        }
        if (code == resolution_code && length == 1) {
            described.units_per_second = resolution_of(byte_at(options, 4));
        } else if (code == offset_code && length == 8) {
            described.offset_seconds = static_cast<std::int64_t>(number_at<std::uint64_t>(options, 4, order_));
        }
        options = options.subspan(std::min(options.size(), 4 + padded(length)));
    }
}

capture_step pcapng_reader::read_packet(std::span<const std::byte> block, const packet_fields& fields, bool has_time) {
    if (fields.interface_number >= interfaces_.size()) {
        return fail("a packet is of interface " + std::to_string(fields.interface_number) +
                    ", and the section describes " + std::to_string(interfaces_.size()));
    }
    const std::size_t room = block.size() - fields.data_position - trailer_bytes;
    if (fields.captured > room || fields.captured > frame_bytes_max) {
        return fail("a packet's block of " + std::to_string(block.size()) + " bytes says that " +
                    std::to_string(fields.captured) + " bytes were captured of " + std::to_string(fields.original));
    }
    const capture_interface& from = interfaces_[fields.interface_number];
    const bool has_clock = from.units_per_second != 0;
    capture_time time{};
    if (has_time && has_clock) {
        time = make_time(0, fields.units, from.units_per_second);
        // A sum that no clock shows is as good as any other, but it must not overflow.
        time.seconds = static_cast<std::int64_t>(static_cast<std::uint64_t>(time.seconds) +
                                                 static_cast<std::uint64_t>(from.offset_seconds));
    }
    capture_step step{.status = step_status::frame,
                      .consumed = block.size(),
                      .frame = {.time = time,
                                .link_type = from.link_type,
                                .bytes = block.subspan(fields.data_position, fields.captured)}};
    if (has_time && !has_clock) {
        step.frame.add(frame_flaw::clock);
    }
    set_original_bytes(step.frame, fields.original);
    return step;
}

/// A simple packet is of the first interface, has no time, and says its captured length only by that interface's
/// limit. One of no length has all that its block holds.
capture_step pcapng_reader::read_simple_packet(std::span<const std::byte> block) {
    const std::uint32_t original = word(block, 8);
    const std::size_t room = block.size() - 12 - trailer_bytes;
    std::uint32_t captured = original != 0 ? original : static_cast<std::uint32_t>(room);
    if (!interfaces_.empty() && interfaces_.front().snap_bytes != 0) {
        captured = std::min(captured, interfaces_.front().snap_bytes);
    }
    return read_packet(block, {.captured = captured, .original = original, .data_position = 12}, false);
}

std::string pcapng_reader::unfinished(std::span<const std::byte> remaining) const {
    if (skipped_block_bytes_ != 0) {
        return "a block";
    }
    return remaining.size() < head_bytes + 4 ? "a block's header" : "a block";
}

}  // namespace chatos::dump
