#include "dump/input/hex_text.hpp"

#include "base/hex.hpp"

#include <chatos/display.hpp>

namespace chatos::dump {

namespace {

constexpr unsigned no_digit = 16;
constexpr std::string_view listing_offset = "00000000";

constexpr unsigned digit_value(char letter) noexcept {
    return base::hex_value(letter).value_or(no_digit);
}

constexpr bool is_white_space(char letter) noexcept {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r' || letter == '\v' || letter == '\f';
}

constexpr bool is_separator(char letter) noexcept {
    return is_white_space(letter) || letter == ',' || letter == ':' || letter == ';';
}

std::string quoted(char letter) {
    std::string text = "'";
    escape(std::string_view{&letter, 1}, [&text](std::string_view piece) { text += piece; });
    return text + "'";
}

/// Whether a text that starts so is ("00000000: ", "00000000  "), or may still become, a listing.
bool may_be_listing(std::string_view start) noexcept {
    const std::string_view digits = start.substr(0, listing_offset.size());
    if (digits != listing_offset.substr(0, digits.size())) {
        return false;
    }
    const std::string_view remaining = start.substr(digits.size());
    return remaining.empty() || remaining == ":" || remaining == " " || remaining == ": " || remaining == "  ";
}

}  // namespace

bool starts_hex_text(std::uint8_t first_byte) noexcept {
    const auto letter = static_cast<char>(first_byte);
    return digit_value(letter) != no_digit || is_separator(letter) || letter == '#';
}

bool hex_text_reader::take(std::string_view text, std::vector<std::byte>& bytes) {
    for (const char letter : text) {
        if (!(form_ == form::undecided ? decide(letter, bytes) : step(letter, bytes))) {
            return false;
        }
    }
    return true;
}

bool hex_text_reader::end(std::vector<std::byte>& bytes) {
    if (form_ == form::undecided && !become(form::plain, bytes)) {
        return false;
    }
    return end_run();
}

/// Holds the start of the text back until it shows which form it has.
bool hex_text_reader::decide(char letter, std::vector<std::byte>& bytes) {
    undecided_ += letter;
    if (!may_be_listing(undecided_)) {
        return become(form::plain, bytes);
    }
    if (undecided_.size() == listing_offset.size() + 2) {
        return become(form::listing, bytes);
    }
    return true;
}

bool hex_text_reader::become(form decided, std::vector<std::byte>& bytes) {
    form_ = decided;
    for (const char letter : undecided_) {
        if (!step(letter, bytes)) {
            return false;
        }
    }
    undecided_.clear();
    return true;
}

bool hex_text_reader::step(char letter, std::vector<std::byte>& bytes) {
    if (!(form_ == form::listing ? step_listing(letter, bytes) : step_plain(letter, bytes))) {
        return false;
    }
    ++column_;
    if (letter == '\n') {
        start_line();
    }
    return true;
}

void hex_text_reader::start_line() noexcept {
    ++line_;
    column_ = 1;
    in_comment_ = false;
    zone_ = zone::offset;
    line_offset_ = 0;
    offset_digits_ = 0;
    has_colon_ = false;
    spaces_ = 0;
}

bool hex_text_reader::step_plain(char letter, std::vector<std::byte>& bytes) {
    if (in_comment_) {
        return true;
    }
    if (const unsigned value = digit_value(letter); value != no_digit) {
        return take_digit(value, bytes);
    }
    const bool is_prefix =
        (letter == 'x' || letter == 'X') && half_ && high_digit_ == 0 && run_digits_ == 1 && !run_has_prefix_;
    if (is_prefix) {
        half_ = false;
        run_digits_ = 0;
        run_has_prefix_ = true;
        return true;
    }
    if (!is_separator(letter) && letter != '#') {
        return fail(quoted(letter) + " is not a hex digit");
    }
    in_comment_ = letter == '#';
    return end_run();
}

bool hex_text_reader::step_listing(char letter, std::vector<std::byte>& bytes) {
    if (letter == '\n') {
        return end_run();
    }
    switch (zone_) {
    case zone::offset: return step_listing_offset(letter);
    case zone::after_offset:
        if (letter == ' ') {
            return true;
        }
        zone_ = zone::hex;
        return step_listing_hex(letter, bytes);
    case zone::hex: return step_listing_hex(letter, bytes);
    case zone::ignored: break;
    }
    return true;
}

bool hex_text_reader::step_listing_offset(char letter) {
    if (const unsigned value = digit_value(letter); value != no_digit) {
        line_offset_ = (line_offset_ << 4U) | value;
        ++offset_digits_;
        return true;
    }
    if (offset_digits_ == 0 && letter == '\r') {
        return true;
    }
    if (letter == '*') {
        return fail(
            "the listing leaves out repeated lines; make it again with all of them (hexdump -v, xxd without -a)");
    }
    if (offset_digits_ < listing_offset.size() || (letter != ':' && letter != ' ' && letter != '\r')) {
        return fail("each line of a listing starts with its offset, like the first");
    }
    if (line_offset_ != byte_count_) {
        return fail("the offset of this line is not the number of bytes before it");
    }
    has_colon_ = letter == ':';
    zone_ = zone::after_offset;
    return true;
}

/// In xxd's form two spaces end the hex, in hexdump's the '|' does: there two spaces also part the halves of a line.
bool hex_text_reader::step_listing_hex(char letter, std::vector<std::byte>& bytes) {
    if (letter == ' ' || letter == '\r') {
        ++spaces_;
        if (has_colon_ && spaces_ == 2) {
            zone_ = zone::ignored;
        }
        return end_run();
    }
    spaces_ = 0;
    if (letter == '|' && !has_colon_) {
        zone_ = zone::ignored;
        return end_run();
    }
    const unsigned value = digit_value(letter);
    return value != no_digit ? take_digit(value, bytes) : fail(quoted(letter) + " is not a hex digit");
}

bool hex_text_reader::take_digit(unsigned value, std::vector<std::byte>& bytes) {
    ++run_digits_;
    half_ = !half_;
    if (half_) {
        high_digit_ = value;
    } else {
        bytes.push_back(static_cast<std::byte>(high_digit_ << 4U | value));
        ++byte_count_;
    }
    return true;
}

/// Digits in a row have ended: they must be whole pairs.
bool hex_text_reader::end_run() {
    if (half_) {
        return fail("a byte has two hex digits, and one is missing before this place");
    }
    if (run_has_prefix_ && run_digits_ == 0) {
        return fail("no hex digits follow the 0x before this place");
    }
    run_digits_ = 0;
    run_has_prefix_ = false;
    return true;
}

bool hex_text_reader::fail(std::string message) {
    error_ = {line_, column_, std::move(message)};
    return false;
}

}  // namespace chatos::dump
