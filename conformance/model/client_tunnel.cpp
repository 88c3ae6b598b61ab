// The client's end of a private connection: it opens it (TUN-1) and writes lines over it, as an example of what clients
// do there.
#include "model/client.hpp"
#include "model/client_wire.hpp"

#include <algorithm>

namespace chatos::conformance {

using enum client_fault;

/// TUN-1: a further connection to the server, whose first packets are PC(own pseudo), PC(peer's pseudo).
void client_model::open_tunnel(const std::string& peer) {
    if (is_over_ || has(opens_no_tunnel)) {
        return;
    }
    const auto pc = [](const std::string& pseudo) { return write_client_packet({opcode::pc, pseudo, "", 0}, {}, ""); };
    std::string first = pc(settings_.pseudo) + pc(peer);
    if (has(tunnel_names_peer_first)) {
        first = pc(peer) + pc(settings_.pseudo);
    } else if (has(tunnel_names_peer_only)) {
        first = pc(peer);
    } else if (has(tunnel_begins_with_cr)) {
        first = write_client_packet({opcode::cr, settings_.pseudo, "", 0}, {}, "") + first;
    } else if (has(tunnel_names_peer_twice)) {
        first = pc(peer) + pc(peer);
    }
    tunnel_ = tunnel_stage::opening;
    tunnel_peer_ = peer;
    tunnel_unread_.clear();
    output_.push_back({client_output::kind::tunnel, "", {}});
    output_.push_back({client_output::kind::tunnel_send, first, {}});
    if (has(opens_tunnel_twice)) {
        output_.push_back({client_output::kind::tunnel, "", {}});
        output_.push_back({client_output::kind::tunnel_send, first, {}});
    }
}

/// TUN-2: what is sent before the ERROR 0 is kept by the server.
void client_model::send_private(std::string_view peer, std::string_view text) {
    if (tunnel_ == tunnel_stage::none || peer != tunnel_peer_) {
        show("* there is no private connection with " + std::string{peer});
        return;
    }
    if (has(private_texts_go_to_everybody)) {
        enqueue({request_kind::to_all, "", std::string{text}, stage::waiting});
    } else if (!has(private_texts_lost)) {
        output_.push_back({client_output::kind::tunnel_send, std::string{text} + '\n', {}});
    }
}

void client_model::tunnel_received(std::string_view bytes) {
    if (tunnel_ == tunnel_stage::none || is_over_) {
        return;
    }
    tunnel_unread_ += bytes;
    if (tunnel_ == tunnel_stage::opening && has(tunnel_answer_in_one_piece) && tunnel_unread_.size() == 1) {
        end_tunnel("the server sent half an answer");
        return;
    }
    if (tunnel_ == tunnel_stage::opening && tunnel_unread_.size() >= 2) {
        if (tunnel_unread_.compare(0, 2, std::string_view{"\x06\0", 2}) != 0) {
            end_tunnel("the server refuses it");
            return;
        }
        tunnel_ = tunnel_stage::open;
        tunnel_unread_.erase(0, 2);
        show("* the private connection with " + tunnel_peer_ + " is open");
    }
    show_private();
}

void client_model::show_private() {
    if (tunnel_ != tunnel_stage::open) {
        return;
    }
    for (std::size_t end = tunnel_unread_.find('\n'); end != std::string::npos; end = tunnel_unread_.find('\n')) {
        if (!has(private_texts_not_shown)) {
            show("(" + tunnel_peer_ + ") " + tunnel_unread_.substr(0, end));
        }
        tunnel_unread_.erase(0, end + 1);
    }
}

/// TUN-4, TUN-5: the session continues.
void client_model::end_tunnel(const std::string& why) {
    if (tunnel_ == tunnel_stage::none) {
        return;
    }
    const bool was_open = tunnel_ == tunnel_stage::open;
    tunnel_ = tunnel_stage::none;
    show("* the private connection with " + tunnel_peer_ + " has ended: " + why);
    if (was_open || !has(keeps_refused_tunnel_open)) {
        output_.push_back({client_output::kind::tunnel_end, "", {}});
    }
    if (has(was_open ? tunnel_end_ends_session : refused_tunnel_ends_session)) {
        leave(client_exit::broken);
    }
}

void client_model::tunnel_ended() {
    if (has(crashes_of_unanswered_tunnel) && tunnel_ == tunnel_stage::opening) {
        crash();
        return;
    }
    end_tunnel("the other side has ended it");
}

}  // namespace chatos::conformance
