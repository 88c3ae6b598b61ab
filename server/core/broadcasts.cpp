// How deliveries are made: to one user, and messages to all (ALL-1 to ALL-9) in pieces of bounded work: each user in
// turn receives all that it lacks.
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>

namespace chatos::core {

// The caller marks `recipient` as changed.
[[gnu::always_inline]] inline bool server::enqueue(connection& recipient, const frame& packet, connection_id sender,
                                                   std::uint32_t request_number, delivery_kind kind) {
    if (recipient.deliveries.size() >= options_.deliveries_unanswered_max ||
        recipient.output.size_bytes() + packet.size_bytes() > options_.output_bytes_max ||
        tally_.output_memory_bytes() + memory_tally::queue_entry_bytes > options_.total_output_bytes_max ||
        (memory_short_ != nullptr && *memory_short_)) [[unlikely]] {
        ++statistics_.deliveries_without_room;
        return false;
    }
    recipient.deliveries.push({.sender = sender, .request_number = request_number, .kind = kind, .sent = now_});
    recipient.output.push(packet);
    ++statistics_.deliveries_made;
    ++statistics_.deliveries_waiting;
    if (recipient.deliveries.waiting() == 1) {
        arm_timer(recipient);
    }
    return true;
}

// Sends `packet` to `recipient` for the request that `sender` is about to make. Returns false when the recipient's
// queues are full: nothing was sent, and the request continues as if the recipient had answered 4.
bool server::deliver(const connection& sender, connection& recipient, const frame& packet, delivery_kind kind) {
    catch_up(recipient, lane::prompt);  // nothing overtakes a message to all
    spend(1);
    if (!enqueue(recipient, packet, sender.id, sender.requests.next_number(), kind)) {
        return false;
    }
    mark_changed(recipient);
    return true;
}

void server::deliver_broadcasts(std::uint32_t work_max) {
    std::uint32_t work_left = work_max;
    while (!broadcasts_.empty() && work_left != 0) {
        enforce_output_bound();
        if (broadcasts_.empty()) [[unlikely]] {
            break;  // those that lacked something are closed
        }
        connection& user = users_.next_in_turn();
        const std::uint32_t lacking = broadcasts_.end() - user.next_broadcast;
        if (lacking != 0) {
            catch_up(user, lane::bulk);
        }
        work_left -= std::min(work_left, lacking + 1);
    }
}

// Delivers everything that `user` lacks, in order.
void server::catch_up(connection& user, lane written_as) {
    std::uint32_t sent = 0;
    while (user.next_broadcast != broadcasts_.end()) {
        broadcast& message = broadcasts_[user.next_broadcast++];
        const connection_id sender = message.sender;
        const std::uint32_t request_number = message.request_number;
        bool without_room = false;
        if (sender != user.id) {  // ALL-2
            without_room = !enqueue(user, message.packet, sender, request_number, delivery_kind::message_to_all);
            sent += without_room ? 0U : 1U;
        }
        broadcasts_.count_recipient(message);
        if (without_room) [[unlikely]] {
            settle_request(sender, request_number, error_code::unreachable);  // ALL-5
        }
    }
    spend(sent);
    if (sent != 0 && written_as == lane::bulk) {
        mark_changed_in_bulk(user);
    } else if (sent != 0) {
        mark_changed(user);
    }
}

// ALL-9: what it would have received counts as answered 4.
void server::skip_broadcasts(connection& user) {
    while (user.next_broadcast != broadcasts_.end()) {
        broadcast& message = broadcasts_[user.next_broadcast++];
        const connection_id sender = message.sender;
        const std::uint32_t request_number = message.request_number;
        broadcasts_.count_recipient(message);
        if (sender != user.id) {
            settle_request(sender, request_number, error_code::unreachable);
        }
    }
}

}  // namespace chatos::core
