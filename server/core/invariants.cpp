// Recomputes the invariants from scratch. Tests and simulations call this after each step; a production server need
// not.
#include "core/server.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace chatos::core {

namespace {

std::string name_of(const connection& client) {
    return "connection " + std::to_string(client.id.slot) + "." + std::to_string(client.id.generation) + ": ";
}

std::size_t output_bytes_bound(const connection& client, const options& bounds) {
    const std::size_t packets = bounds.output_bytes_max + std::size_t{2} * (bounds.answers_owed_max + 1);
    const std::size_t relayed = bounds.tunnel_buffer_bytes_max + bounds.receive_bytes_max +
                                packet_bytes_max(bounds.packet_limits) + std::size_t{2};
    switch (client.current_phase()) {
    case phase::tunnel_waiting: return 0;
    case phase::tunnel_open: return relayed;
    case phase::finishing: return std::max(packets, relayed);  // any former phase
    default: return packets;
    }
}

// Bounds of options.hpp for one connection.
std::string check_bounds(const connection& client, const options& bounds) {
    if (client.answers_owed() > bounds.answers_owed_max) {
        return name_of(client) + "more answers owed than the bound";
    }
    if (client.deliveries.size() > bounds.deliveries_unanswered_max) {
        return name_of(client) + "more unanswered deliveries than the bound";
    }
    if (client.output.size_bytes() > output_bytes_bound(client, bounds)) {
        return name_of(client) + "more output bytes than the bound";
    }
    if (client.permissions.size() > bounds.send_permissions_max) {
        return name_of(client) + "more send permissions than the bound";
    }
    const std::size_t rest_bytes = client.current_phase() == phase::tunnel_waiting ? bounds.tunnel_buffer_bytes_max : 0;
    if (client.pending_input.bytes().size() >
        rest_bytes + packet_bytes_max(bounds.packet_limits) + bounds.receive_bytes_max) {
        return name_of(client) + "more unprocessed bytes than the bound";
    }
    if (client.timeouts_in_a_row >= bounds.timeouts_in_a_row_max && client.is_open()) {
        return name_of(client) + "open after too many time-outs in a row";
    }
    return {};
}

// Checks what a connection may hold in its phase.
std::string check_phase(const connection& client, bool in_registry) {
    const bool user = client.current_phase() == phase::user;
    if (user != in_registry || user != (client.pseudo != nullptr)) {
        return name_of(client) + "phase and registry disagree";
    }
    if (!user && (client.deliveries.size() != 0 || client.permissions.size() != 0)) {
        return name_of(client) + "not a user, but owes answers or keeps send permissions";
    }
    if ((!client.keeps_input() && !client.pending_input.empty()) ||
        (!client.is_open() && (client.has_backlog || client.packet_unfinished))) {
        return name_of(client) + "not open, yet keeps input";
    }
    if (client.current_phase() != phase::user && client.current_phase() != phase::leaving && !client.requests.empty()) {
        return name_of(client) + "has requests that will never be answered";
    }
    if (client.current_phase() == phase::leaving && client.requests.empty()) {
        return name_of(client) + "waits for nothing";
    }
    if (client.throttled && !client.has_backlog) {
        return name_of(client) + "waits for its rate without a request";
    }
    if (client.packet_unfinished && (client.has_backlog || client.pending_input.empty() || client.need == 0)) {
        return name_of(client) + "unfinished packet without bytes, or after others";
    }
    if (!client.requests.empty()) {
        const request& oldest = client.requests[0];
        if (oldest.waiting == 0 || (oldest.offers_connection && !oldest.first_answer_sent)) {
            return name_of(client) + "an answer is due and was not sent";
        }
    }
    return {};
}

// One packet, or one run of bytes, may exceed the bounds before the core notices.
std::string check_memory(const memory_tally& tally, const options& bounds) {
    const std::size_t packet_max = packet_bytes_max(bounds.packet_limits);
    if (tally.output_memory_bytes() > bounds.total_output_bytes_max + frame::memory_bytes(packet_max)) {
        return "more memory for what waits to be written than the bound";
    }
    const std::size_t rest_max = input_buffer::memory_bytes_max(bounds.receive_bytes_max + packet_max);
    if (tally.input_bytes > bounds.total_input_bytes_max + rest_max) {
        return "more memory for unprocessed bytes than the bound";
    }
    return {};
}

}  // namespace

