// A pcapng file whose frames are filled in after they were written.
#pragma once

#include "base/system/descriptor.hpp"
#include "dump/anonymize/frame_skeleton.hpp"
#include "dump/output/output.hpp"
#include "dump/output/pcapng_writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chatos::dump {

/// Where the payload of a frame is in the file.
struct payload_place {
    std::uint64_t position{0};
    std::size_t bytes{0};
    std::uint64_t checksum{0};  ///< position of the segment's; 0: none
};

/// Errors are remembered, see error(). Holds no frame.
class anonymized_file {
public:
    /// Makes the file, or empties it.
    explicit anonymized_file(const std::string& path);

    [[nodiscard]] payload_place add(const frame_skeleton& skeleton, const capture_time& time);
    /// Writes `bytes` from `offset` of the payload on, and corrects the checksum.
    void fill(const payload_place& place, std::size_t offset, std::span<const std::byte> bytes);
    /// What was filled in there.
    [[nodiscard]] std::vector<std::byte> filled(const payload_place& place, std::size_t offset, std::size_t bytes);

    /// The errno of the first failure, or 0.
    [[nodiscard]] int error() const noexcept { return error_ != 0 ? error_ : out_->error(); }

private:
    void read_at(std::uint64_t position, std::span<std::byte> bytes);
    void write_at(std::uint64_t position, std::span<const std::byte> bytes);

    base::descriptor descriptor_;
    int error_{0};
    std::optional<output> out_;
    std::optional<pcapng_writer> writer_;
};

}  // namespace chatos::dump
