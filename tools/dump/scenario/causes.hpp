// What led to what in a conversation: whose request a delivery comes from, which ERRORs an answer waited for.
#pragma once

#include "judge/connection_trace.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

class causes {
public:
    /// `trace` must outlive this.
    explicit causes(const conformance::trace& trace);

    [[nodiscard]] const std::vector<conformance::connection_trace>& connections() const noexcept {
        return connections_;
    }
    /// The request of `actor` that this ERROR answers, or null.
    [[nodiscard]] const conformance::traced_request* request_of(std::size_t actor,
                                                                const conformance::observed_packet& answer) const;
    /// The packets that made the server send this one to `actor`: the request of a delivery; of an answer the ERRORs
    /// that it waited for, or the request itself where it waited for nobody.
    [[nodiscard]] std::vector<const conformance::observed_packet*>
    triggers_of(std::size_t actor, const conformance::observed_packet& received) const;
    /// Who left without the ERROR that this answer waited for.
    [[nodiscard]] std::vector<std::size_t> leavers_before(std::size_t actor,
                                                          const conformance::observed_packet& answer) const;
    /// The rule that such a packet is owed to.
    [[nodiscard]] std::string_view rule_of(std::size_t actor, const conformance::observed_packet& received) const;
    /// Whether the actor ever asked for this pseudo.
    [[nodiscard]] bool claims(std::size_t actor, const std::string& pseudo) const;

private:
    struct delivery_place {
        std::size_t actor{0};
        const conformance::traced_delivery* delivery{nullptr};
    };

    void match_deliveries();
    [[nodiscard]] const conformance::traced_request* find_cause(std::size_t to,
                                                                const conformance::observed_packet& delivered) const;

    std::vector<conformance::connection_trace> connections_;
    std::vector<std::set<std::string_view>> claimed_;  // pseudos that each actor asked for
    std::map<const conformance::observed_packet*, const conformance::traced_request*>
        requests_;  // answer to its request
    std::map<const conformance::observed_packet*, const conformance::traced_request*>
        caused_;  // delivery to its request
    std::map<const conformance::traced_request*, std::vector<delivery_place>> deliveries_;
};

}  // namespace chatos::dump
