#include "dump/scenario/causes.hpp"

#include <algorithm>

namespace chatos::dump {

using conformance::connection_trace;
using conformance::direction_end;
using conformance::observed_packet;
using conformance::traced_delivery;
using conformance::traced_request;

causes::causes(const conformance::trace& trace) {
    connections_.reserve(trace.connections.size());
    for (const conformance::connection& connection : trace.connections) {
        connections_.push_back(conformance::trace_connection(connection));
    }
    for (const connection_trace& connection : connections_) {
        std::set<std::string_view>& claimed = claimed_.emplace_back();
        for (const traced_request& request : connection.requests) {
            if (request.packet->op == opcode::cr) {
                claimed.insert(request.packet->pseudo);
            }
            for (const observed_packet* answer : {request.first_answer, request.second_answer}) {
                if (answer != nullptr) {
                    requests_.emplace(answer, &request);
                }
            }
        }
    }
    match_deliveries();
}

void causes::match_deliveries() {
    for (std::size_t actor = 0; actor < connections_.size(); ++actor) {
        for (const traced_delivery& delivery : connections_[actor].deliveries) {
            if (const traced_request* cause = find_cause(actor, *delivery.packet)) {
                caused_.emplace(delivery.packet, cause);
                deliveries_[cause].push_back({actor, &delivery});
            }
        }
    }
}

/// The first request that fits and has not had this effect on this client yet.
const traced_request* causes::find_cause(std::size_t to, const observed_packet& delivered) const {
    for (const connection_trace& from : connections_) {
        if (from.pseudo != delivered.pseudo || !from.is_user()) {
            continue;
        }
        for (const traced_request& request : from.requests) {
            const observed_packet& said = *request.packet;
            const bool is_named = said.pseudo == connections_[to].pseudo;
            const bool fits = delivered.op == opcode::pc
                                  ? said.op == opcode::pc && is_named
                                  : said.message == delivered.message &&
                                        (said.op == opcode::sma || (said.op == opcode::spm && is_named));
            if (!fits || said.frame > delivered.frame) {
                continue;
            }
            const auto had = deliveries_.find(&request);
            const bool is_used =
                had != deliveries_.end() && std::any_of(had->second.begin(), had->second.end(),
                                                        [&](const delivery_place& place) { return place.actor == to; });
            if (!is_used) {
                return &request;
            }
        }
    }
    return nullptr;
}

const traced_request* causes::request_of(std::size_t, const observed_packet& answer) const {
    const auto position = requests_.find(&answer);
    return position == requests_.end() ? nullptr : position->second;
}

std::vector<const observed_packet*> causes::triggers_of(std::size_t actor, const observed_packet& received) const {
    if (received.op != opcode::error) {
        const auto cause = caused_.find(&received);
        return cause == caused_.end() ? std::vector<const observed_packet*>{}
                                      : std::vector<const observed_packet*>{cause->second->packet};
    }
    const traced_request* request = request_of(actor, received);
    if (request == nullptr) {
        return {};
    }
    std::vector<const observed_packet*> packets;
    const auto had = deliveries_.find(request);
    const bool waits =
        request->packet->op == opcode::pc ? &received == request->second_answer : had != deliveries_.end();
    if (waits && had != deliveries_.end()) {
        for (const delivery_place& place : had->second) {
            if (place.delivery->answer != nullptr && place.delivery->answer->frame < received.frame) {
                packets.push_back(place.delivery->answer);
            }
        }
    }
    return packets.empty() && !waits ? std::vector<const observed_packet*>{request->packet} : packets;
}

std::vector<std::size_t> causes::leavers_before(std::size_t actor, const observed_packet& answer) const {
    std::vector<std::size_t> actors;
    const traced_request* request = answer.op == opcode::error ? request_of(actor, answer) : nullptr;
    if (request == nullptr) {
        return actors;
    }
    const auto had = deliveries_.find(request);
    if (had == deliveries_.end() || (request->packet->op == opcode::pc && &answer != request->second_answer)) {
        return actors;
    }
    for (const delivery_place& place : had->second) {
        const conformance::direction_trace& said = connections_[place.actor].from_client();
        const bool is_silent = place.delivery->answer == nullptr || place.delivery->answer->frame > answer.frame;
        if (is_silent && said.end != direction_end::open && said.end_frame < answer.frame) {
            actors.push_back(place.actor);
        }
    }
    return actors;
}

bool causes::claims(std::size_t actor, const std::string& pseudo) const {
    return claimed_[actor].contains(pseudo);
}

std::string_view causes::rule_of(std::size_t actor, const observed_packet& received) const {
    if (received.op == opcode::pc) {
        return "PC-1";
    }
    if (received.op == opcode::spm) {
        const auto cause = caused_.find(&received);
        return cause != caused_.end() && cause->second->packet->op == opcode::sma ? "ALL-1" : "PM-3";
    }
    const traced_request* request = request_of(actor, received);
    if (request == nullptr) {
        return "ERR-2";
    }
    if (request->packet->op == opcode::cr) {
        return request->is_from_user ? "CONN-7"
               : received.code == 0  ? "CONN-1"
               : received.code == 1  ? "CONN-2"
                                     : "CONN-4";
    }
    if (!request->is_from_user) {
        return "CONN-8";
    }
    switch (request->packet->op) {
    case opcode::rpm: return received.code == 0 ? "PM-1" : "PM-2";
    case opcode::spm: return deliveries_.contains(request) ? "PM-4" : "PM-5";
    case opcode::sma: return deliveries_.contains(request) ? "ALL-3" : "ALL-6";
    case opcode::pc:
        return &received == request->second_answer ? "PC-3"
               : received.code == 0                ? "PC-1"
               : received.code == 4                ? "PC-2"
                                                   : "PC-6";
    default: return "FLOW-1";
    }
}

}  // namespace chatos::dump
