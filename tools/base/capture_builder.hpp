// Capture files, pcap and pcapng, byte by byte.
#pragma once

#include "base/packet_builder.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace chatos::base::wire {

/// What a record or block says about its frame. Sizes that are not given are those of the frame.
struct frame_claims {
    std::uint32_t seconds{1'700'000'000};
    std::uint32_t fraction{0};
    std::optional<std::uint32_t> captured{};
    std::optional<std::uint32_t> original{};
    std::uint32_t interface_number{0};
    std::optional<std::uint32_t> trailer{};
    byte_string options{};
};

/// A number of `count` bytes in either order.
[[nodiscard]] byte_string number(std::uint64_t value, std::size_t count, std::endian order);

class pcap_builder {
public:
    explicit pcap_builder(std::uint16_t link_type = 1, std::endian order = std::endian::little,
                          std::uint32_t magic = 0xA1B2'C3D4);

    pcap_builder& add(const byte_string& frame, const frame_claims& claims = {});
    [[nodiscard]] const byte_string& bytes() const noexcept { return bytes_; }

private:
    std::endian order_;
    byte_string bytes_;
};

class pcapng_builder {
public:
    explicit pcapng_builder(std::endian order = std::endian::little) { section(order); }

    pcapng_builder& section(std::endian order);
    pcapng_builder& interface(std::uint16_t link_type, std::uint32_t snap_bytes = 0, const byte_string& options = {});
    /// An enhanced packet; its time is a number of the interface's units since 1970.
    pcapng_builder& packet(const byte_string& frame, std::uint64_t units = 1'700'000'000'000'000,
                           const frame_claims& claims = {});
    /// The obsolete kind.
    pcapng_builder& old_packet(const byte_string& frame, std::uint64_t units = 1'700'000'000'000'000);
    pcapng_builder& simple_packet(const byte_string& frame, std::optional<std::uint32_t> original = {});
    pcapng_builder& block(std::uint32_t type, const byte_string& body, std::optional<std::uint32_t> trailer = {});
    pcapng_builder& append(const byte_string& bytes);

    /// An option of an interface, padded.
    [[nodiscard]] byte_string option(std::uint16_t code, const byte_string& value) const;
    [[nodiscard]] const byte_string& bytes() const noexcept { return bytes_; }
    /// The blocks since the last call: a file can be written in pieces.
    [[nodiscard]] byte_string take() { return std::exchange(bytes_, {}); }

private:
    [[nodiscard]] byte_string padded(const byte_string& bytes) const;

    std::endian order_{std::endian::little};
    byte_string bytes_;
};

}  // namespace chatos::base::wire
