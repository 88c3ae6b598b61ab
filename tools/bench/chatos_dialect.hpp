// ChatOS 1.0 as a load speaks it: a CR to log in, an SMA to everybody or an SPM to the partner, ERROR 0 for each SPM.
#pragma once

#include "bench/dialect.hpp"

#include <chatos/packet.hpp>

#include <array>
#include <string>
#include <vector>

namespace chatos::bench {

class chatos_dialect : public dialect {
public:
    /// Users are called `prefix` and their number; `prefix` is ASCII and at most 20 bytes.
    chatos_dialect(const workload& load, std::string prefix);

    [[nodiscard]] completion done_when() const noexcept override { return completion::answered; }
    [[nodiscard]] bool senders_receive() const noexcept override { return load_.to == audience::everybody; }
    std::uint32_t log_in(user_number user, bytes& out) override;
    std::uint32_t introduce(user_number sender, bytes& out) override;
    [[nodiscard]] std::span<const std::byte> publish(user_number sender, std::uint32_t count,
                                                     std::uint32_t& given) override;
    void read(user_number user, std::span<const std::byte> input, arrivals& arrivals) override;

private:
    struct block {
        bytes wire;
        std::size_t message_bytes{0};
    };

    [[nodiscard]] std::string pseudo_of(user_number user) const;
    /// False: the packet is a fault, which `found` tells.
    bool take(const packet_view& packet, arrivals& arrivals) const;

    workload load_;
    std::string prefix_;
    std::vector<std::string> texts_;
    std::vector<std::string> pseudos_;  ///< of senders
    std::vector<block> blocks_;         ///< of senders
    std::array<packet_view, 256> packets_{};
};

}  // namespace chatos::bench
