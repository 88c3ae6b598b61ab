#include "dump/record/client_names.hpp"

namespace chatos::dump {

void client_names::learn(const packet_record& record) {
    const packet_view& packet = record.packet;
    const bool is_from_client = record.at.direction == stream_direction::client_to_server;
    if (is_from_client && packet.op != opcode::error) {
        client_state& client = clients_[record.at.stream];
        if (packet.op == opcode::cr && client.claimed.empty()) {
            client.claimed = packet.pseudo;
            client.answers_before = client.answers_due;
        }
        ++client.answers_due;
        if (clients_.size() > streams_max) {
            clients_.erase(clients_.begin());
        }
        return;
    }
    if (is_from_client || packet.op != opcode::error) {
        return;
    }
    const auto position = clients_.find(record.at.stream);
    if (position == clients_.end()) {
        return;
    }
    client_state& client = position->second;
    client.answers_due -= client.answers_due != 0 ? 1 : 0;
    if (!client.claimed.empty() && client.answers_before-- == 0) {
        if (packet.code == error_code::ok && client.name.empty()) {
            client.name = client.claimed;
        }
        client.claimed.clear();
    }
}

std::string_view client_names::of(std::uint32_t stream) const {
    const auto position = clients_.find(stream);
    return position == clients_.end() ? std::string_view{} : position->second.name;
}

}  // namespace chatos::dump
