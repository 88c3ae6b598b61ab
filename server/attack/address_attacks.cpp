// Row 8: many addresses that one attacker has, or one address that takes all there is. Loopback is excepted from what
// a server grants an address by default, so this happens in a network of its own.
#include "attack/attack_table.hpp"
#include "attack/network_namespace.hpp"

#include <stdexcept>
#include <string>

namespace chatos::attack {

namespace {

using member = crowd::member;

constexpr const char* ipv4_attacker = "10.99.0.1";
constexpr const char* ipv4_innocent = "10.99.0.2";
constexpr const char* ipv4_newcomer = "10.99.0.3";
constexpr const char* ipv6_innocent = "2001:db8:0:2::1";
constexpr const char* ipv6_newcomer = "2001:db8:0:3::1";
constexpr std::size_t ipv6_attackers = 200;

std::string ipv6_attacker(std::size_t number) {
    std::string digits;
    for (std::size_t value = number + 1; value != 0; value /= 16) {
        digits.insert(digits.begin(), "0123456789abcdef"[value % 16]);
    }
    return "2001:db8:0:1::" + digits;
}

base::socket_address address_of(const std::string& host, std::uint16_t port = 0) {
    const base::resolve_result resolved = base::resolve({.host = host, .port = port});
    if (!resolved.fault.empty()) {
        throw std::runtime_error{resolved.fault};
    }
    return resolved.addresses.front();
}

/// Whether a user from elsewhere still gets in.
bool gets_in(crowd& attackers, const base::socket_address& from) {
    member& newcomer = attackers.connect("newcomer", from);
    static_cast<void>(
        attackers.run_until([&] { return newcomer.registered || newcomer.ended || newcomer.answers_received() != 0; },
                            std::chrono::seconds{8}));
    return newcomer.registered;
}

/// Each registers from the address that `source_of` gives its number. Returns how many get in.
template <typename Source>
std::size_t register_all(crowd& attackers, std::size_t count, Source source_of) {
    constexpr std::size_t undecided_max = 400;
    std::size_t opened = 0;
    const auto decided = [&attackers] {
        std::size_t users = 0;
        for (const member& client : attackers.members()) {
            users += client.registered || client.ended ? 1 : 0;
        }
        return users;
    };
    auto silent_since = std::chrono::steady_clock::now();
    std::size_t last = 0;
    // What waits in the system's queue for want of descriptors is decided by nobody.
    constexpr auto silence_max = std::chrono::seconds{2};
    static_cast<void>(attackers.run_until([&] {
        const std::size_t now = decided();
        while (opened < count && opened < now + undecided_max) {
            static_cast<void>(attackers.connect("taker" + std::to_string(opened), source_of(opened)));
            ++opened;
        }
        if (now != last) {
            last = now;
            silent_since = std::chrono::steady_clock::now();
        }
        return now == count || std::chrono::steady_clock::now() > silent_since + silence_max;
    }));
    return attackers.registered();
}

void come_from_one_network(findings& to, const setting& how) {
    constexpr std::size_t per_address_max = 5;
    trial attacked{to,
                   how,
                   {.label = "--per-address-max 5",
                    .flags = {"--per-address-max", std::to_string(per_address_max)},
                    .listen = std::string{"["} + ipv6_innocent + "]:0",
                    .pairs = 2,
                    .innocents_from = address_of(ipv6_innocent)}};
    const std::size_t users =
        register_all(attacked.attackers, ipv6_attackers, [](std::size_t i) { return address_of(ipv6_attacker(i)); });
    to.check(attacked.label("200 addresses of one /64"), "5 get in", count_text(users) + " get in",
             users == per_address_max);
    const bool is_in = gets_in(attacked.attackers, address_of(ipv6_newcomer));
    to.check(attacked.label("a user from another network"), "gets in", is_in ? "gets in" : "is kept out", is_in);
    attacked.end();
}

void take_all_users(findings& to, const setting& how) {
    const std::size_t capacity = how.quick ? 60 : 10'000;
    const std::size_t attempts = how.quick ? 80 : 10'000;
    const base::socket_address attacker = address_of(ipv4_attacker);
    trial attacked{to,
                   how,
                   {.label = "one address",
                    .flags = how.quick ? std::vector<std::string>{"--capacity", "60", "--unregistered-max", "200"}
                                       : std::vector<std::string>{},
                    .listen = std::string{ipv4_innocent} + ":0",
                    .pairs = 2,
                    .innocents_from = address_of(ipv4_innocent)}};
    const std::size_t users = register_all(attacked.attackers, attempts, [&attacker](std::size_t) { return attacker; });
    to.check(attacked.label("users of " + count_text(capacity)), "at most half", count_text(users),
             users <= capacity / 2);
    const bool is_in = gets_in(attacked.attackers, address_of(ipv4_newcomer));
    to.check(attacked.label("a user from another address"), "gets in", is_in ? "gets in" : "is kept out", is_in);
    attacked.end();
}

void take_all_descriptors(findings& to, const setting& how) {
    const std::size_t descriptors = how.quick ? 128 : 4'096;
    const base::socket_address attacker = address_of(ipv4_attacker);
    trial attacked{to,
                   how,
                   {.label = count_text(descriptors) + " descriptors",
                    .listen = std::string{ipv4_innocent} + ":0",
                    .descriptors_max = descriptors,
                    .pairs = 2,
                    .innocents_from = address_of(ipv4_innocent)}};
    static_cast<void>(
        register_all(attacked.attackers, descriptors + 100, [&attacker](std::size_t) { return attacker; }));
    const bool is_in = gets_in(attacked.attackers, address_of(ipv4_newcomer));
    to.check(attacked.label("a user from another address"), "gets in", is_in ? "gets in" : "is kept out", is_in);
    const std::size_t lines = attacked.server.await_log_lines("descriptors", 1);
    to.check(attacked.label("warning at start"), "1 or more", count_text(lines), lines >= 1);
    attacked.end();
}

}  // namespace

void come_from_many_addresses(findings& to, const setting& how) {
    const std::vector<std::string> ipv4{ipv4_attacker, ipv4_innocent, ipv4_newcomer};
    std::vector<std::string> ipv6{ipv6_innocent, ipv6_newcomer};
    for (std::size_t i = 0; i < ipv6_attackers; ++i) {
        ipv6.push_back(ipv6_attacker(i));
    }
    const std::string fault = run_in_own_network(ipv4, ipv6, [&] {
        come_from_one_network(to, how);
        take_all_users(to, how);
        take_all_descriptors(to, how);
    });
    if (!fault.empty()) {
        to.not_run("addresses that are not loopback", fault);
    }
}

}  // namespace chatos::attack
