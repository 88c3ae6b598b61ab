// Ranges of addresses: what is in them, and what is not a range.
#include "net/address_range.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace chatos::net {
namespace {

core::origin address(const std::string& text) {
    core::origin result{};
    const std::string ipv6 = text.find(':') == std::string::npos ? "::ffff:" + text : text;
    EXPECT_EQ(::inet_pton(AF_INET6, ipv6.c_str(), result.bytes.data()), 1) << text;
    return result;
}

bool contains(const std::string& range, const std::string& text) {
    const address_range_result parsed = parse_address_range(range);
    EXPECT_EQ(parsed.fault, "");
    return parsed.value.contains(address(text));
}

TEST(AddressRange, holds_the_addresses_that_share_its_first_bits) {
    EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
    EXPECT_TRUE(contains("192.168.4.0/22", "192.168.7.255"));
    EXPECT_FALSE(contains("192.168.4.0/22", "192.168.8.0"));
    EXPECT_TRUE(contains("192.168.5.6/22", "192.168.7.255")) << "bits beyond the prefix do not matter";
    EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
    EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_TRUE(contains("::/0", "203.0.113.9"));
    EXPECT_TRUE(contains("::1", "::1"));
    EXPECT_FALSE(contains("::1", "::2"));
}

TEST(AddressRange, what_is_none_is_named_with_what_was_expected) {
    for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8",
                             "2001:db8::/129", "localhost", "10.0.0.0/8/8", "[::1]", "fe80::1%lo/64", "10.0.0.1:80"}) {
        EXPECT_EQ(parse_address_range(text).fault,
                  "invalid value '" + std::string{text} +
                      "': expected an address, or a range of them as in 10.0.0.0/8 or 2001:db8::/32");
    }
}

}  // namespace
}  // namespace chatos::net
