// A range of addresses as operators write it: 10.0.0.0/8, 2001:db8::/32, or a single address.
#pragma once

#include "core/origin.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::net {

struct address_range {
    core::origin first{};   ///< IPv4 in IPv6's mapped form
    std::uint32_t bits{0};  ///< how many of the bits of `first` an address of the range shares

    [[nodiscard]] bool contains(const core::origin& address) const noexcept;
};

/// A range, or what is wrong with the text.
struct address_range_result {
    address_range value{};
    std::string fault{};  ///< "invalid value '10.0.0.0/33': expected ..."; empty: `value` holds
};

/// Bits beyond the prefix do not matter.
[[nodiscard]] address_range_result parse_address_range(std::string_view text);

}  // namespace chatos::net
