#include "dump/output/output.hpp"

#include "base/hex.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <unistd.h>

namespace chatos::dump {

namespace {

struct decimal {
    std::array<char, 20> digits{};
    std::size_t size{0};

    explicit decimal(std::uint64_t number) noexcept
        : size{static_cast<std::size_t>(std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr -
                                        digits.data())} {}
    [[nodiscard]] std::string_view text() const noexcept { return {digits.data(), size}; }
};

}  // namespace

void output::add_number(std::uint64_t number) {
    add(decimal{number}.text());
}

void output::add_number(std::uint64_t number, std::size_t width) {
    const decimal written{number};
    add_spaces(width > written.size ? width - written.size : 0);
    add(written.text());
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
    if (descriptor_ < 0) {
        return;
    }
    if (!buffer_.empty()) {
        if (before_writing_) {
            before_writing_();
        }
        has_written_whole_lines_ = buffer_.back() == '\n';
    }
    std::string_view remaining = buffer_;
    while (!remaining.empty() && error_ == 0) {
        const ssize_t written = ::write(descriptor_, remaining.data(), remaining.size());
        if (written >= 0) {
            remaining.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            error_ = errno;
        }
    }
    buffer_.clear();
}

}  // namespace chatos::dump
