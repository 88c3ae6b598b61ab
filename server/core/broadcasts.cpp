// Messages to all (ALL-1 to ALL-9), delivered in pieces of bounded work: each user in turn receives all that it lacks.
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>

namespace chatos::core {

void server::deliver_broadcasts(std::uint32_t work_max) {
    std::uint32_t work_left = work_max;
    while (!broadcasts_.empty() && work_left != 0) {
        enforce_output_bound();
        if (broadcasts_.empty()) {
            break;  // those that lacked something are closed
        }
        connection& user = users_.next_in_turn();
        const std::uint32_t lacking = broadcasts_.end() - user.next_broadcast;
        catch_up(user, lane::bulk);
        work_left -= std::min(work_left, lacking + 1);
    }
}

// Delivers everything that `user` lacks, in order.
void server::catch_up(connection& user, lane written_as) {
    bool any = false;
    while (user.next_broadcast != broadcasts_.end()) {
        const std::uint32_t number = user.next_broadcast++;
        const auto [packet, sender, request_number, remaining] = broadcasts_[number];
        broadcasts_.count_recipient(number);
        if (sender == user.id) {
            continue;  // ALL-2
        }
        if (enqueue(user, packet,
                    {.sender = sender,
                     .request_number = request_number,
                     .kind = delivery_kind::message_to_all,
                     .sent = now_})) {
            any = true;
        } else {
            settle_request(sender, request_number, error_code::unreachable);  // ALL-5
        }
    }
    if (any && written_as == lane::bulk) {
        mark_changed_in_bulk(user);
    } else if (any) {
        mark_changed(user);
    }
}

// ALL-9: what it would have received counts as answered 4.
void server::skip_broadcasts(connection& user) {
    while (user.next_broadcast != broadcasts_.end()) {
        const std::uint32_t number = user.next_broadcast++;
        const connection_id sender = broadcasts_[number].sender;
        const std::uint32_t request_number = broadcasts_[number].request_number;
        broadcasts_.count_recipient(number);
        if (sender != user.id) {
            settle_request(sender, request_number, error_code::unreachable);
        }
    }
}

}  // namespace chatos::core
