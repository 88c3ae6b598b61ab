// Lists and counts in sentences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::base {

/// The words with `separator` between them.
template <typename Words>
[[nodiscard]] std::string joined(const Words& words, std::string_view separator = " ") {
    std::string text;
    for (const auto& word : words) {
        if (&word != &*words.begin()) {
            text += separator;
        }
        text += word;
    }
    return text;
}

/// "1 byte", "2 bytes": for nouns whose plural ends with s.
[[nodiscard]] inline std::string counted(std::uint64_t number, std::string_view noun) {
    return std::to_string(number) + ' ' + std::string{noun} + (number == 1 ? "" : "s");
}

}  // namespace chatos::base
