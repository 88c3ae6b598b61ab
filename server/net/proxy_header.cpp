#include "net/proxy_header.hpp"

#include "core/ensure.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <string>

namespace chatos::net {

namespace {

constexpr std::size_t line_bytes_max = 107;  // of version 1, with its end
constexpr std::string_view line_start = "PROXY ";
constexpr std::string_view binary_start{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t fixed_bytes = 16;  // of version 2: the start, version and command, family, size of what follows

constexpr std::size_t command_at = 12;
constexpr std::size_t family_at = 13;
constexpr std::size_t size_at = 14;

constexpr std::uint8_t local_command = 0x20;
constexpr std::uint8_t proxy_command = 0x21;

// Bytes of the addresses of version 2; empty: there is no such family.
std::optional<std::size_t> address_bytes(std::uint8_t family) {
    switch (family) {
    case 0x00: return 0;           // unspecified
    case 0x11: return 12;          // TCP over IPv4
    case 0x21: return 36;          // TCP over IPv6
    case 0x31: return 216;         // a Unix stream socket
    default: return std::nullopt;  // unassigned, or datagrams, which nobody passes on to a listener for streams
    }
}

constexpr std::byte checksum_type{0x03};

// CRC32c, as the extension of type 3 has it, over a header in which the checksum itself counts as zeros.
class checksum {
public:
    void add(std::byte value) noexcept {
        sum_ ^= std::to_integer<std::uint32_t>(value);
        for (int bit = 0; bit < 8; ++bit) {
            sum_ = (sum_ >> 1U) ^ ((sum_ & 1U) != 0 ? 0x82f63b78U : 0U);
        }
    }
    [[nodiscard]] std::uint32_t value() const noexcept { return ~sum_; }

private:
    std::uint32_t sum_{UINT32_MAX};
};

std::uint32_t big_endian(std::span<const std::byte> bytes) {
    std::uint32_t value = 0;
    for (const std::byte next : bytes) {
        value = value << 8U | std::to_integer<std::uint32_t>(next);
    }
    return value;
}

constexpr std::size_t ipv4_at = 12;  // of IPv6's mapped form

void map_ipv4(std::array<std::byte, 16>& address) {
    address[10] = address[11] = std::byte{0xff};
}

// A connection comes from no multicast address, and from somewhere.
bool can_connect(const std::array<std::byte, 16>& address) {
    const auto ipv6 = [&address] {
        ::in6_addr result{};
        std::memcpy(&result, address.data(), sizeof result);
        return result;
    }();
    if (IN6_IS_ADDR_V4MAPPED(&ipv6)) {
        const auto first = std::to_integer<unsigned>(address[ipv4_at]);
        return first != 0 && first < 224;
    }
    return !IN6_IS_ADDR_UNSPECIFIED(&ipv6) && !IN6_IS_ADDR_MULTICAST(&ipv6);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool canonical = text.size() == 1 || !text.starts_with('0');
    return error == std::errc{} && end == text.data() + text.size() && canonical ? std::optional{port} : std::nullopt;
}

std::optional<std::array<std::byte, 16>> parse_address(std::string_view text, bool is_ipv6) {
    std::array<std::byte, 16> address{};
    const std::string terminated{text};
    if (terminated.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    if (is_ipv6) {
        return ::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1 ? std::optional{address} : std::nullopt;
    }
    map_ipv4(address);
    return ::inet_pton(AF_INET, terminated.c_str(), address.data() + ipv4_at) == 1 ? std::optional{address}
                                                                                   : std::nullopt;
}

// Protocol, addresses and ports of a line of version 1; empty: they are not five, separated by single spaces.
std::optional<std::array<std::string_view, 5>> split(std::string_view line) {
    std::array<std::string_view, 5> words;
    for (std::size_t index = 0; index < words.size(); ++index) {
        const std::size_t end = line.find(' ');
        const bool is_last = index + 1 == words.size();
        if ((end == std::string_view::npos) != is_last) {
            return std::nullopt;
        }
        words[index] = line.substr(0, end);
        line.remove_prefix(is_last ? line.size() : end + 1);
    }
    return words;
}

}  // namespace

std::size_t proxy_header::take(std::span<const std::byte> bytes) {
    core::ensure(status_ == status::incomplete);
    std::size_t taken = 0;
    while (taken < bytes.size() && status_ == status::incomplete) {
        bytes_[size_++] = bytes[taken++];
        judge();
    }
    return taken;
}

// After each byte, so that nothing is awaited that cannot become a header.
void proxy_header::judge() {
    const std::string_view text{reinterpret_cast<const char*>(bytes_.data()), size_};
    if (line_start.starts_with(text.substr(0, line_start.size()))) {
        judge_line();
    } else if (binary_start.starts_with(text.substr(0, binary_start.size()))) {
        judge_binary();
    } else {
        refuse("not a PROXY header");
    }
}

void proxy_header::judge_line() {
    const std::string_view text{reinterpret_cast<const char*>(bytes_.data()), size_};
    if (text.ends_with('\n')) {
        if (text.ends_with("\r\n")) {
            read_line(text.substr(0, size_ - 2));
        } else {
            refuse("a line that does not end with CR LF");
        }
    } else if (size_ == line_bytes_max) {
        refuse("longer than 107 bytes");
    } else if (size_ > 1 && text[size_ - 2] == '\r') {
        refuse("a line that does not end with CR LF");
    }
}

void proxy_header::read_line(std::string_view line) {
    line.remove_prefix(line_start.size());
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) {
        status_ = status::complete;
        return;
    }
    const auto words = split(line);
    if (!words || (words->front() != "TCP4" && words->front() != "TCP6")) {
        refuse("not PROXY, TCP4 or TCP6 or UNKNOWN, two addresses, two ports");
        return;
    }
    const bool is_ipv6 = words->front() == "TCP6";
    const auto address = parse_address((*words)[1], is_ipv6);
    const auto port = parse_port((*words)[3]);
    if (!address || !port || !parse_address((*words)[2], is_ipv6) || !parse_port((*words)[4])) {
        refuse("an address or a port that is none");
        return;
    }
    name({.address = *address, .port = *port});
}

void proxy_header::judge_binary() {
    const auto value_at = [this](std::size_t index) { return std::to_integer<std::uint8_t>(bytes_[index]); };
    if (size_ == command_at + 1 && value_at(command_at) != local_command && value_at(command_at) != proxy_command) {
        refuse("an unknown version or command");
    }
    if (size_ == family_at + 1 && value_at(command_at) == proxy_command && !address_bytes(value_at(family_at))) {
        refuse("an unknown family or protocol");
    }
    if (size_ < fixed_bytes) {
        return;
    }
    const std::size_t declared = big_endian(std::span{bytes_}.subspan(size_at, 2));
    const std::size_t addresses =
        value_at(command_at) == proxy_command ? *address_bytes(value_at(family_at)) : std::size_t{0};
    if (fixed_bytes + declared > bytes_max) {
        refuse("longer than 1024 bytes");
    } else if (declared < addresses) {
        refuse("shorter than its addresses");
    } else if (size_ == fixed_bytes + declared) {
        read_addresses(addresses);
    }
}

void proxy_header::read_addresses(std::size_t size) {
    // What follows the addresses of LOCAL and of an unspecified family may be anything.
    const bool is_named = size != 0;
    if (is_named && !extensions_fit(fixed_bytes + size)) {
        return;
    }
    const std::span<const std::byte> addresses = std::span{bytes_}.subspan(fixed_bytes);
    constexpr std::size_t of_ipv4 = 12;
    constexpr std::size_t of_ipv6 = 36;
    client source;
    if (size == of_ipv4) {
        map_ipv4(source.address);
        std::copy_n(addresses.begin(), 4, source.address.begin() + ipv4_at);
        source.port = static_cast<std::uint16_t>(big_endian(addresses.subspan(8, 2)));
    } else if (size == of_ipv6) {
        std::copy_n(addresses.begin(), source.address.size(), source.address.begin());
        source.port = static_cast<std::uint16_t>(big_endian(addresses.subspan(32, 2)));
    } else {  // nobody with an address
        status_ = status::complete;
        return;
    }
    name(source);
}

// Type, size and value each. False, and the header is refused, when a size lies or the checksum differs.
bool proxy_header::extensions_fit(std::size_t from) {
    constexpr std::size_t head_bytes = 3;
    constexpr std::size_t checksum_bytes = 4;
    std::size_t checksum_at = 0;
    while (from != size_) {
        if (size_ - from < head_bytes) {
            refuse("an extension that is cut");
            return false;
        }
        const std::size_t value_bytes = big_endian(std::span{bytes_}.subspan(from + 1, 2));
        const bool is_checksum = bytes_[from] == checksum_type;
        from += head_bytes;
        if (value_bytes > size_ - from || (is_checksum && (value_bytes != checksum_bytes || checksum_at != 0))) {
            refuse("an extension whose size is wrong");
            return false;
        }
        checksum_at = is_checksum ? from : checksum_at;
        from += value_bytes;
    }
    if (checksum_at == 0) {
        return true;
    }
    checksum sum;
    for (std::size_t index = 0; index < size_; ++index) {
        sum.add(index >= checksum_at && index < checksum_at + checksum_bytes ? std::byte{0} : bytes_[index]);
    }
    if (sum.value() != big_endian(std::span{bytes_}.subspan(checksum_at, checksum_bytes))) {
        refuse("its checksum is wrong");
        return false;
    }
    return true;
}

void proxy_header::name(const client& source) {
    if (!can_connect(source.address)) {
        refuse("an address that no client has");
        return;
    }
    source_ = source;
    status_ = status::complete;
}

void proxy_header::refuse(std::string_view why) noexcept {
    status_ = status::invalid;
    fault_ = why;
}

}  // namespace chatos::net
