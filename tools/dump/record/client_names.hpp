// The pseudo of each stream's client, once its login has been answered with OK.
#pragma once

#include "dump/record/record.hpp"

#include <array>
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

    client_names() = default;
    client_names(const client_names&) = delete;
    client_names& operator=(const client_names&) = delete;
    ~client_names() = default;

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

    /// A stream that learned lately, so that most packets need no search.
    struct recent_client {
        std::uint64_t key{0};  // stream plus one; 0: empty
        client_state* client{nullptr};
    };
    static constexpr std::size_t recent_slots = 256;

    [[nodiscard]] const client_state* find(std::uint32_t stream) const;
    client_state& find_or_add(std::uint32_t stream);

    std::map<std::uint32_t, client_state> clients_;
    std::array<recent_client, recent_slots> recent_{};
};

}  // namespace chatos::dump
