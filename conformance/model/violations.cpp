// What the model does only with a fault: how it continues after malformed packets, what it does to bystanders, and
// servers that violate nearly all rules.
#include "model/model.hpp"

#include <algorithm>

namespace chatos::conformance {

using enum fault;

/// For faults.
void model::act_on_what_follows(client_state& client, const read_result& bad) {
    const bool is_bad_text = bad.consumed != 0;
    if (is_bad_text && has(bad_spm_delivered_in_part) && bad.packet.op == opcode::spm) {
        if (client_state* recipient = find_user(bad.packet.pseudo)) {
            send(*recipient, {opcode::spm, client.pseudo.value_or(""), bad.packet.message, 0});
        }
    }
    if (!is_passed_over(client, bad)) {
        return;
    }
    std::string& unread = unread_of(client);
    unread.erase(0, is_bad_text ? bad.consumed : malformed_size(unread));
    for (read_result next = read_packet(unread, settings_.wire); next.status == read_status::complete && !client.closed;
         next = read_packet(unread, settings_.wire)) {
        unread.erase(0, next.consumed);
        handle(client, next.packet);
    }
}

/// For faults that violate ERR-1.
bool model::is_passed_over(const client_state& client, const read_result& bad) const {
    const std::string& unread = client.unread;
    if (bad.consumed != 0) {
        return has(ill_formed_string_passed_over);
    }
    if (unread[0] < 1 || unread[0] > 6) {
        return has(bad_opcode_passed_over);
    }
    if (unread[0] == 6) {
        return has(unassigned_code_passed_over);
    }
    return has(static_cast<unsigned char>(unread[1]) >= 0x80 ? negative_size_passed_over : empty_pseudo_passed_over);
}

/// How many bytes a malformed packet without a bad text seems to have.
std::size_t model::malformed_size(std::string_view unread) {
    switch (unread[0]) {
    case 1:
    case 2:
    case 3:
    case 5: return 3;
    case 4: return 5;
    case 6: return 2;
    default: return 1;
    }
}

/// For faults that violate ERR-3.
void model::disturb_others(const client_state& client, fault cause) {
    for (auto& [id, other] : clients_) {
        if (id != client.id && has(cause)) {
            if (cause == malformed_drops_requests_of_others) {
                other.requests.clear();
            } else {
                other.send_permissions.clear();
            }
        }
    }
}

/// For faults: the output of this turn for the client, or for all others.
void model::discard_output(connection_id id, bool from_others) {
    const auto begin = output_.begin() + static_cast<std::ptrdiff_t>(turn_began_at_);
    output_.erase(std::remove_if(begin, output_.end(),
                                 [&](const model_output& output) { return (output.connection == id) != from_others; }),
                  output_.end());
}

/// For faults: the requester is not told that its recipient has left.
bool model::stays_unsettled(const client_state& client, const pending_delivery& delivery, end_reason reason) const {
    const bool waits = reason == end_reason::closed && !client.requests.empty();
    return waits && ((delivery.request_op == opcode::sma && has(sma_waits_for_waiting)) ||
                     (delivery.request_op == opcode::pc && has(pc_peer_waiting_unanswered)));
}

bool model::is_degenerate() const {
    return has(mute) || has(hangs_up) || has(ok_to_everything) || has(taken_to_everything);
}

void model::receive_degenerate(client_state& client) {
    if (has(hangs_up)) {
        close(client);
        return;
    }
    while (!client.unread.empty()) {
        const read_result result = read_packet(client.unread, settings_.wire);
        if (result.status == read_status::incomplete) {
            return;
        }
        client.unread.erase(0, result.status == read_status::malformed ? client.unread.size() : result.consumed);
        if (!has(mute)) {
            send_code(client, has(ok_to_everything) ? 0 : 1);
        }
    }
}

}  // namespace chatos::conformance
