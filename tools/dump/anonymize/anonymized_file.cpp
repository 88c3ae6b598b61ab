#include "dump/anonymize/anonymized_file.hpp"

#include "dump/capture/wire_numbers.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace chatos::dump {

anonymized_file::anonymized_file(const std::string& path)
    : descriptor_{::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)} {
    if (!descriptor_.is_open()) {
        error_ = errno;
        return;
    }
    out_.emplace(descriptor_.get());
    writer_.emplace(*out_);
}

payload_place anonymized_file::add(const frame_skeleton& skeleton, const capture_time& time) {
    writer_->add({.time = time,
                  .link_type = skeleton.link_type,
                  .bytes = skeleton.bytes,
                  .original_bytes = skeleton.original_bytes});
    out_->flush();
    const off_t end = ::lseek(descriptor_.get(), 0, SEEK_CUR);
    if (end < 0) {
        error_ = error_ == 0 ? errno : error_;
        return {};
    }
    // A packet's block ends with the frame, padded to four bytes, and the block's length.
    constexpr std::uint64_t length_bytes = 4;
    const std::uint64_t padded = (skeleton.bytes.size() + 3) / 4 * 4;
    const std::uint64_t begin = static_cast<std::uint64_t>(end) - length_bytes - padded;
    return {begin + skeleton.payload, skeleton.payload_bytes, skeleton.checksum == 0 ? 0 : begin + skeleton.checksum};
}

void anonymized_file::read_at(std::uint64_t position, std::span<std::byte> bytes) {
    const ssize_t count = ::pread(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (count != static_cast<ssize_t>(bytes.size()) && error_ == 0) {
        error_ = count < 0 ? errno : EIO;
    }
}

void anonymized_file::write_at(std::uint64_t position, std::span<const std::byte> bytes) {
    const ssize_t count = ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (count != static_cast<ssize_t>(bytes.size()) && error_ == 0) {
        error_ = count < 0 ? errno : ENOSPC;
    }
}

void anonymized_file::fill(const payload_place& place, std::size_t offset, std::span<const std::byte> bytes) {
    if (offset >= place.bytes || error() != 0) {
        return;
    }
    bytes = bytes.first(std::min(bytes.size(), place.bytes - offset));
    if (place.checksum != 0) {
        const std::vector<std::byte> before = filled(place, offset, bytes.size());
        std::array<std::byte, 2> field{};
        read_at(place.checksum, field);
        const std::uint16_t checksum =
            changed_checksum(network_number_at<std::uint16_t>(field, 0), before, bytes, offset % 2 != 0);
        put_network_number(field, 0, checksum);
        write_at(place.checksum, field);
    }
    write_at(place.position + offset, bytes);
}

std::vector<std::byte> anonymized_file::filled(const payload_place& place, std::size_t offset, std::size_t bytes) {
    std::vector<std::byte> content(bytes);
    read_at(place.position + offset, content);
    return content;
}

}  // namespace chatos::dump
