// Requests that come close to being the cause of a delivery that has none: they say which rule the server broke.
#pragma once

#include "judge/connection_trace.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::conformance {

class near_causes {
public:
    /// `connections` must outlive the index.
    explicit near_causes(const std::vector<connection_trace>& connections);

    /// Whether somebody's SMA up to the frame had this message.
    [[nodiscard]] bool has_sma(std::string_view message, std::uint64_t frame) const;
    /// Whether a client that never wrote to this recipient sent an SMA up to the frame: `sender`, or if it is null,
    /// any.
    [[nodiscard]] bool has_sma_only(const connection_trace* sender, const connection_trace& recipient,
                                    std::uint64_t frame) const;
    /// Whether a client that was not registered sent an SPM, SMA or PC up to the frame that would be the cause.
    [[nodiscard]] bool has_early_request(const connection_trace& recipient, const observed_packet& delivery) const;
    /// Whether `sender`, or if it is null any client, sent this SPM up to the frame without permission.
    [[nodiscard]] bool has_unpermitted_spm(const connection_trace* sender, std::string_view recipient,
                                           std::string_view message, std::uint64_t frame) const;

private:
    using spm_key = std::pair<std::string_view, std::string_view>;  // recipient and message
    struct unpermitted_spm {
        const connection_trace* sender;
        std::uint64_t frame;
    };

    void add(const connection_trace& connection);

    std::vector<const observed_packet*> early_requests_;  // of clients that were not registered; bounded
    std::map<std::string_view, std::uint64_t> first_sma_of_message_;
    std::map<const connection_trace*, std::uint64_t> first_sma_of_sender_;
    std::set<std::pair<const connection_trace*, std::string_view>> spm_recipients_;
    std::map<spm_key, std::vector<unpermitted_spm>> unpermitted_;
};

}  // namespace chatos::conformance
