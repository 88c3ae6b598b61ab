#include "scenario/played_network.hpp"

#include <algorithm>
#include <utility>

namespace chatos::fuzz {

namespace {

/// An execution asks for something at least every other time, as long as it has anything to ask for.
constexpr int rounds_max = 20'000;

}  // namespace

const conformance::client_dialogue& played_dialogue() {
    static const conformance::client_dialogue dialogue = [] {
        conformance::client_dialogue made;
        for (const conformance::dialogue_word& word : conformance::all_commands()) {
            made.input[std::string{word.name}] = std::string{word.name} + " {pseudo} {text}\n";
        }
        for (const conformance::dialogue_word& word : conformance::all_screen_texts()) {
            if (word.name != "ready") {
                made.screen[std::string{word.name}] = std::string{word.name} + " {pseudo} {text};";
            }
        }
        return made;
    }();
    return dialogue;
}

played_network::played_network(const conformance::scenario& what)
    : run_{what, conformance::pseudonyms{std::string{run_name}}, {}, {}, played_dialogue()},
      actors_(what.actors.size()) {
    turn();
}

void played_network::refuse(const char* what) {
    if (!found_) {
        found_ = failure{"requests", what};
    }
}

played_actor* played_network::checked(std::size_t actor, const char* what) {
    if (actor >= actors_.size() || actors_[actor].connection == played_actor::link::none) {
        refuse(what);
        return nullptr;
    }
    return &actors_[actor];
}

void played_network::turn() {
    for (int round = 0; !found_; ++round) {
        const std::vector<conformance::network_request> requests = run_.advance(now_);
        for (const conformance::network_request& request : requests) {
            perform(request);
        }
        if (requests.empty()) {
            return;
        }
        if (round == rounds_max) {
            found_ = failure{"ends", "the execution asks for ever more without anything happening"};
        }
    }
}

void played_network::perform(const conformance::network_request& request) {
    std::visit([this](const auto& one) { carry(one); }, request);
}

void played_network::carry(const conformance::connect_request& request) {
    if (request.actor >= actors_.size() || actors_[request.actor].connection != played_actor::link::none) {
        refuse("an actor connects twice");
        return;
    }
    actors_[request.actor].connection = played_actor::link::connecting;
    if (!holding_) {
        actors_[request.actor].connection = played_actor::link::open;
        run_.connected(request.actor, now_);
    }
}

void played_network::carry(const conformance::start_request& request) {
    carry(conformance::connect_request{request.actor});
}

void played_network::carry(const conformance::tell_request& request) {
    if (played_actor* actor = checked(request.actor, "a command for a client that was not started")) {
        ++actor->tellings;
    }
}

void played_network::carry(const conformance::write_request& request) {
    played_actor* actor = checked(request.actor, "bytes for a connection that there is not");
    if (actor == nullptr) {
        return;
    }
    if (actor->connection != played_actor::link::open || actor->writing) {
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

void played_network::carry(const conformance::end_request& request) {
    played_actor* actor = checked(request.actor, "the end of a connection that there is not");
    if (actor != nullptr) {
        ++actor->ends;
        if (request.how != conformance::close_how::fin || actor->has_ended) {
            actor->connection = played_actor::link::gone;
            actor->writing = false;
        }
    }
}

void played_network::carry(const conformance::reading_request& request) {
    if (played_actor* actor = checked(request.actor, "reading from a connection that there is not")) {
        ++actor->readings;
    }
}

void played_network::send(std::size_t index, std::span<const std::byte> bytes) {
    played_actor& actor = actors_[index];
    if (actor.connection != played_actor::link::open || actor.has_ended || bytes.empty()) {
        return;
    }
    actor.unfinished.insert(actor.unfinished.end(), bytes.begin(), bytes.end());
    std::span<const std::byte> rest{actor.unfinished};
    while (!actor.lost) {
        const decode_result result = decode(rest);
        if (result.status == decode_status::incomplete) {
            break;
        }
        conformance::received_event event;
        if (result.status == decode_status::complete) {
            event.packet = conformance::owned(result.packet);
            rest = rest.subspan(result.consumed);
        } else {
            event.what = conformance::received_event::kind::malformed;
            actor.lost = true;
        }
        actor.events.push_back(std::move(event));
    }
    actor.unfinished = {rest.begin(), rest.end()};
    run_.received(index, bytes, now_);
}

void played_network::close(std::size_t index, bool reset) {
    played_actor& actor = actors_[index];
    if (actor.connection != played_actor::link::open || actor.has_ended) {
        return;
    }
    conformance::received_event event;
    event.what = reset ? conformance::received_event::kind::reset : conformance::received_event::kind::fin;
    event.bytes = actor.unfinished;
    actor.events.push_back(std::move(event));
    run_.closed_by_peer(index, reset, now_);
    actor.has_ended = run_.still_sends(index);
    if (!actor.has_ended) {
        actor.connection = played_actor::link::gone;
        actor.writing = false;
    }
}

void played_network::print(std::size_t index, std::string_view text) {
    run_.printed(index, text, now_);
}

void played_network::exit(std::size_t index) {
    run_.process_ended(index, {false, 0, "exit status 0"}, now_);
}

void played_network::release() {
    holding_ = false;
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        played_actor& actor = actors_[index];
        if (actor.connection == played_actor::link::connecting) {
            actor.connection = played_actor::link::open;
            run_.connected(index, now_);
        }
        if (std::exchange(actor.writing, false)) {
            run_.written(index, now_);
        }
    }
}

void played_network::refuse_connections() {
    for (std::size_t index = 0; index < actors_.size(); ++index) {
        if (actors_[index].connection == played_actor::link::connecting) {
            actors_[index].connection = played_actor::link::gone;
            run_.connection_failed(index, "refused", now_);
        }
    }
}

}  // namespace chatos::fuzz
