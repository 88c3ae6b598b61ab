#include "dump/record/speaker_names.hpp"

namespace chatos::dump {

void speaker_names::learn(const packet_record& record) {
    const packet_view& packet = record.packet;
    const bool is_from_client = record.at.way == direction::client_to_server;
    if (is_from_client && packet.op != opcode::error) {
        speaker& one = speakers_[record.at.stream];
        if (packet.op == opcode::cr && one.claimed.empty()) {
            one.claimed = packet.pseudo;
            one.answers_before = one.answers_due;
        }
        ++one.answers_due;
        if (speakers_.size() > streams_max) {
            speakers_.erase(speakers_.begin());
        }
        return;
    }
    if (is_from_client || packet.op != opcode::error) {
        return;
    }
    const auto found = speakers_.find(record.at.stream);
    if (found == speakers_.end()) {
        return;
    }
    speaker& one = found->second;
    one.answers_due -= one.answers_due != 0 ? 1 : 0;
    if (!one.claimed.empty() && one.answers_before-- == 0) {
        if (packet.code == error_code::ok && one.name.empty()) {
            one.name = one.claimed;
        }
        one.claimed.clear();
    }
}

std::string_view speaker_names::of(std::uint32_t stream) const {
    const auto found = speakers_.find(stream);
    return found == speakers_.end() ? std::string_view{} : found->second.name;
}

}  // namespace chatos::dump
