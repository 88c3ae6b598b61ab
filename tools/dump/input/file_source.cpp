#include "dump/input/file_source.hpp"

#include <algorithm>
#include <cstring>

namespace chatos::dump {

std::size_t file_source::read_file(std::span<std::byte> room) {
    const std::size_t count = file_.read(room);
    if (count == 0 && file_.error() != 0) {
        problem_ = std::strerror(file_.error());
    }
    return count;
}

std::span<const std::byte> file_source::start() {
    while (start_filled_ < start_.size()) {
        const std::size_t count = read_file(std::span{start_}.subspan(start_filled_));
        if (count == 0) {
            break;
        }
        start_filled_ += count;
    }
    return std::span{start_}.first(start_filled_);
}

std::size_t file_source::read(std::span<std::byte> room) {
    if (start_taken_ < start_filled_) {
        const std::size_t count = std::min(room.size(), start_filled_ - start_taken_);
        std::copy_n(start_.begin() + static_cast<std::ptrdiff_t>(start_taken_), count, room.begin());
        start_taken_ += count;
        return count;
    }
    return read_file(room);
}

}  // namespace chatos::dump
