// Capture files in pieces: bytes of any format go in, frames come out. Knows no files; what it holds is bounded by the
// largest frame.
#pragma once

#include "dump/capture/capture_step.hpp"
#include "dump/capture/pcap_reader.hpp"
#include "dump/capture/pcapng_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

namespace chatos::dump {

/// Keeps no bytes: the caller passes those not consumed yet, and after `need` the same ones with more appended.
class capture_reader {
public:
    /// A step at the start of `bytes`, which begin where the last step ended. Never asks for more than
    /// step_bytes_max.
    [[nodiscard]] capture_step next(std::span<const std::byte> bytes);
    /// The file ends after `rest`, at which the last step was `need`. Empty if a file may end there, else the error.
    [[nodiscard]] std::string end(std::span<const std::byte> remaining) const;
    /// Why the last step was `invalid`: the reason, and what to do.
    [[nodiscard]] std::string problem() const;

    static constexpr std::size_t step_bytes_max = pcapng_reader::known_block_bytes_max;

private:
    std::variant<std::monostate, pcap_reader, pcapng_reader> format_;
};

}  // namespace chatos::dump
