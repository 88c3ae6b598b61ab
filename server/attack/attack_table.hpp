// The attacks: what each does, and the function that runs it against servers of its own.
#pragma once

#include "attack/findings.hpp"
#include "attack/trial.hpp"

#include <span>
#include <string_view>

namespace chatos::attack {

struct attack {
    std::string_view row;  ///< "A", "1" to "11": what --only takes
    std::string_view name;
    std::string_view wanted;
    /// May throw std::runtime_error when the attack cannot take place.
    void (*run)(findings&, const setting&);
};

[[nodiscard]] std::span<const attack> attacks() noexcept;

// early_bytes.cpp
void send_early_bytes(findings& to, const setting& how);
// output_attacks.cpp
void fill_the_output(findings& to, const setting& how);
void pipeline_messages_to_all(findings& to, const setting& how);
void stay_silent(findings& to, const setting& how);
// offer_attacks.cpp
void write_after_an_offer(findings& to, const setting& how);
void offer_to_everybody(findings& to, const setting& how);
// tunnel_attacks.cpp
void take_all_tunnels(findings& to, const setting& how);
// input_attacks.cpp
void hold_unfinished_packets(findings& to, const setting& how);
void break_the_protocol(findings& to, const setting& how);
// stopped_server.cpp
void stop_the_server(findings& to, const setting& how);
// address_attacks.cpp
void come_from_many_addresses(findings& to, const setting& how);
// search_attacks.cpp
void make_searches_long(findings& to, const setting& how);

}  // namespace chatos::attack
