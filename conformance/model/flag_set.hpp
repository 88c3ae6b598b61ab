// A set of the values of an enumeration, which begins at 0.
#pragma once

#include <bitset>
#include <cstddef>

namespace chatos::conformance {

template <typename Flag>
class flag_set {
public:
    void add(Flag one) { bits_.set(static_cast<std::size_t>(one)); }
    [[nodiscard]] bool has(Flag one) const { return bits_.test(static_cast<std::size_t>(one)); }

private:
    std::bitset<256> bits_;
};

}  // namespace chatos::conformance
