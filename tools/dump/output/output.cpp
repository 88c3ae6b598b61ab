#include "dump/output/output.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace chatos::dump {

void output::make_room(std::size_t bytes) {
    constexpr std::size_t memory_bytes_min = 256;
    if (descriptor_ >= 0) {
        flush();
        buffer_.resize(std::max(bytes, buffer_bytes));
    } else {
        buffer_.resize(std::max({used_ + bytes, 2 * buffer_.size(), memory_bytes_min}));
    }
}

/// A descriptor gets it without a copy.
void output::add_long(std::string_view text) {
    if (descriptor_ >= 0) {
        flush();
        write(text);
    } else {
        std::memcpy(room(text.size()), text.data(), text.size());
        used_ += text.size();
    }
}

void output::add_spaces(std::size_t count) {
    for (; count > long_text_bytes; count -= long_text_bytes) {
        std::memset(room(long_text_bytes), ' ', long_text_bytes);
        used_ += long_text_bytes;
    }
    std::memset(room(count), ' ', count);
    used_ += count;
}

void output::add_number(std::uint64_t number, std::size_t width) {
    std::array<char, number_room> digits;
    const auto size = static_cast<std::size_t>(write_number(digits.data(), number) - digits.data());
    add_spaces(width > size ? width - size : 0);
    std::memcpy(room(number_room), digits.data(), size);
    used_ += size;
}

void output::add_padded(std::string_view text, std::size_t width) {
    add(text);
    add_spaces(width > text.size() ? width - text.size() : 0);
}

void output::add_hex(std::uint8_t value) {
    const auto pair = base::hex_pair(value);
    add(pair[0]);
    add(pair[1]);
}

void output::flush() {
    if (descriptor_ >= 0 && used_ != 0) {
        write({buffer_.data(), used_});
        used_ = 0;
    }
}

void output::write(std::string_view text) {
    if (before_writing_) {
        before_writing_();
    }
    has_written_whole_lines_ = text.back() == '\n';
    while (!text.empty() && error_ == 0) {
        const ssize_t written = ::write(descriptor_, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            error_ = errno;
        }
    }
}

}  // namespace chatos::dump
