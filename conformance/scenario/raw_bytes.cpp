#include "scenario/raw_bytes.hpp"

#include "base/hex.hpp"

#include <charconv>

namespace chatos::conformance {
namespace {

/// The text between apostrophes at the front of `remaining`, which it shortens; nothing when the closing one is
/// missing.
std::optional<std::string> take_quoted(std::string_view& remaining) {
    std::string text;
    for (std::size_t at = 1; at < remaining.size(); ++at) {
        if (remaining[at] != '\'') {
            text += remaining[at];
        } else if (at + 1 < remaining.size() && remaining[at + 1] == '\'') {
            text += '\'';
            ++at;
        } else {
            remaining.remove_prefix(at + 1);
            return text;
        }
    }
    return std::nullopt;
}

/// "u16:7" as bytes; nothing when it is not an integer atom or the number does not fit.
std::optional<std::vector<std::byte>> parse_integer_atom(std::string_view atom) {
    const std::size_t colon = atom.find(':');
    const std::string_view width = atom.substr(0, colon);
    const unsigned bits = width == "u8" ? 8 : width == "u16" ? 16 : width == "u32" ? 32 : 0;
    if (bits == 0 || colon == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view digits = atom.substr(colon + 1);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || (value >> bits) != 0) {
        return std::nullopt;
    }
    std::vector<std::byte> bytes;
    for (unsigned shift = bits; shift != 0;) {
        shift -= 8;
        bytes.push_back(static_cast<std::byte>(value >> shift));
    }
    return bytes;
}

}  // namespace

std::optional<std::vector<std::byte>> parse_hex(std::string_view digits) {
    return digits.empty() ? std::nullopt : base::from_hex(digits);
}

std::variant<raw_source, std::string> parse_raw_bytes(std::string_view text) {
    raw_source source;
    std::string_view remaining = text;
    for (;;) {
        const std::size_t start = remaining.find_first_not_of(' ');
        if (start == std::string_view::npos) {
            break;
        }
        remaining.remove_prefix(start);
        if (remaining.front() == '\'') {
            std::optional<std::string> quoted = take_quoted(remaining);
            if (!quoted) {
                return "the text " + std::string{remaining} + " has no closing apostrophe";
            }
            source.atoms.emplace_back(std::move(*quoted));
            continue;
        }
        const std::string_view atom = remaining.substr(0, remaining.find(' '));
        auto bytes = atom.starts_with("x:") ? parse_hex(atom.substr(2)) : parse_integer_atom(atom);
        if (!bytes) {
            return "\"" + std::string{atom} +
                   "\" is not a valid atom; expected u8:N, u16:N or u32:N with a number that fits, x: and pairs of hex digits, "
                   "or 'text'";
        }
        source.atoms.emplace_back(std::move(*bytes));
        remaining.remove_prefix(atom.size());
    }
    if (source.atoms.empty()) {
        return "expected at least one atom, for example u8:4 u32:2 'hi'";
    }
    return source;
}

}  // namespace chatos::conformance
