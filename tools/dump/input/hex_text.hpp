// Converts hex text to bytes, in fragments of any size: plain hex in the usual notations, and the output of xxd and of
// hexdump -C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

/// True when `first_byte` cannot start a ChatOS stream (no opcode) and starts hex text: a digit, white space, a
/// separator or a comment.
[[nodiscard]] bool starts_hex_text(std::uint8_t first_byte) noexcept;

/// Reads pairs of hex digits. White space, ',', ':' and ';' may separate pairs, 0x may precede a pair or a run of
/// pairs, and a comment extends from '#' to the end of its line. A text whose first line starts with
/// "00000000: " (xxd) or "00000000  " (hexdump -C) is a listing: no ChatOS stream starts with a zero byte, so that
/// this is unambiguous. Each line of a listing starts with an offset, which must be right; text to the right of the
/// hex is ignored.
class hex_text_reader {
public:
    struct problem {
        std::uint64_t line{0};    ///< from 1
        std::uint64_t column{0};  ///< from 1, in bytes
        std::string message{};    ///< safe to print
    };

    /// Appends the bytes that `text` completes to `bytes`. False when the text is not hex: problem() says where, the
    /// bytes before that place have been appended, and nothing more may be taken.
    [[nodiscard]] bool take(std::string_view text, std::vector<std::byte>& bytes);
    /// The text has ended. False when it ended in the middle of a byte.
    [[nodiscard]] bool end(std::vector<std::byte>& bytes);

    [[nodiscard]] const problem& error() const noexcept { return error_; }

private:
    enum class form : std::uint8_t { undecided, plain, listing };
    /// Where in a line of a listing the reader is.
    enum class zone : std::uint8_t { offset, after_offset, hex, ignored };

    bool decide(char letter, std::vector<std::byte>& bytes);
    bool become(form decided, std::vector<std::byte>& bytes);
    bool step(char letter, std::vector<std::byte>& bytes);
    bool step_plain(char letter, std::vector<std::byte>& bytes);
    bool step_listing(char letter, std::vector<std::byte>& bytes);
    bool step_listing_offset(char letter);
    bool step_listing_hex(char letter, std::vector<std::byte>& bytes);
    bool take_digit(unsigned value, std::vector<std::byte>& bytes);
    bool end_run();
    void start_line() noexcept;
    bool fail(std::string message);

    form form_{form::undecided};
    std::string undecided_;  // the start of the text, while it may still be that of a listing
    bool in_comment_{false};
    bool half_{false};  // one digit of a pair has been read
    unsigned high_digit_{0};
    std::size_t run_digits_{0};  // digits since the last separator or prefix
    bool run_has_prefix_{false};
    zone zone_{zone::offset};
    std::uint64_t line_offset_{0};
    std::size_t offset_digits_{0};
    std::size_t spaces_{0};  // in a row, before this place of the line
    bool has_colon_{false};
    std::uint64_t byte_count_{0};
    std::uint64_t line_{1};
    std::uint64_t column_{1};
    problem error_;
};

}  // namespace chatos::dump