statistics server::count() const {
    statistics all = statistics_;
    all.connections_open = connections_.size();
    all.users = users_.size();
    all.tunnels_undecided = tunnels_.offered();
    all.tunnels_awaited = tunnels_.awaited();
    all.tunnels_open = tunnels_.open();
    all.output_bytes_queued = tally_.output_bytes;
    all.output_memory_bytes = tally_.output_memory_bytes();
    all.input_memory_bytes = tally_.input_bytes;
    return all;
}

// TUN: the registry, the connections and the counts agree.
std::string server::check_tunnel_invariants() const {
    std::string fault = tunnels_.check_invariants();
    std::size_t waiting = 0;
    std::size_t open = 0;
    std::size_t held = 0;
    connections_.for_each([&](const connection& client) {
        if (client.first_pc_held != held_pcs_.contains(client.id.slot) ||
            (client.first_pc_held && (client.current_phase() != phase::unregistered || !client.has_sent_packet))) {
            fault = name_of(client) + "holds a first PC that it should not, or lost it";
        }
        held += client.first_pc_held ? 1U : 0U;
        if (!client.is_tunnel_end()) {
            return;
        }
        const auto place = tunnels_.state_of(client.id);
        const connection* partner = connections_.find(place.partner);
        ++(client.current_phase() == phase::tunnel_open ? open : waiting);
        if ((place.state == tunnel_state::open) != (client.current_phase() == phase::tunnel_open)) {
            fault = name_of(client) + "phase and tunnel disagree";
        }
        if (place.partner != connection_id{} &&
            (partner == nullptr || partner == &client || partner->current_phase() != client.current_phase() ||
             tunnels_.state_of(partner->id).partner != client.id)) {
            fault = name_of(client) + "it and its partner do not know each other";
        }
        if (place.state == tunnel_state::accepted && partner != nullptr) {
            fault = name_of(client) + "both ends are there and the tunnel is not open";
        }
        const bool ends = client.current_phase() == phase::tunnel_open && tunnel_ends(client);
        if (ends && (client.output.empty() || client.phase_deadline == never)) {
            fault = name_of(client) + "its tunnel has ended and it was not let go, or would never be";
        }
    });
    const statistics s = count();
    if (s.tunnels_offered != s.tunnels_undecided + s.tunnels_refused + s.tunnels_accepted ||
        s.tunnels_accepted != s.tunnels_awaited + s.tunnels_expired + s.tunnels_opened) {
        fault = "tunnels offered are not undecided + refused + accepted, or those not awaited + expired + opened";
    }
    if (s.tunnel_ends_waiting != waiting || held_pcs_.size() != held || tunnels_.ends_claimed() != waiting + open ||
        s.tunnel_ends != waiting + s.tunnel_ends_refused + s.tunnel_ends_lost + 2 * s.tunnels_opened) {
        fault = "tunnel ends are not waiting + refused + lost + opened";
    }
    const auto& by_limit = s.tunnels_without_room_by_limit;
    if (s.tunnels_without_room != std::accumulate(by_limit.begin(), by_limit.end(), std::uint64_t{0}) ||
        s.tunnels_idle > s.tunnels_opened) {
        fault = "tunnels without room are not those of each limit";
    }
    if (tunnels_.users_turned_away() > turned_away_max(largest_bounds_)) {
        fault = "more users turned away than the bound";
    }
    if (tunnels_.awaited() + tunnels_.open() > largest_bounds_.tunnels_max ||
        (!options_.tunnels && s.tunnels_offered != 0)) {
        fault = "more tunnels than the bound";
    }
    return fault;
}

