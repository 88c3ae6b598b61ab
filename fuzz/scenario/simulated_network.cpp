#include "scenario/simulated_network.hpp"

#include <algorithm>
#include <utility>

namespace chatos::fuzz {

namespace {

/// An execution asks for something at least every other time, as long as it has anything to ask for.
constexpr int rounds_max = 20'000;

}  // namespace

const conformance::client_dialogue& played_dialogue() {
    static const conformance::client_dialogue dialogue = [] {
        conformance::client_dialogue result;
        for (const conformance::dialogue_word& word : conformance::all_commands()) {
            result.input[std::string{word.name}] = std::string{word.name} + " {pseudo} {text}\n";
        }
        for (const conformance::dialogue_word& word : conformance::all_screen_texts()) {
            if (word.name != "ready") {
                result.screen[std::string{word.name}] = std::string{word.name} + " {pseudo} {text};";
            }
        }
        return result;
    }();
    return dialogue;
}

simulated_network::simulated_network(const conformance::scenario& scenario)
    : run_{scenario, conformance::pseudonyms{std::string{run_name}}, {}, {}, played_dialogue()},
      actors_(scenario.actors.size()) {
    turn();
}

void simulated_network::refuse(const char* reason) {
    if (!broken_) {
        broken_ = failure{"requests", reason};
    }
}

simulated_actor* simulated_network::checked(std::size_t actor, const char* reason) {
    if (actor >= actors_.size() || actors_[actor].connection == simulated_actor::link::none) {
        refuse(reason);
        return nullptr;
    }
    return &actors_[actor];
}

void simulated_network::turn() {
    for (int round = 0; !broken_; ++round) {
        const std::vector<conformance::network_request> requests = run_.advance(now_);
        for (const conformance::network_request& request : requests) {
            perform(request);
        }
        if (requests.empty()) {
            return;
        }
        if (round == rounds_max) {
            broken_ = failure{"ends", "the execution asks forever without any event"};
        }
    }
}

void simulated_network::perform(const conformance::network_request& request) {
    std::visit([this](const auto& r) { carry(r); }, request);
}

void simulated_network::carry(const conformance::connect_request& request) {
    if (request.actor >= actors_.size() || actors_[request.actor].connection != simulated_actor::link::none) {
        refuse("an actor connects twice");
        return;
    }
    actors_[request.actor].connection = simulated_actor::link::connecting;
    if (!holding_) {
        actors_[request.actor].connection = simulated_actor::link::open;
        run_.connected(request.actor, now_);
    }
}

void simulated_network::connect_tunnel_end(std::size_t actor) {
    carry(conformance::connect_request{actor});
    turn();
}

void simulated_network::carry(const conformance::start_request& request) {
    carry(conformance::connect_request{request.actor});
}

void simulated_network::carry(const conformance::tell_request& request) {
    if (simulated_actor* actor = checked(request.actor, "a command for a client that was not started")) {
        ++actor->tellings;
    }
}

void simulated_network::carry(const conformance::write_request& request) {
    simulated_actor* actor = checked(request.actor, "bytes for a connection that there is not");
    if (actor == nullptr) {
        return;
    }
    if (actor->connection != simulated_actor::link::open || actor->writing) {
        refuse("bytes for a connection that is not open, or while others are being written");
    }
    if (request.write_ends.empty() || request.write_ends.back() != request.bytes.size() ||
        !std::ranges::is_sorted(request.write_ends)) {
        refuse("writes that do not end where the bytes end");
    }
    actor->writes.push_back(request.bytes);
    if (holding_) {
        actor->writing = true;
    } else {
        run_.written(request.actor, now_);
    }
}

void simulated_network::carry(const conformance::end_request& request) {
    simulated_actor* actor = checked(request.actor, "the end of a connection that there is not");
    if (actor != nullptr) {
        ++actor->ends;
        if (request.how != conformance::close_how::fin || actor->has_ended) {
            actor->connection = simulated_actor::link::gone;
            actor->writing = false;
        }
    }
}

void simulated_network::carry(const conformance::reading_request& request) {
    if (simulated_actor* actor = checked(request.actor, "reading from a connection that there is not")) {
        ++actor->readings;
    }
}

void simulated_network::send(std::size_t index, std::span<const std::byte> bytes) {
    simulated_actor& actor = actors_[index];
    if (actor.connection != simulated_actor::link::open || actor.has_ended || bytes.empty()) {
        return;
    }
    actor.unfinished.insert(actor.unfinished.end(), bytes.begin(), bytes.end());
    std::span<const std::byte> remaining{actor.unfinished};
    while (!actor.lost) {
        const decode_result result = decode(remaining);
        if (result.status == decode_status::incomplete) {
            break;
        }
        conformance::received_event event;
        if (result.status == decode_status::complete) {
            event.packet = conformance::owned(result.packet);
            remaining = remaining.subspan(result.consumed);
        } else {
            event.type = conformance::received_event::kind::malformed;
            actor.lost = true;
        }
        actor.events.push_back(std::move(event));
    }
    actor.unfinished = {remaining.begin(), remaining.end()};
    run_.received(index, bytes, now_);
}

void simulated_network::close(std::size_t index, bool reset) {
    simulated_actor& actor = actors_[index];
    if (actor.connection != simulated_actor::link::open || actor.has_ended) {
        return;
    }
    conformance::received_event event;
    event.type = reset ? conformance::received_event::kind::reset : conformance::received_event::kind::fin;
    event.bytes = actor.unfinished;
    actor.events.push_back(std::move(event));
    run_.closed_by_peer(index, reset, now_);
    actor.has_ended = run_.still_sends(index);
    if (!actor.has_ended) {
        actor.connection = simulated_actor::link::gone;
        actor.writing = false;
    }
}

void simulated_network::print(std::size_t index, std::string_view text) {
    run_.printed(index, text, now_);
}

void simulated_network::exit(std::size_t index) {
    run_.process_ended(index, {false, 0, "exit status 0"}, now_);
}

void simulated_network::release() {
    holding_ = false;
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        simulated_actor& actor = actors_[index];
        if (actor.connection == simulated_actor::link::connecting) {
            actor.connection = simulated_actor::link::open;
            run_.connected(index, now_);
        }
        if (std::exchange(actor.writing, false)) {
            run_.written(index, now_);
        }
    }
}

void simulated_network::refuse_connections() {
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        if (actors_[index].connection == simulated_actor::link::connecting) {
            actors_[index].connection = simulated_actor::link::gone;
            run_.connection_failed(index, "refused", now_);
        }
    }
}

}  // namespace chatos::fuzz
