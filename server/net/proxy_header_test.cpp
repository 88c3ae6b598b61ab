// The PROXY protocol's header: what is read of it, however it is split, and what is refused.
#include "base/seeded_random.hpp"
#include "net/proxy_header.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <vector>

namespace chatos::net {
namespace {

using status = proxy_header::status;
using namespace std::string_literals;

std::span<const std::byte> bytes_in(std::string_view text) {
    return std::as_bytes(std::span{text});
}

// "192.0.2.1 4711", "2001:db8::1 80", "nobody", "incomplete", or why it is invalid.
std::string read(std::string_view bytes, std::size_t* taken = nullptr) {
    proxy_header header;
    const std::size_t count = header.take(bytes_in(bytes));
    if (taken != nullptr) {
        *taken = count;
    }
    if (header.current() == status::incomplete) {
        return "incomplete";
    }
    if (header.current() == status::invalid) {
        EXPECT_FALSE(header.source().has_value());
        return std::string{header.fault()};
    }
    if (!header.source()) {
        return "nobody";
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, header.source()->address.data(), text.data(), text.size());
    return std::string{text.data()} + " " + std::to_string(header.source()->port);
}

std::string binary(char command, char family, const std::string& content) {
    const auto size = static_cast<std::uint16_t>(content.size());
    return "\r\n\r\n\0\r\nQUIT\n"s + command + family + static_cast<char>(size >> 8U) +
           static_cast<char>(size & 0xffU) + content;
}

const std::string over_ipv4 = "\x0a\x00\x00\x01\x7f\x00\x00\x01\x12\x67\x1e\x61"s;  // 10.0.0.1:4711 to 127.0.0.1:7777
const std::string over_ipv6 =
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x12\x67\x1e\x61"s;

// Valid headers, and whom they name.
const std::vector<std::pair<std::string, std::string>> valid{
    {"PROXY TCP4 192.0.2.1 192.0.2.2 4711 7777\r\n", "::ffff:192.0.2.1 4711"},
    {"PROXY TCP4 9.255.255.255 255.255.255.255 65535 65535\r\n", "::ffff:9.255.255.255 65535"},
    {"PROXY TCP6 2001:db8::1 ::1 80 1\r\n", "2001:db8::1 80"},
    {"PROXY UNKNOWN\r\n", "nobody"},
    {"PROXY UNKNOWN ffff:: anything at all \x01\xff\r\n", "nobody"},
    {binary('\x21', '\x11', over_ipv4), "::ffff:10.0.0.1 4711"},
    {binary('\x21', '\x21', over_ipv6), "2001:db8::1 4711"},
    {binary('\x21', '\x31', std::string(216, 'x')), "nobody"},
    {binary('\x21', '\x00', ""), "nobody"},
    {binary('\x21', '\x00', "\x04\xff"s), "nobody"},
    {binary('\x20', '\x00', ""), "nobody"},
    {binary('\x20', '\x11', over_ipv4), "nobody"},
    {binary('\x20', '\x7f', "anything"), "nobody"},
    {binary('\x21', '\x11', over_ipv4 + "\x04\x00\x03xyz\xee\x00\x00"s), "::ffff:10.0.0.1 4711"},
    {binary('\x21', '\x11', over_ipv4 + "\x04\x03\xe1"s + std::string(993, 'x')), "::ffff:10.0.0.1 4711"},
};

TEST(ProxyHeader, names_the_client_however_it_is_split_and_leaves_what_follows) {
    for (const auto& [bytes, client] : valid) {
        std::size_t taken = 0;
        EXPECT_EQ(read(bytes + "\x01\x00\x03"s + "bob" + bytes, &taken), client) << bytes;
        EXPECT_EQ(taken, bytes.size()) << bytes;
        for (std::size_t prefix = 0; prefix < bytes.size(); ++prefix) {
            EXPECT_EQ(read(bytes.substr(0, prefix)), "incomplete") << bytes << " " << prefix;
            proxy_header split;
            EXPECT_EQ(split.take(bytes_in(bytes).first(prefix)), prefix);
            EXPECT_EQ(split.empty(), prefix == 0);
            const std::string all = bytes + "PROXY";
            EXPECT_EQ(split.take(bytes_in(all).subspan(prefix)), bytes.size() - prefix);
            EXPECT_EQ(split.current(), status::complete) << bytes << " " << prefix;
        }
        proxy_header slow;
        for (const std::byte next : bytes_in(bytes)) {
            ASSERT_EQ(slow.current(), status::incomplete);
            EXPECT_EQ(slow.take({&next, 1}), 1U);
        }
        EXPECT_EQ(slow.current(), status::complete);
    }
}

TEST(ProxyHeader, a_checksum_is_verified_where_there_is_one) {
    const std::string extension = "\x03\x00\x04"s;
    const std::string sum = "\x7a\xdf\x27\xb9"s;  // CRC32c of the whole header with zeros in its place
    const std::string header = binary('\x21', '\x11', over_ipv4 + extension + sum);
    EXPECT_EQ(read(header), "::ffff:10.0.0.1 4711");
    for (std::size_t at = header.size() - sum.size(); at < header.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string damaged = header;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
            EXPECT_EQ(read(damaged), "its checksum is wrong");
        }
    }
    for (const std::size_t at : {std::size_t{16}, std::size_t{23}, std::size_t{25}}) {  // an address, a port
        std::string damaged = header;
        damaged[at] = static_cast<char>(damaged[at] + 1);
        EXPECT_EQ(read(damaged), "its checksum is wrong");
    }
    EXPECT_EQ(read(binary('\x21', '\x11', over_ipv4 + "\x03\x00\x03xyz"s)), "an extension whose size is wrong");
    EXPECT_EQ(read(binary('\x21', '\x11', over_ipv4 + extension + sum + extension + sum)),
              "an extension whose size is wrong");
}

TEST(ProxyHeader, what_is_none_is_refused_at_its_first_wrong_byte) {
    const std::string start = "\r\n\r\n\0\r\nQUIT\n"s;
    for (const auto& [valid_part, wrong] : std::vector<std::pair<std::string, std::string>>{
             {"", "\x01"}, {"PRO", "S"}, {"PROXY", "\t"}, {"\r\n\r\n", "\r"}, {start.substr(0, 11), "\r"}}) {
        std::size_t taken = 0;
        EXPECT_EQ(read(valid_part + wrong + "more", &taken), "not a PROXY header");
        EXPECT_EQ(taken, valid_part.size() + 1);
    }
    for (const char command : {'\x11', '\x22', '\x2f', '\x01', '\x31'}) {
        EXPECT_EQ(read(start + command), "an unknown version or command");
    }
    for (const char family : {'\x01', '\x10', '\x12', '\x13', '\x22', '\x32', '\x41', '\xff'}) {
        EXPECT_EQ(read(start + '\x21' + family), "an unknown family or protocol");
    }
    EXPECT_EQ(read(start + "\x21\x11\x03\xf1"s), "longer than 1024 bytes");
    EXPECT_EQ(read(start + "\x20\x11\xff\xff"s), "longer than 1024 bytes");
    EXPECT_EQ(read(start + "\x21\x11\x00\x0b"s), "shorter than its addresses");
    EXPECT_EQ(read(start + "\x21\x21\x00\x23"s), "shorter than its addresses");
    EXPECT_EQ(read(start + "\x21\x31\x00\xd7"s), "shorter than its addresses");
}

TEST(ProxyHeader, a_line_that_lies_is_refused) {
    for (const char* line :
         {"PROXY TCP4 192.0.2.1 192.0.2.2 4711\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 4711 7777 1\r\n",
          "PROXY TCP5 192.0.2.1 192.0.2.2 4711 7777\r\n", "PROXY  TCP4 192.0.2.1 192.0.2.2 4711 7777\r\n",
          "PROXY UDP4 192.0.2.1 192.0.2.2 4711 7777\r\n", "PROXY UNKNOWNS\r\n", "PROXY \r\n", "PROXY TCP4\r\n"}) {
        EXPECT_EQ(read(line), "not PROXY, TCP4 or TCP6 or UNKNOWN, two addresses, two ports") << line;
    }
    for (const char* line :
         {"PROXY TCP4 192.0.2.256 192.0.2.2 4711 7777\r\n", "PROXY TCP4 192.0.2.1 192.0.2 4711 7777\r\n",
          "PROXY TCP4 2001:db8::1 192.0.2.2 4711 7777\r\n", "PROXY TCP6 192.0.2.1 ::1 4711 7777\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 65536 7777\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 4711 -1\r\n",
          "PROXY TCP4 192.0.2.1 192.0.2.2 04711 7777\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 +4711 7777\r\n",
          "PROXY TCP4 192.0.2.1  4711 7777\r\n", "PROXY TCP6 fe80::1%eth0 ::1 4711 7777\r\n"}) {
        EXPECT_EQ(read(line), "an address or a port that is none") << line;
    }
    EXPECT_EQ(read("PROXY TCP4 192.0.2.1\0 192.0.2.2 4711 7777\r\n"s), "an address or a port that is none");
    for (const char* line : {"PROXY UNKNOWN\n", "PROXY UNKNOWN\rx", "PROXY UNKNOWN \r\r"}) {
        EXPECT_EQ(read(line), "a line that does not end with CR LF");
    }
    EXPECT_EQ(read("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), "nobody") << "107 bytes";
    EXPECT_EQ(read("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"), "longer than 107 bytes");
}

TEST(ProxyHeader, an_address_that_no_client_has_is_refused) {
    for (const char* address : {"0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255"}) {
        EXPECT_EQ(read("PROXY TCP4 " + std::string{address} + " 192.0.2.2 4711 7777\r\n"),
                  "an address that no client has");
    }
    for (const char* address : {"::", "ff02::1", "ff00::", "::ffff:0.0.0.0", "::ffff:224.0.0.1"}) {
        EXPECT_EQ(read("PROXY TCP6 " + std::string{address} + " ::1 4711 7777\r\n"), "an address that no client has")
            << "a user of a Unix socket is shown as such an address: nobody may pass as one";
    }
}

TEST(ProxyHeader, sizes_of_extensions_that_lie_are_refused) {
    for (const std::string& extension : {"\x04"s, "\x04\x00"s, "\x04\x00\x01"s, "\x04\x00\x02x"s, "\x04\xff\xffxyz"s}) {
        const std::string said = read(binary('\x21', '\x11', over_ipv4 + extension));
        EXPECT_TRUE(said.starts_with("an extension ")) << said;
    }
}

// Any bytes, cut anywhere: the result is that of the bytes at once, and nothing beyond the bound is taken.
TEST(ProxyHeader, random_changes_and_splits_never_disagree) {
    base::seeded_random random{7};
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = valid[random.below(valid.size())].first + valid[random.below(valid.size())].first;
        for (std::size_t changes = random.below(3); changes != 0; --changes) {
            bytes[random.below(std::min<std::size_t>(bytes.size(), 48))] = static_cast<char>(random.below(256));
        }
        std::size_t taken = 0;
        const std::string at_once = read(bytes, &taken);
        ASSERT_LE(taken, proxy_header::bytes_max);
        proxy_header split;
        std::size_t taken_split = 0;
        while (split.current() == status::incomplete && taken_split < bytes.size()) {
            const std::size_t count = std::min<std::size_t>(1 + random.below(40), bytes.size() - taken_split);
            taken_split += split.take(bytes_in(bytes).subspan(taken_split, count));
        }
        ASSERT_EQ(taken_split, taken) << round;
        ASSERT_EQ(split.current() == status::invalid ? std::string{split.fault()} : std::string{},
                  split.current() == status::invalid ? at_once : std::string{});
        ASSERT_EQ(split.current() == status::incomplete, at_once == "incomplete");
    }
}

}  // namespace
}  // namespace chatos::net
