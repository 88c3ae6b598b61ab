#include "base/hex.hpp"

#include <stdexcept>

namespace chatos::base {

std::string to_hex(std::span<const std::byte> bytes, std::string_view separator) {
    std::string text;
    text.reserve(bytes.size() * (2 + separator.size()));
    for (const std::byte byte : bytes) {
        if (!text.empty()) {
            text += separator;
        }
        const auto pair = hex_pair(std::to_integer<std::uint8_t>(byte));
        text.append(pair.data(), pair.size());
    }
    return text;
}

std::string to_hex(std::string_view bytes, std::string_view separator) {
    return to_hex(std::as_bytes(std::span{bytes}), separator);
}

std::optional<std::vector<std::byte>> from_hex(std::string_view digits) {
    if (digits.size() % 2 != 0) {
        return std::nullopt;
    }
    std::vector<std::byte> bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        const auto high = hex_value(digits[at]);
        const auto low = hex_value(digits[at + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<std::byte>(*high << 4U | *low));
    }
    return bytes;
}

std::vector<std::byte> hex_bytes(std::string_view digits) {
    std::string pairs{digits};
    std::erase(pairs, ' ');
    auto bytes = from_hex(pairs);
    if (!bytes) {
        throw std::invalid_argument{"not pairs of hex digits: " + std::string{digits}};
    }
    return *std::move(bytes);
}

}  // namespace chatos::base
