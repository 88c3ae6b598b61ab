// The dump's output: a buffered file descriptor, or memory.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::dump {

/// Collects text and writes it in large pieces. An error of the descriptor is remembered, never thrown: a reader
/// that closes its pipe early (head) is not an error worth a message.
class output {
public:
    /// Keeps everything in memory, see text().
    output() = default;
    /// Writes to `descriptor`, which stays open and belongs to the caller. SIGPIPE must be ignored.
    explicit output(int descriptor) : descriptor_{descriptor} {}

    void add(std::string_view text) {
        buffer_.append(text);
        if (buffer_.size() >= buffer_bytes_max) {
            flush();
        }
    }
    void add(char letter) { buffer_.push_back(letter); }
    void add_number(std::uint64_t number);
    /// Adds texts, letters and, in decimal, numbers, one after the other.
    template <typename First, typename Second, typename... More>
    void add(const First& first, const Second& second, const More&... more) {
        add_part(first);
        add_part(second);
        (add_part(more), ...);
    }
    /// The number, right-aligned with spaces in `width` columns.
    void add_number(std::uint64_t number, std::size_t width);
    /// `count` spaces.
    void add_spaces(std::size_t count) { buffer_.append(count, ' '); }
    /// `text`, filled up with spaces to `width` bytes.
    void add_padded(std::string_view text, std::size_t width);
    /// One byte as two lower-case hex digits.
    void add_hex(std::uint8_t value);

    /// Called before something is written to the descriptor; nothing takes it back.
    void before_writing(std::function<void()> call) { before_writing_ = std::move(call); }
    /// Writes what is in the buffer.
    void flush();
    /// Whether what was written so far ends with a line.
    [[nodiscard]] bool has_written_whole_lines() const noexcept { return has_written_whole_lines_; }
    /// The errno of the first write that failed, or 0. Once it is set nothing more is written.
    [[nodiscard]] int error() const noexcept { return error_; }
    /// What was added and not yet flushed; in memory, everything.
    [[nodiscard]] const std::string& text() const noexcept { return buffer_; }

private:
    template <typename Part>
    void add_part(const Part& part) {
        if constexpr (std::unsigned_integral<Part> && !std::same_as<Part, char> && !std::same_as<Part, bool>) {
            add_number(part);
        } else {
            add(part);
        }
    }

    static constexpr std::size_t buffer_bytes_max = 65'536;

    int descriptor_{-1};
    int error_{0};
    std::string buffer_;
    std::function<void()> before_writing_;
    bool has_written_whole_lines_{true};
};

}  // namespace chatos::dump
