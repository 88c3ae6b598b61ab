#include "ops/limit_table.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <type_traits>
#include <utility>

namespace chatos::ops {

namespace {

using options = service_options;

// The place of a member: in the options themselves, in the core's, or among the sizes of packets.
template <typename Owner, typename Value>
Value& place(options& bounds, Value Owner::*member) {
    if constexpr (std::is_same_v<Owner, options>) {
        return bounds.*member;
    } else if constexpr (std::is_same_v<Owner, core::options>) {
        return bounds.core.*member;
    } else {
        return bounds.core.packet_limits.*member;
    }
}

template <auto Member>
std::uint64_t read(const options& bounds) {
    options copy = bounds;
    const auto value = place(copy, Member);
    if constexpr (std::is_same_v<std::remove_cv_t<decltype(value)>, std::chrono::milliseconds>) {
        return static_cast<std::uint64_t>(std::max<std::chrono::milliseconds::rep>(value.count(), 0));
    } else {
        return value;
    }
}

template <auto Member>
void write(options& bounds, std::uint64_t value) {
    auto& target = place(bounds, Member);
    target = static_cast<std::remove_reference_t<decltype(target)>>(value);
}

std::uint64_t read_per_address_max(const options& bounds) {
    return bounds.per_address_max.value_or(per_address_default(bounds));
}

void write_per_address_max(options& bounds, std::uint64_t value) {
    bounds.per_address_max = static_cast<std::uint32_t>(value);
}

// Flags take 32-bit integers; flags in bytes take 64-bit ones.
template <auto Member>
constexpr limit bound(std::string_view flag, std::string_view meaning, unit counts_in = unit::number) {
    constexpr bool wide = sizeof(place(std::declval<options&>(), Member)) > sizeof(std::uint32_t);
    const bool large = wide && counts_in == unit::bytes;
    return {flag, counts_in, meaning, read<Member>, write<Member>, large ? UINT64_MAX : UINT32_MAX};
}

constexpr limit fixed(limit bound) {
    bound.fixed = true;
    return bound;
}

using core_options = core::options;
using sizes = chatos::limits;

constexpr std::array table{
    bound<&core_options::users_max>("--capacity", "Registered users; more are answered 2 and closed"),
    bound<&core_options::users_per_address_max>(
        "--users-per-address-max", "Users of one address, 0 for half of --capacity; more are answered 2 and closed"),
    bound<&core_options::unregistered_max>("--unregistered-max",
                                           "Connections that are not registered; more wait to be accepted"),
    limit{"--per-address-max", unit::number,
          "Connections from one address, 0 for any number; more are answered 2 and closed. Unless given: half of those "
          "that are possible, and any number from this machine",
          read_per_address_max, write_per_address_max, UINT32_MAX},
    fixed(bound<&options::ipv6_prefix>(
        "--ipv6-prefix", "Bits of an IPv6 address that tell one address from another in limits per address")),
    bound<&options::connections_per_second_max>(
        "--connections-per-second-max",
        "New connections per second from one address, 0 for any number; more are answered 2 and closed"),
    bound<&core_options::requests_per_second_max>(
        "--requests-per-second-max",
        "Requests per second of one client, 0 for any number; beyond, it is not read until it may send the next"),
    fixed(bound<&sizes::pseudo_bytes_max>("--pseudo-bytes-max", "Longest pseudo; a longer one is answered 5 and closed",
                                          unit::bytes)),
    fixed(bound<&sizes::message_bytes_max>("--message-bytes-max",
                                           "Longest message; a longer one is answered 5 and closed", unit::bytes)),
    bound<&core_options::unregistered_packet_bytes_max>(
        "--unregistered-packet-bytes-max",
        "Longest packet before registration, 0 for the longest CR; a longer one is answered 5 and closed", unit::bytes),
    bound<&core_options::send_permissions_max>("--favours-max",
                                               "Send permissions per user; beyond, the oldest is forgotten"),
    bound<&core_options::answers_owed_max>("--answers-owed-max", "Answers due to one client; beyond, it is not read"),
    bound<&core_options::deliveries_unanswered_max>("--deliveries-unanswered-max",
                                                    "Messages a client may leave unanswered; more count as 4"),
    bound<&core_options::offers_max>("--offers-max",
                                     "Undecided private connections that one user asked for; more are answered 5"),
    bound<&core_options::timeouts_in_a_row_max>("--timeouts-in-a-row-max",
                                                "Messages in a row that time out before their recipient is closed"),
    bound<&core_options::output_bytes_max>(
        "--output-bytes-max", "Waiting to be written to one client; further messages count as 4", unit::bytes),
    bound<&core_options::total_output_bytes_max>(
        "--total-output-bytes-max",
        "Memory of messages waiting for all clients; near it, those that hold most are closed", unit::bytes),
    bound<&core_options::total_input_bytes_max>(
        "--total-input-bytes-max",
        "Unprocessed bytes of all clients; beyond, the unregistered are closed first, then who holds most",
        unit::bytes),
    bound<&core_options::tunnels_max>("--tunnels-max",
                                      "Tunnels, open or accepted; ends beyond are answered 4 and closed"),
    bound<&core_options::tunnels_per_user_max>(
        "--tunnels-per-user-max", "Of those, one user's, 0 for a sixteenth; ends beyond are answered 4 and closed"),
    bound<&core_options::tunnels_per_address_max>(
        "--tunnels-per-address-max", "Of those, one address's, 0 for a quarter and any number from this machine"),
    bound<&core_options::tunnel_buffer_bytes_max>(
        "--tunnel-buffer-bytes", "Waiting for one end of a tunnel; beyond, the other end is not read", unit::bytes),
    bound<&core_options::tunnel_timeout>("--tunnel-timeout-ms",
                                         "Time for both ends of a tunnel to come; then answered 4 and closed",
                                         unit::milliseconds),
    bound<&core_options::tunnel_idle_timeout>("--tunnel-idle-timeout-ms",
                                              "Time without a byte in an open tunnel; then both ends are closed",
                                              unit::milliseconds),
    fixed(bound<&options::log_queue_bytes_max>(
        "--log-queue-bytes-max", "Log lines waiting for a slow log; beyond, lines are dropped and counted",
        unit::bytes)),
    bound<&options::log_lines_per_second_max>(
        "--log-lines-per-second-max",
        "Log lines of one kind in a second, 0 for any number; more are left out and counted"),
    bound<&core_options::answer_timeout>("--answer-timeout-ms", "Time to answer a message; then it counts as 4",
                                         unit::milliseconds),
    bound<&core_options::sma_answer_timeout>(
        "--sma-answer-timeout-ms", "Time to answer a message to all, 0 for --answer-timeout-ms; then it counts as 4",
        unit::milliseconds),
    bound<&core_options::pc_timeout>("--pc-timeout-ms", "Time to decide a private connection; then it counts as 4",
                                     unit::milliseconds),
    bound<&core_options::login_timeout>("--login-timeout-ms",
                                        "Time to register, and to complete each packet; then answered 5 and closed",
                                        unit::milliseconds),
    bound<&core_options::drain_timeout>(
        "--drain-timeout-ms", "Time for outstanding answers during shutdown; then they count as 4", unit::milliseconds),
    bound<&core_options::flush_timeout>("--flush-timeout-ms", "Time to write the remaining output when closing",
                                        unit::milliseconds),
    bound<&core_options::linger_timeout>("--linger-timeout-ms", "Time to continue reading after everything was sent",
                                         unit::milliseconds),
};

}  // namespace

std::string_view name_of(unit value) noexcept {
    switch (value) {
    case unit::number: return "";
    case unit::bytes: return "bytes";
    case unit::milliseconds: return "ms";
    }
    return "";
}

std::span<const limit> limits() noexcept {
    return table;
}

}  // namespace chatos::ops
