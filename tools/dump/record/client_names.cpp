#include "dump/record/client_names.hpp"

namespace chatos::dump {

const client_names::client_state* client_names::find(std::uint32_t stream) const {
    if (const recent_client& recent = recent_[stream % recent_slots]; recent.key == stream + std::uint64_t{1}) {
        return recent.client;
    }
    const auto position = clients_.find(stream);
    return position == clients_.end() ? nullptr : &position->second;
}

client_names::client_state& client_names::find_or_add(std::uint32_t stream) {
    recent_client& recent = recent_[stream % recent_slots];
    if (recent.key != stream + std::uint64_t{1}) {
        recent = {stream + std::uint64_t{1}, &clients_[stream]};
    }
    return *recent.client;
}

void client_names::learn(const packet_record& record) {
    const packet_view& packet = record.packet;
    const bool is_from_client = record.at.direction == stream_direction::client_to_server;
    if (is_from_client && packet.op != opcode::error) {
        client_state& client = find_or_add(record.at.stream);
        if (packet.op == opcode::cr && client.claimed.empty()) {
            client.claimed = packet.pseudo;
            client.answers_before = client.answers_due;
        }
        ++client.answers_due;
        if (clients_.size() > streams_max) {
            recent_[clients_.begin()->first % recent_slots] = {};
            clients_.erase(clients_.begin());
        }
        return;
    }
    if (is_from_client || packet.op != opcode::error) {
        return;
    }
    if (find(record.at.stream) == nullptr) {
        return;
    }
    client_state& client = find_or_add(record.at.stream);
    client.answers_due -= client.answers_due != 0 ? 1 : 0;
    if (!client.claimed.empty() && client.answers_before-- == 0) {
        if (packet.code == error_code::ok && client.name.empty()) {
            client.name = client.claimed;
        }
        client.claimed.clear();
    }
}

std::string_view client_names::of(std::uint32_t stream) const {
    const client_state* const client = find(stream);
    return client == nullptr ? std::string_view{} : client->name;
}

}  // namespace chatos::dump