std::string server::check_invariants() const {
    std::string fault;
    const auto report = [&fault](std::string message) {
        if (fault.empty()) {
            fault = std::move(message);
        }
    };
    std::uint64_t pending = 0;
    std::uint64_t waiting = 0;
    std::uint64_t waited_for = 0;
    std::size_t output_bytes = 0;
    std::size_t input_bytes = 0;
    std::uint64_t orphaned = 0;                               // deliveries whose sender no longer waits for an answer
    std::map<std::uint32_t, std::uint32_t> offers_by_sender;  // by slot
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> waiting_by_request;  // slot, request number
    std::uint64_t to_come = 0;                       // deliveries of messages to all
    std::map<std::uint32_t, std::uint32_t> lacking;  // by number of the message: users that lack it
    const auto count_wait = [&](connection_id sender_id, std::uint32_t request_number) {
        const connection* sender = connections_.find(sender_id);
        if (sender == nullptr || !sender->requests.contains(request_number)) {
            ++orphaned;
        } else {
            ++waiting_by_request[{sender_id.slot, request_number}];
        }
    };
    connections_.for_each([&](connection& client) {
        const auto deadline = deadline_of(client);
        const auto scheduled = timers_.scheduled_at(client.id.slot);
        if (deadline && (!scheduled || *scheduled > *deadline)) {
            report(name_of(client) + "its deadline has no timer");
        }
        if (client.has_backlog && !client.throttled && has_room_for_request(client) && !client.in_work_list) {
            report(name_of(client) + "has bytes to process and is not in the list for it");
        }
        const bool in_registry = client.pseudo != nullptr && users_.find(*client.pseudo) == &client;
        report(check_bounds(client, largest_bounds_));
        report(check_phase(client, in_registry));
        output_bytes += client.output.is_counted() ? client.output.size_bytes() : 0;
        input_bytes += client.pending_input.memory_bytes();
        pending += client.requests.size();
        std::uint32_t answers_coming = client.requests.size();
        for (std::uint32_t i = 0; i < client.requests.size(); ++i) {
            const request& request = client.requests[i];
            waited_for += request.waiting;
            answers_coming += request.offers_connection && !request.first_answer_sent ? 1U : 0U;
        }
        if (answers_coming != client.requests.answers_coming()) {
            report(name_of(client) + "the answers that are coming were miscounted");
        }
        waiting += client.deliveries.waiting();
        for (std::uint32_t i = 0; i < client.deliveries.waiting(); ++i) {
            const delivery& delivery = client.deliveries.waiting_at(i);
            const connection* sender = connections_.find(delivery.sender);
            if (sender != nullptr && delivery.kind == delivery_kind::connection_offer) {
                ++offers_by_sender[delivery.sender.slot];
            }
            count_wait(delivery.sender, delivery.request_number);
        }
        for (std::uint32_t i = client.next_broadcast; in_registry && i != broadcasts_.end(); ++i) {
            ++lacking[i];
            if (broadcasts_[i].sender != client.id) {
                ++to_come;
                count_wait(broadcasts_[i].sender, broadcasts_[i].request_number);
            }
        }
    });
    connections_.for_each([&](connection& client) {
        const auto offers = offers_by_sender.find(client.id.slot);
        if (client.offers_undecided != (offers == offers_by_sender.end() ? 0 : offers->second) ||
            client.offers_undecided > largest_bounds_.offers_max) {
            report(name_of(client) + "its undecided offers were miscounted, or exceed the bound");
        }
        const std::uint32_t first = client.requests.next_number() - client.requests.size();
        for (std::uint32_t i = 0; i < client.requests.size(); ++i) {
            const auto counted = waiting_by_request.find({client.id.slot, first + i});
            const std::uint32_t expected = counted == waiting_by_request.end() ? 0 : counted->second;
            if (client.requests[i].waiting != expected) {
                report(name_of(client) + "a request waits for deliveries that do not exist");
            }
        }
    });
    const statistics& s = statistics_;
    if (s.requests_pending != pending ||
        s.requests_accepted != s.requests_answered + s.requests_abandoned + s.requests_pending) {
        report("requests accepted are not answered + abandoned + pending");
    }
    for (std::uint32_t i = broadcasts_.first(); i != broadcasts_.end(); ++i) {
        if (broadcasts_[i].remaining == 0 || broadcasts_[i].remaining != lacking[i]) {
            report("the users that lack a message to all were miscounted");
        }
    }
    if (s.deliveries_waiting != waiting || waiting + to_come != waited_for + orphaned ||
        s.deliveries_made !=
            s.deliveries_answered + s.deliveries_timed_out + s.deliveries_recipient_left + s.deliveries_waiting) {
        report("deliveries made are not settled + waiting");
    }
    if (tally_.output_bytes != output_bytes || tally_.input_bytes != input_bytes) {
        report("the bytes of all clients together were miscounted");
    }
    report(check_memory(tally_, largest_bounds_));
    report(check_tunnel_invariants());
    if (users_.size() > largest_bounds_.users_max || connections_.size() < users_.size()) {
        report("more users than the bound");
    }
    return fault;
}

}  // namespace chatos::core
