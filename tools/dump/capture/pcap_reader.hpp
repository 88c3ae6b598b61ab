// The classic capture format: a header of 24 bytes, then records. Both byte orders, micro- and nanoseconds.
#pragma once

#include "dump/capture/capture_step.hpp"
#include "dump/capture/wire_numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace chatos::dump {

class pcap_reader {
public:
    /// True when a file that starts with these four bytes has this format.
    [[nodiscard]] static bool matches(std::span<const std::byte, 4> start) noexcept;

    /// Reads at most one record at the start of `bytes`.
    [[nodiscard]] capture_step next(std::span<const std::byte> bytes);
    /// Why the last step was `invalid`.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    /// What the reader is in the middle of, given that `rest` holds the last bytes of the file: "a packet's header".
    [[nodiscard]] std::string unfinished(std::span<const std::byte> remaining) const;

private:
    capture_step read_header(std::span<const std::byte> bytes);

    bool has_header_{false};
    byte_order order_{byte_order::little};
    std::uint32_t units_per_second_{1'000'000};
    std::size_t record_header_bytes_{16};
    std::uint16_t minor_version_{4};
    std::uint16_t link_type_{0};
    std::string problem_;
};

}  // namespace chatos::dump
