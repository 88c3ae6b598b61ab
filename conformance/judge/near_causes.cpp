#include "judge/near_causes.hpp"

#include <algorithm>

namespace chatos::conformance {

near_causes::near_causes(const std::vector<connection_trace>& connections) {
    for (const connection_trace& connection : connections) {
        add(connection);
    }
}

void near_causes::add(const connection_trace& connection) {
    for (const traced_request& request : connection.requests) {
        const observed_packet& packet = *request.packet;
        constexpr std::size_t early_requests_max = 256;
        if (!request.is_from_user && packet.op != opcode::cr && packet.op != opcode::rpm &&
            early_requests_.size() < early_requests_max) {
            early_requests_.push_back(&packet);
        }
        if (packet.op == opcode::sma) {
            const auto [first, is_new] = first_sma_of_message_.emplace(packet.message, packet.frame);
            first->second = std::min(first->second, packet.frame);
            first_sma_of_sender_.emplace(&connection, packet.frame);
        } else if (packet.op == opcode::spm) {
            spm_recipients_.emplace(&connection, packet.pseudo);
            if (!request.may_have_permission) {
                unpermitted_[{packet.pseudo, packet.message}].push_back({&connection, packet.frame});
            }
        }
    }
}

bool near_causes::has_sma(std::string_view message, std::uint64_t frame) const {
    const auto first = first_sma_of_message_.find(message);
    return first != first_sma_of_message_.end() && first->second <= frame;
}

bool near_causes::has_sma_only(const connection_trace* sender, const connection_trace& recipient,
                               std::uint64_t frame) const {
    constexpr std::size_t senders_max = 64;  // only a report's rule depends on it
    const auto is_only = [&](const auto& first) {
        return first.second <= frame && !spm_recipients_.contains({first.first, recipient.pseudo});
    };
    if (sender != nullptr) {
        const auto first = first_sma_of_sender_.find(sender);
        return first != first_sma_of_sender_.end() && is_only(*first);
    }
    auto last = first_sma_of_sender_.begin();
    for (std::size_t count = 0; count < senders_max && last != first_sma_of_sender_.end(); ++count) {
        ++last;
    }
    return std::any_of(first_sma_of_sender_.begin(), last, is_only);
}

bool near_causes::has_early_request(const connection_trace& recipient, const observed_packet& delivery) const {
    return std::any_of(early_requests_.begin(), early_requests_.end(), [&](const observed_packet* packet) {
        const bool is_offer = delivery.op == opcode::pc;
        return packet->frame <= delivery.frame && (packet->op == opcode::pc) == is_offer &&
               (is_offer || packet->message == delivery.message) &&
               (packet->op == opcode::sma || packet->pseudo == recipient.pseudo);
    });
}

bool near_causes::has_unpermitted_spm(const connection_trace* sender, std::string_view recipient,
                                      std::string_view message, std::uint64_t frame) const {
    const auto list = unpermitted_.find({recipient, message});
    return list != unpermitted_.end() &&
           std::any_of(list->second.begin(), list->second.end(), [&](const unpermitted_spm& spm) {
               return spm.frame <= frame && (sender == nullptr || spm.sender == sender);
           });
}

}  // namespace chatos::conformance
