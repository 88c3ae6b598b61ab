// Bytes for tests, written as hex: hex_bytes("03 0003 626f62").
#pragma once

#include <cassert>
#include <cstddef>
#include <string_view>
#include <vector>

namespace chatos::testing {

inline std::vector<std::byte> hex_bytes(std::string_view hex) {
    const auto value = [](char digit) {
        assert((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'));
        return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    };
    std::vector<std::byte> bytes;
    unsigned pending = 0;
    bool half = false;
    for (const char digit : hex) {
        if (digit == ' ') {
            continue;
        }
        pending = pending * 16 + value(digit);
        if (half) {
            bytes.push_back(static_cast<std::byte>(pending));
            pending = 0;
        }
        half = !half;
    }
    assert(!half);
    return bytes;
}

}  // namespace chatos::testing
