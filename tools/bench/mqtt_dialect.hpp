// MQTT 3.1.1 as a load speaks it, QoS 1: receivers SUBSCRIBE to one topic and PUBACK each message, senders PUBLISH to
// it and are answered with a PUBACK.
#pragma once

#include "bench/dialect.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace chatos::bench {

class mqtt_dialect : public dialect {
public:
    /// `name` is plain ASCII and at most 16 bytes: the topic, and followed by a number the client's identifier.
    /// Everybody writes to everybody, whatever `load` says.
    mqtt_dialect(const workload& load, std::string name);

    [[nodiscard]] completion done_when() const noexcept override { return completion::delivered; }
    [[nodiscard]] bool senders_receive() const noexcept override { return false; }
    std::uint32_t log_in(user_number user, bytes& out) override;
    std::uint32_t introduce(user_number, bytes&) override { return 0; }
    [[nodiscard]] std::span<const std::byte> publish(user_number sender, std::uint32_t count,
                                                     std::uint32_t& given) override;
    void read(user_number user, std::span<const std::byte> input, arrivals& arrivals) override;

private:
    struct outgoing {
        bytes block;
        std::uint16_t next_identifier{1};  ///< of the next message that leaves
        std::uint16_t next_answered{1};    ///< of the next one that is answered: the order is the same
    };

    void take(user_number user, std::uint8_t first, std::span<const std::byte> body, arrivals& arrivals);
    void take_message(user_number user, std::span<const std::byte> body, arrivals& arrivals) const;
    void take_answer(user_number user, std::span<const std::byte> body, arrivals& arrivals);

    workload load_;
    std::string name_;
    std::vector<std::string> texts_;
    std::vector<outgoing> outgoing_;  ///< of senders
    std::size_t message_bytes_{0};
    std::size_t identifier_at_{0};  ///< of a message
};

}  // namespace chatos::bench
