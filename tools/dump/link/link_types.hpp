// The link types of captures that are read: the numbers of the tcpdump group's list, with the names that --link-type
// takes.
#pragma once

#include "dump/link/network_packet.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::dump {

struct link_type_row {
    std::uint16_t number;
    std::string_view name;
    std::uint8_t prefix_bytes;   ///< bytes before the first header that say nothing of what follows
    header_kind first;           ///< what its frames begin with after those
    std::uint8_t ip_version{0};  ///< where they begin with an IP header
};

/// Makes the packet one of a frame of this type: the prefix is taken off, the first header comes next.
void begin_frame(network_packet& packet, const link_type_row& type) noexcept;

/// All that are read, in the order of their numbers.
[[nodiscard]] std::span<const link_type_row> link_types() noexcept;
/// The names of all, separated by commas.
[[nodiscard]] std::string link_type_names();
/// Null if frames of this type are not read.
[[nodiscard]] const link_type_row* find_link_type(std::uint16_t number) noexcept;

/// Link types to be read as others: what programs put into the types that are free for private use.
class link_type_map {
public:
    /// Adds `147=ethernet`, or `147=1`. The error, or an empty string.
    [[nodiscard]] std::string add(std::string_view assignment);
    /// The type as which frames of type `number` are read.
    [[nodiscard]] std::uint16_t read_as(std::uint16_t number) const noexcept {
        for (const auto& [from, to] : assignments_) {
            if (from == number) {
                return to;
            }
        }
        return number;
    }

private:
    std::vector<std::pair<std::uint16_t, std::uint16_t>> assignments_;
};

}  // namespace chatos::dump
