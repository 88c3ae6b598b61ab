#include "dump/capture/frame_reader.hpp"

#include "base/in_place.hpp"

#include <algorithm>
#include <cstring>

namespace chatos::dump {

namespace {

/// Large enough that reading costs little, small enough to stay in a processor's cache.
constexpr std::size_t piece_bytes = 262'144;

}  // namespace

frame_reader::frame_reader(byte_source& source)
    : source_{source}, capacity_{piece_bytes}, buffer_{std::make_unique_for_overwrite<std::byte[]>(piece_bytes)} {}

void frame_reader::fail(const std::string& reason) {
    is_over_ = true;
    problem_ = reason + ", at byte " + std::to_string(offset_);
}

/// Reads until `wanted_bytes` are there; false when the source ends before.
bool frame_reader::fill(std::size_t wanted_bytes) {
    if (capacity_ < wanted_bytes) {
        const std::size_t larger = wanted_bytes + piece_bytes;
        auto grown = std::make_unique_for_overwrite<std::byte[]>(larger);
        std::memcpy(grown.get(), buffer_.get() + begin_, end_ - begin_);
        buffer_ = std::move(grown);
        capacity_ = larger;
    } else if (begin_ != 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    }
    end_ -= begin_;
    begin_ = 0;
    while (end_ < wanted_bytes) {
        const std::size_t count = source_.read({buffer_.get() + end_, capacity_ - end_});
        if (count == 0) {
            return false;
        }
        end_ += count;
    }
    return true;
}

/// Drops bytes, those that are not there yet as well; false when the source ends before.
bool frame_reader::skip(std::uint64_t bytes) {
    while (true) {
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, end_ - begin_));
        begin_ += count;
        offset_ += count;
        bytes -= count;
        if (bytes == 0) {
            return true;
        }
        if (!fill(1)) {
            return false;
        }
    }
}

const captured_frame* frame_reader::next() {
    while (!is_over_) {
        if (!skip(std::exchange(to_skip_, 0))) {
            fail(source_.problem().empty() ? reader_.end(unread()) : source_.problem());
            break;
        }
        const capture_step& step = base::make_in_place(step_, [this] { return reader_.next(unread()); });
        switch (step.status) {
        case step_status::frame: to_skip_ = step.consumed; return &step.frame;
        case step_status::skipped: to_skip_ = step.consumed; break;
        case step_status::invalid: fail(reader_.problem()); break;
        case step_status::need:
            if (!fill(step.need)) {
                is_over_ = true;
                const std::string reason = source_.problem().empty() ? reader_.end(unread()) : source_.problem();
                if (!reason.empty()) {
                    fail(reason);
                }
            }
            break;
        }
    }
    return nullptr;
}

}  // namespace chatos::dump
