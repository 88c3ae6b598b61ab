// What the person says to the client, and what the client asks the server for.
#include "model/client.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {
namespace {

using enum client_fault;

/// Takes the first word, and the space behind it.
std::string_view take_word(std::string_view& line) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
}

}  // namespace

void client_model::command(std::string_view line) {
    if (over_ || line.empty()) {
        return;
    }
    if (!line.starts_with('/')) {
        ask_for({request_kind::to_all, "", std::string{line}, stage::waiting});
        return;
    }
    const std::string_view word = take_word(line);
    if (word == "/quit") {
        leave(client_exit::quit);
    } else if (word == "/accept" || word == "/refuse") {
        decide(line, word == "/accept");
    } else if (word == "/private") {
        ask_for({request_kind::private_connection, std::string{line}, "", stage::waiting});
    } else if (word == "/msg") {
        const std::string pseudo{take_word(line)};
        ask_for({request_kind::to_one, pseudo, std::string{line}, stage::waiting});
    } else {
        show("* there is no command " + std::string{word});
    }
}

void client_model::input_ended() {
    if (!over_) {
        leave(client_exit::quit);
    } else if (follows(client_variant::stays_without_connection)) {
        output_.push_back({client_output::kind::exit, "", client_exit::broken});
    }
}

/// CLI-3
void client_model::decide(std::string_view pseudo, bool accepts) {
    const auto offer = std::find_if(owed_.begin(), owed_.end(), [&](const owed_answer& one) {
        return one.is_offer && !one.code && one.from == pseudo;
    });
    if (offer == owed_.end()) {
        show("* there is nothing to decide about " + std::string{pseudo});
        return;
    }
    offer->code = accepts || broken(accepts_what_is_refused) ? error_code::ok : error_code::refused;
    settle();
}

void client_model::ask_for(request one) {
    if (follows(client_variant::drops_commands_while_it_waits) && !may_start()) {
        show("* wait until the last one is answered");
        return;
    }
    waiting_.push_back(std::move(one));
    send_next();
}

/// CLI-1 and CLI-5: one request at a time, and none before we are registered.
bool client_model::may_start() const {
    if (over_ || deaf_ || (!registered_ && !broken(speaks_before_it_is_registered))) {
        return false;
    }
    return std::none_of(pending_.begin(), pending_.end(), [this](const request& one) { return waits(one); });
}

/// Whether the next request waits for this one.
bool client_model::waits(const request& one) const {
    switch (one.what) {
    case request_kind::to_all: return !broken(does_not_wait_for_the_answer_to_all);
    case request_kind::to_one: return one.at != stage::sent || !broken(does_not_wait_for_the_answer_to_one);
    case request_kind::private_connection: return one.text.empty() || !broken(does_not_wait_for_the_decision);
    }
    return true;
}

void client_model::send_next() {
    while (may_start() && !waiting_.empty()) {
        pending_.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        start(pending_.back());
    }
}

void client_model::start(request& one) {
    switch (one.what) {
    case request_kind::to_all:
        send({opcode::sma, "", one.text, 0});
        one.at = stage::sent;
        break;
    case request_kind::to_one: {
        // CLI-4: a favourable RPM for this recipient first. PM-6: how long it serves is the server's choice.
        const bool knows_him = asked_.contains(one.pseudo) && follows(client_variant::asks_once);
        const bool knows_all = !asked_.empty() && broken(asks_once_for_everybody);
        const bool asks = !knows_him && !knows_all && !broken(sends_without_asking);
        if (asks) {
            send({opcode::rpm, one.pseudo, "", 0});
        }
        if (!asks || broken(sends_before_the_answer)) {
            send({opcode::spm, one.pseudo, one.text, 0});
        }
        one.at = asks ? stage::asked : stage::sent;
        break;
    }
    case request_kind::private_connection:
        send({opcode::pc, one.pseudo, "", 0});
        one.at = stage::offered;
        break;
    }
}

}  // namespace chatos::conformance
