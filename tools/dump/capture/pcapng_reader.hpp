// The block format (pcapng): sections of either byte order, interfaces with a link type and a clock each, packets in
// three kinds of blocks. Unknown blocks are skipped, whatever their length.
#pragma once

#include "dump/capture/capture_step.hpp"
#include "dump/capture/wire_numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace chatos::dump {

class pcapng_reader {
public:
    /// Known blocks are held whole; a file with a longer one is malformed.
    static constexpr std::uint32_t known_block_bytes_max = 1U << 20U;
    static constexpr std::size_t interfaces_max = 65'536;

    /// True when a file that starts with these four bytes has this format.
    [[nodiscard]] static bool matches(std::span<const std::byte, 4> start) noexcept;

    /// Reads at most one block at the start of `bytes`.
    [[nodiscard]] capture_step next(std::span<const std::byte> bytes);
    /// Why the last step was `invalid`.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    /// What the reader is in the middle of, given that `rest` holds the last bytes of the file.
    [[nodiscard]] std::string unfinished(std::span<const std::byte> remaining) const;

private:
    struct capture_interface {
        std::uint16_t link_type{0};
        std::uint32_t snap_bytes{0};                ///< 0: no limit
        std::uint64_t units_per_second{1'000'000};  ///< 0: no clock that can be read
        std::int64_t offset_seconds{0};
    };
    struct packet_fields {
        std::uint32_t interface_number{0};
        std::uint64_t units{0};
        std::uint32_t captured{0};
        std::uint32_t original{0};
        std::size_t data_position{0};
    };

    capture_step fail(std::string problem);
    capture_step start_block(std::span<const std::byte> bytes);
    capture_step read_block(std::span<const std::byte> block);
    capture_step read_section(std::span<const std::byte> block);
    capture_step read_interface(std::span<const std::byte> block);
    capture_step read_packet(std::span<const std::byte> block, const packet_fields& fields, bool has_time);
    capture_step read_simple_packet(std::span<const std::byte> block);
    void read_interface_options(std::span<const std::byte> options, capture_interface& described) const;
    [[nodiscard]] std::uint32_t word(std::span<const std::byte> bytes, std::size_t at) const noexcept {
        return number_at<std::uint32_t>(bytes, at, order_);
    }

    bool has_section_{false};
    byte_order order_{byte_order::little};
    std::vector<capture_interface> interfaces_;
    std::uint32_t skipped_block_bytes_{0};  // not 0: the trailer of a block that was passed over comes next
    std::string problem_;
};

}  // namespace chatos::dump
