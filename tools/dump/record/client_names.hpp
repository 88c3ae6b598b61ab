// The pseudo of each stream's client, once its login has been answered with OK.
#pragma once

#include "dump/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Learns from packets. Bounded: of too many streams the oldest are forgotten.
class client_names {
public:
    static constexpr std::size_t streams_max = 8'192;

    void learn(const packet_record& record);
    /// Empty while it is not known.
    [[nodiscard]] std::string_view of(std::uint32_t stream) const;

private:
    struct client_state {
        std::string name;
        std::string claimed;              // by a CR that is not answered yet
        std::uint64_t answers_before{0};  // due before that CR's
        std::uint64_t answers_due{0};
    };

    std::map<std::uint32_t, client_state> clients_;
};

}  // namespace chatos::dump
