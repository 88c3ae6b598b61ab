// Redis pub/sub as a load speaks it (RESP2): receivers SUBSCRIBE to one channel, senders PUBLISH to it; nobody
// acknowledges anything.
#pragma once

#include "bench/dialect.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chatos::bench {

class redis_dialect : public dialect {
public:
    /// `channel` is plain ASCII. Everybody writes to everybody, whatever `load` says.
    redis_dialect(const workload& load, std::string channel);

    [[nodiscard]] completion done_when() const noexcept override { return completion::delivered; }
    [[nodiscard]] bool senders_receive() const noexcept override { return false; }
    std::uint32_t log_in(user_number user, bytes& out) override;
    std::uint32_t introduce(user_number, bytes&) override { return 0; }
    [[nodiscard]] std::span<const std::byte> publish(user_number sender, std::uint32_t count,
                                                     std::uint32_t& given) override;
    void read(user_number user, std::span<const std::byte> input, arrivals& arrivals) override;

private:
    [[nodiscard]] std::string judge_line(user_number user, std::string_view line) const;
    void take_array(user_number user, arrivals& arrivals) const;

    workload load_;
    std::string channel_;
    std::vector<std::string> texts_;
    std::vector<bytes> blocks_;  ///< of senders
    std::size_t command_bytes_{0};
    std::vector<std::string_view> elements_;  ///< of the array that is being read
};

}  // namespace chatos::bench
