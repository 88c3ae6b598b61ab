// Bounds and rates per address, before the core knows a connection.
#include "net/admission.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <string>

namespace chatos::net {
namespace {

using verdict = admission::verdict;
using std::chrono::milliseconds;

constexpr core::time_point start{std::chrono::hours{1}};

connection_log no_log{nullptr, {}};

source_address from(const std::string& text) {
    source_address source{.port = 1};
    if (::inet_pton(AF_INET6, text.c_str(), source.origin.bytes.data()) != 1) {
        EXPECT_EQ(::inet_pton(AF_INET6, ("::ffff:" + text).c_str(), source.origin.bytes.data()), 1) << text;
    }
    return source;
}

TEST(Admission, each_address_has_its_own_bound_and_who_leaves_makes_room) {
    admission entry{{.per_address_max = 2}, no_log};
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::admitted);
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::admitted);
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::over_limit);
    EXPECT_EQ(entry.enter(from("10.0.0.2"), start), verdict::admitted);
    entry.leave(from("10.0.0.1"));
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::admitted);
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::over_limit);
}

TEST(Admission, without_a_bound_everybody_enters_and_a_bound_that_comes_later_counts_them) {
    admission entry{{}, no_log};
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::admitted);
    }
    entry.change_rules({.per_address_max = 100});
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::over_limit);
    entry.leave(from("10.0.0.1"));
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::admitted);
}

TEST(Admission, two_hundred_addresses_of_one_ipv6_network_count_as_one) {
    admission entry{{.per_address_max = 5, .ipv6_prefix = 64}, no_log};
    int admitted = 0;
    for (int i = 1; i <= 200; ++i) {
        admitted += entry.enter(from("2001:db8::" + std::to_string(i)), start) == verdict::admitted ? 1 : 0;
    }
    EXPECT_EQ(admitted, 5);
    EXPECT_EQ(entry.enter(from("2001:db8:0:1::1"), start), verdict::admitted);
}

TEST(Admission, a_default_bound_excepts_this_machine_and_a_chosen_one_does_not) {
    for (const bool excepted : {true, false}) {
        admission entry{{.per_address_max = 1, .local_excepted = excepted}, no_log};
        for (const char* local : {"127.0.0.1", "::1"}) {
            EXPECT_EQ(entry.enter(from(local), start), verdict::admitted);
            EXPECT_EQ(entry.enter(from(local), start) == verdict::admitted, excepted) << local;
        }
        EXPECT_EQ(entry.enter(from("192.0.2.1"), start), verdict::admitted);
        EXPECT_EQ(entry.enter(from("192.0.2.1"), start), verdict::over_limit);
    }
}

TEST(Admission, the_core_compares_whole_addresses_and_shares_bounds_among_networks) {
    admission entry{{.ipv6_prefix = 64}, no_log};
    const core::connection_source first = entry.source_for_core(from("2001:db8::1"));
    const core::connection_source other = entry.source_for_core(from("2001:db8::2"));
    EXPECT_NE(first.address, other.address);
    EXPECT_EQ(first.network, other.network);
    EXPECT_TRUE(first.shares_apply);
    EXPECT_FALSE(entry.source_for_core(from("127.0.0.1")).shares_apply);
    entry.change_rules({.local_excepted_in_core = false});
    EXPECT_TRUE(entry.source_for_core(from("127.0.0.1")).shares_apply);
    EXPECT_EQ(entry.source_for_core(from("2001:db8::3")).network, first.network) << "the prefix stays";
}

TEST(Admission, beyond_its_rate_an_address_waits_and_others_do_not) {
    admission entry{{.connections_per_second = 10}, no_log};
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::admitted) << "a second's worth may come at once";
    }
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start), verdict::over_rate);
    EXPECT_EQ(entry.enter(from("10.0.0.2"), start), verdict::admitted);
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start + milliseconds{99}), verdict::over_rate);
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start + milliseconds{100}), verdict::admitted);
    EXPECT_EQ(entry.enter(from("10.0.0.1"), start + milliseconds{100}), verdict::over_rate);
    int admitted = 0;
    for (int ms = 101; ms <= 10'100; ++ms) {
        admitted += entry.enter(from("10.0.0.1"), start + milliseconds{ms}) == verdict::admitted ? 1 : 0;
    }
    EXPECT_EQ(admitted, 100);
}

TEST(AddressRates, forget_an_address_once_it_may_open_a_seconds_worth_again) {
    address_rates rates;
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        core::origin address{};
        std::memcpy(address.bytes.data(), &i, sizeof i);
        EXPECT_TRUE(rates.take(address, start, 2));
        EXPECT_TRUE(rates.take(address, start, 2));
        EXPECT_FALSE(rates.take(address, start, 2));
    }
    EXPECT_EQ(rates.size(), 1'000U);
    EXPECT_TRUE(rates.take({}, start + milliseconds{500}, 2)) << "one token of each is back";
    EXPECT_TRUE(rates.take({}, start + milliseconds{1'000}, 2));
    EXPECT_EQ(rates.size(), 1U);
    EXPECT_TRUE(rates.take({}, start + milliseconds{9'000}, 0));
    EXPECT_EQ(rates.size(), 0U) << "also after the limit is gone";
}

TEST(AddressRates, remember_a_bounded_number_of_addresses) {
    address_rates rates;
    for (std::uint32_t i = 0; i < address_rates::addresses_max + 1'000; ++i) {
        core::origin address{};
        std::memcpy(address.bytes.data(), &i, sizeof i);
        EXPECT_TRUE(rates.take(address, start, 1));
    }
    EXPECT_EQ(rates.size(), address_rates::addresses_max);
}

}  // namespace
}  // namespace chatos::net
