#include "base/capture_builder.hpp"

namespace chatos::base::wire {

byte_string number(std::uint64_t value, std::size_t count, std::endian order) {
    return order == std::endian::big ? big(value, count) : little(value, count);
}

pcap_builder::pcap_builder(std::uint16_t link_type, std::endian order, std::uint32_t magic)
    : order_{order}, bytes_{joined({number(magic, 4, order), number(2, 2, order), number(4, 2, order),
                                    number(0, 8, order), number(262'144, 4, order), number(link_type, 4, order)})} {}

pcap_builder& pcap_builder::add(const byte_string& frame, const frame_claims& claims) {
    const byte_string record =
        joined({number(claims.seconds, 4, order_), number(claims.fraction, 4, order_),
                number(claims.captured.value_or(static_cast<std::uint32_t>(frame.size())), 4, order_),
                number(claims.original.value_or(static_cast<std::uint32_t>(frame.size())), 4, order_), frame});
    bytes_.insert(bytes_.end(), record.begin(), record.end());
    return *this;
}

byte_string pcapng_builder::padded(const byte_string& bytes) const {
    byte_string longer = bytes;
    longer.resize((bytes.size() + 3) / 4 * 4);
    return longer;
}

pcapng_builder& pcapng_builder::append(const byte_string& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
}

pcapng_builder& pcapng_builder::block(std::uint32_t type, const byte_string& body,
                                      std::optional<std::uint32_t> trailer) {
    const byte_string content = padded(body);
    const auto length = static_cast<std::uint32_t>(content.size() + 12);
    return append(joined(
        {number(type, 4, order_), number(length, 4, order_), content, number(trailer.value_or(length), 4, order_)}));
}

pcapng_builder& pcapng_builder::section(std::endian order) {
    order_ = order;
    return block(0x0A0D'0D0A, joined({number(0x1A2B'3C4D, 4, order), number(1, 2, order), number(0, 2, order),
                                      number(UINT64_MAX, 8, order)}));
}

pcapng_builder& pcapng_builder::interface(std::uint16_t link_type, std::uint32_t snap_bytes,
                                          const byte_string& options) {
    return block(1,
                 joined({number(link_type, 2, order_), number(0, 2, order_), number(snap_bytes, 4, order_), options}));
}

pcapng_builder& pcapng_builder::packet(const byte_string& frame, std::uint64_t units, const frame_claims& claims) {
    const auto size = static_cast<std::uint32_t>(frame.size());
    return block(6,
                 joined({number(claims.interface_number, 4, order_), number(units >> 32U, 4, order_),
                         number(units & 0xFFFF'FFFFU, 4, order_), number(claims.captured.value_or(size), 4, order_),
                         number(claims.original.value_or(size), 4, order_), padded(frame), claims.options}),
                 claims.trailer);
}

pcapng_builder& pcapng_builder::old_packet(const byte_string& frame, std::uint64_t units) {
    return block(2, joined({number(0, 2, order_), number(0, 2, order_), number(units >> 32U, 4, order_),
                            number(units & 0xFFFF'FFFFU, 4, order_), number(frame.size(), 4, order_),
                            number(frame.size(), 4, order_), frame}));
}

pcapng_builder& pcapng_builder::simple_packet(const byte_string& frame, std::optional<std::uint32_t> original) {
    return block(3, joined({number(original.value_or(static_cast<std::uint32_t>(frame.size())), 4, order_), frame}));
}

byte_string pcapng_builder::option(std::uint16_t code, const byte_string& value) const {
    return joined({number(code, 2, order_), number(value.size(), 2, order_), padded(value)});
}

}  // namespace chatos::base::wire
