// The dump's output: a buffered file descriptor, or memory.
#pragma once

#include "dump/output/digits.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::dump {

/// Copies a text to `at`, which has room for it, and returns where it ends.
inline char* write_text(char* at, std::string_view text) noexcept {
    if (!text.empty()) {  // its data may be null, which memcpy() must not get
        std::memcpy(at, text.data(), text.size());
    }
    return at + text.size();
}

/// Collects text and writes it in large pieces. An error of the descriptor is remembered, never thrown: a reader
/// that closes its pipe early (head) is not an error worth a message.
class output {
public:
    /// Keeps everything in memory, see text().
    output() = default;
    /// Writes to `descriptor`, which stays open and belongs to the caller. SIGPIPE must be ignored.
    explicit output(int descriptor) : descriptor_{descriptor} {}

    void add(std::string_view text) {
        if (text.size() > long_text_bytes) {
            add_long(text);
            return;
        }
        if (!text.empty()) {
            std::memcpy(room(text.size()), text.data(), text.size());
            used_ += text.size();
        }
    }
    void add(char letter) {
        *room(1) = letter;
        ++used_;
    }
    void add_number(std::uint64_t number) { wrote_to(write_number(room(number_room), number)); }
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
    void add_spaces(std::size_t count);
    /// `text`, filled up with spaces to `width` bytes.
    void add_padded(std::string_view text, std::size_t width);
    /// One byte as two lower-case hex digits.
    void add_hex(std::uint8_t value);

    /// Room for `bytes` more, at most long_text_bytes, for a caller that writes a whole line at once. What it writes
    /// there is added by wrote_to(), which must come before any other call.
    [[nodiscard]] char* room(std::size_t bytes) {
        if (buffer_.size() - used_ < bytes) {
            make_room(bytes);
        }
        return buffer_.data() + used_;
    }
    /// Adds what was written from room() up to `end`.
    void wrote_to(const char* end) noexcept { used_ = static_cast<std::size_t>(end - buffer_.data()); }
    static constexpr std::size_t long_text_bytes = 16'384;

    /// Called before something is written to the descriptor; nothing takes it back.
    void before_writing(std::function<void()> call) { before_writing_ = std::move(call); }
    /// Writes what is in the buffer.
    void flush();
    /// Whether what was written so far ends with a line.
    [[nodiscard]] bool has_written_whole_lines() const noexcept { return has_written_whole_lines_; }
    /// The errno of the first write that failed, or 0. Once it is set nothing more is written.
    [[nodiscard]] int error() const noexcept { return error_; }
    /// What was added and not yet flushed; in memory, everything.
    [[nodiscard]] std::string text() const { return {buffer_.data(), used_}; }

private:
    template <typename Part>
    void add_part(const Part& part) {
        if constexpr (std::unsigned_integral<Part> && !std::same_as<Part, char> && !std::same_as<Part, bool>) {
            add_number(part);
        } else {
            add(part);
        }
    }

    static constexpr std::size_t buffer_bytes = 65'536;

    void make_room(std::size_t bytes);
    void add_long(std::string_view text);
    void write(std::string_view text);

    int descriptor_{-1};
    int error_{0};
    std::string buffer_;  // its size is that of the room; what was added are its first used_ bytes
    std::size_t used_{0};
    std::function<void()> before_writing_;
    bool has_written_whole_lines_{true};
};

}  // namespace chatos::dump
