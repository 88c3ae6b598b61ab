#include "bench/mqtt_dialect.hpp"

#include "base/utf8_text.hpp"

#include <algorithm>

namespace chatos::bench {

namespace {

// The first byte of the packets of MQTT 3.1.1 that pub/sub with QoS 1 takes.
constexpr std::uint8_t connect = 0x10;
constexpr std::uint8_t connect_answer = 0x20;
constexpr std::uint8_t publish_qos_1 = 0x32;
constexpr std::uint8_t publish_answer = 0x40;
constexpr std::uint8_t subscribe = 0x82;
constexpr std::uint8_t subscribe_answer = 0x90;

constexpr std::size_t body_bytes_max = 131'072;

void add_u8(bytes& out, std::size_t value) {
    out.push_back(static_cast<std::byte>(value));
}

void add_u16(bytes& out, std::size_t value) {
    add_u8(out, value >> 8U);
    add_u8(out, value & 0xFFU);
}

void add_text(bytes& out, std::string_view text) {
    add_u16(out, text.size());
    append(out, text);
}

/// Seven bits per byte, the lowest first; the top bit says that more follow.
void add_packet(bytes& out, std::uint8_t first, const bytes& body) {
    add_u8(out, first);
    std::size_t size = body.size();
    do {
        const std::size_t low = size & 0x7FU;
        size >>= 7U;
        add_u8(out, low | (size != 0 ? 0x80U : 0U));
    } while (size != 0);
    out.insert(out.end(), body.begin(), body.end());
}

std::uint8_t u8_at(std::span<const std::byte> input, std::size_t at) {
    return std::to_integer<std::uint8_t>(input[at]);
}

std::uint16_t u16_at(std::span<const std::byte> input, std::size_t at) {
    return static_cast<std::uint16_t>((u8_at(input, at) << 8U) | u8_at(input, at + 1));
}

enum class header_status : std::uint8_t { complete, incomplete, malformed };

struct header {
    header_status status{header_status::incomplete};
    std::size_t header_bytes{0};
    std::size_t body_bytes{0};
};

header read_header(std::span<const std::byte> input) {
    constexpr std::size_t size_bytes_max = 4;
    header header;
    for (std::size_t i = 0; i < size_bytes_max; ++i) {
        if (input.size() < i + 2) {
            return header;
        }
        const std::size_t value = u8_at(input, i + 1);
        header.body_bytes |= (value & 0x7FU) << (7U * i);
        if ((value & 0x80U) == 0U) {
            header.header_bytes = i + 2;
            const bool is_whole = input.size() - header.header_bytes >= header.body_bytes;
            header.status = header.body_bytes > body_bytes_max ? header_status::malformed
                            : is_whole                         ? header_status::complete
                                                               : header_status::incomplete;
            return header;
        }
    }
    header.status = header_status::malformed;
    return header;
}

/// 1 to 65535, then from the start: 0 is no identifier.
std::uint16_t after(std::uint16_t identifier) {
    return identifier == 0xFFFF ? std::uint16_t{1} : static_cast<std::uint16_t>(identifier + 1);
}

}  // namespace

mqtt_dialect::mqtt_dialect(const workload& load, std::string name)
    : load_{load}, name_{std::move(name)}, texts_{texts_of_senders(load)}, outgoing_(load.senders) {
    for (user_number sender = 0; sender < load_.senders; ++sender) {
        bytes body;
        add_text(body, name_);
        add_u16(body, 0);
        append(body, texts_[sender]);
        bytes message;
        add_packet(message, publish_qos_1, body);
        message_bytes_ = message.size();
        identifier_at_ = message_bytes_ - texts_[sender].size() - 2;
        bytes& block = outgoing_[sender].block;
        for (std::uint32_t i = messages_per_block(message_bytes_, load_.in_flight); i > 0; --i) {
            block.insert(block.end(), message.begin(), message.end());
        }
    }
}

std::uint32_t mqtt_dialect::log_in(user_number user, bytes& out) {
    constexpr std::size_t level_3_1_1 = 4;
    constexpr std::size_t clean_session = 2;
    bytes body;
    add_text(body, "MQTT");
    add_u8(body, level_3_1_1);
    add_u8(body, clean_session);
    add_u16(body, 0);  // no keep-alive
    add_text(body, name_ + std::to_string(user));
    add_packet(out, connect, body);
    if (user < load_.senders) {
        return 1;
    }
    body.clear();
    add_u16(body, 1);
    add_text(body, name_);
    add_u8(body, 1);  // QoS
    add_packet(out, subscribe, body);
    return 2;
}

std::span<const std::byte> mqtt_dialect::publish(user_number sender, std::uint32_t count, std::uint32_t& given) {
    outgoing& ready = outgoing_[sender];
    given = std::min(count, static_cast<std::uint32_t>(ready.block.size() / message_bytes_));
    for (std::size_t i = 0; i < given; ++i) {
        const std::size_t at = i * message_bytes_ + identifier_at_;
        ready.block[at] = static_cast<std::byte>(ready.next_identifier >> 8U);
        ready.block[at + 1] = static_cast<std::byte>(ready.next_identifier & 0xFFU);
        ready.next_identifier = after(ready.next_identifier);
    }
    return std::span{ready.block}.first(given * message_bytes_);
}

void mqtt_dialect::read(user_number user, std::span<const std::byte> input, arrivals& arrivals) {
    arrivals.clear();
    while (arrivals.fault.empty()) {
        const auto remaining = input.subspan(arrivals.consumed);
        const header next = read_header(remaining);
        if (next.status == header_status::incomplete) {
            return;
        }
        if (next.status == header_status::malformed) {
            arrivals.fault = "bytes that are no packet of MQTT";
            return;
        }
        take(user, u8_at(remaining, 0), remaining.subspan(next.header_bytes, next.body_bytes), arrivals);
        arrivals.consumed += next.header_bytes + next.body_bytes;
    }
}

void mqtt_dialect::take(user_number user, std::uint8_t first, std::span<const std::byte> body, arrivals& arrivals) {
    if (first == publish_qos_1) {
        take_message(user, body, arrivals);
    } else if (first == publish_answer) {
        take_answer(user, body, arrivals);
    } else if (first == connect_answer || first == subscribe_answer) {
        const bool is_granted =
            first == connect_answer ? body.size() == 2 && u8_at(body, 1) == 0 : body.size() == 3 && u8_at(body, 2) == 1;
        arrivals.fault = is_granted ? "" : "the login or subscription was refused";
        ++arrivals.answers;
    } else {
        arrivals.fault =
            "an unexpected packet of type " + std::to_string(first >> 4U) + ", flags " + std::to_string(first & 0x0FU);
    }
}

void mqtt_dialect::take_message(user_number user, std::span<const std::byte> body, arrivals& arrivals) const {
    const std::size_t text_at = 2 + name_.size() + 2;
    user_number sender = load_.senders;
    if (user >= load_.senders && body.size() >= text_at && u16_at(body, 0) == name_.size() &&
        base::as_text(body.subspan(2, name_.size())) == name_) {
        sender = sender_of(base::as_text(body.subspan(text_at)), texts_);
    }
    if (sender == load_.senders) {
        arrivals.fault = "a message that no sender of this load has published";
        return;
    }
    arrivals.senders.push_back(sender);
    add_u8(arrivals.acknowledgements, publish_answer);
    add_u8(arrivals.acknowledgements, 2);
    arrivals.acknowledgements.push_back(body[text_at - 2]);
    arrivals.acknowledgements.push_back(body[text_at - 1]);
}

void mqtt_dialect::take_answer(user_number user, std::span<const std::byte> body, arrivals& arrivals) {
    if (user >= load_.senders || body.size() != 2 || u16_at(body, 0) != outgoing_[user].next_answered) {
        arrivals.fault = "a PUBACK out of order or for nothing";
        return;
    }
    outgoing_[user].next_answered = after(outgoing_[user].next_answered);
    ++arrivals.answers;
}

}  // namespace chatos::bench
