// Input from the user, and the client's requests.
#include "model/client.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {
namespace {

using enum client_fault;

/// Removes and returns the first word; also removes the space after it.
std::string_view take_word(std::string_view& line) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
}

}  // namespace

void client_model::command(std::string_view line) {
    if (is_over_ || line.empty()) {
        return;
    }
    if (!line.starts_with('/')) {
        enqueue({request_kind::to_all, "", std::string{line}, stage::waiting});
        return;
    }
    const std::string_view word = take_word(line);
    if (word == "/quit") {
        for (pending_answer& answer : pending_answers_) {
            if (has(accepts_when_it_leaves) && !answer.code) {
                answer.code = error_code::ok;
            }
        }
        settle();
        leave(client_exit::quit);
    } else if (word == "/accept" || word == "/refuse") {
        decide(line, word == "/accept");
    } else if (word == "/private") {
        enqueue({request_kind::private_connection, std::string{line}, "", stage::waiting});
    } else if (word == "/p") {
        const std::string_view peer = take_word(line);
        send_private(peer, line);
    } else if (word == "/msg") {
        const std::string pseudo{take_word(line)};
        if (line.size() > 1'024 && has(crashes_of_long_messages)) {
            crash();
            return;
        }
        enqueue({request_kind::to_one, pseudo, std::string{line}, stage::waiting});
    } else {
        show("* there is no command " + std::string{word});
    }
}

void client_model::input_ended() {
    if (!is_over_) {
        leave(client_exit::quit);
    } else if (follows(client_variant::stays_without_connection)) {
        output_.push_back({client_output::kind::exit, "", client_exit::broken});
    }
}

/// CLI-3
void client_model::decide(std::string_view pseudo, bool accepts) {
    const auto offer =
        std::find_if(pending_answers_.begin(), pending_answers_.end(), [&](const pending_answer& answer) {
            return answer.is_offer && !answer.code && (answer.from == pseudo || has(decides_oldest_offer));
        });
    if (offer == pending_answers_.end()) {
        show("* there is nothing to decide about " + std::string{pseudo});
        return;
    }
    offer->code = accepts || has(accepts_what_is_refused) ? error_code::ok : error_code::refused;
    settle();
}

void client_model::enqueue(user_request request) {
    if (follows(client_variant::drops_commands_while_it_waits) && !may_start()) {
        show("* wait until the last one is answered");
        return;
    }
    waiting_.push_back(std::move(request));
    send_next();
}

/// CLI-1, CLI-5: one request at a time, and none before registration.
bool client_model::may_start() const {
    if (is_over_ || is_deaf_ || (!is_registered_ && !has(speaks_before_it_is_registered))) {
        return false;
    }
    return std::none_of(pending_.begin(), pending_.end(),
                        [this](const user_request& request) { return waits(request); });
}

/// Whether the next request waits for this one.
bool client_model::waits(const user_request& request) const {
    switch (request.kind) {
    case request_kind::to_all: return !has(does_not_wait_for_the_answer_to_all);
    case request_kind::to_one: return request.current != stage::sent || !has(does_not_wait_for_the_answer_to_one);
    case request_kind::private_connection: return request.text.empty() || !has(does_not_wait_for_the_decision);
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

void client_model::start(user_request& request) {
    switch (request.kind) {
    case request_kind::to_all:
        send({opcode::sma, "", request.text, 0});
        request.current = stage::sent;
        break;
    case request_kind::to_one: {
        // CLI-4: a favorable RPM for this recipient comes first. PM-6: the server chooses how long it permits SPMs.
        const bool has_permission =
            permitted_recipients_.contains(request.pseudo) && follows(client_variant::asks_once);
        const bool skips_rpm = !permitted_recipients_.empty() && has(asks_once_for_everybody);
        const bool asks = !has_permission && !skips_rpm && !has(sends_without_asking);
        if (asks) {
            send({opcode::rpm, request.pseudo, "", 0});
        }
        if (!asks || has(sends_before_the_answer)) {
            send({opcode::spm, request.pseudo, request.text, 0});
        }
        request.current = asks ? stage::rpm_sent : stage::sent;
        break;
    }
    case request_kind::private_connection:
        send({opcode::pc, request.pseudo, "", 0});
        request.current = stage::offered;
        break;
    }
}

}  // namespace chatos::conformance
